import dev.plimsoll.Answer
import dev.plimsoll.Follower
import dev.plimsoll.Words

/** Goes back to an earlier version, and fails the build unless it came back. Asked again within one incident it joins. */
def call(Map args) {
  List<String> words = Words.rollback(args)
  Follower follower = new Follower(this, args)
  String id = follower.begin(words)
  echo "rollback ${id}"
  Answer answer = follower.follow(id)
  follower.archive(id)
  echo answer.text()
  if (answer.outcome != 'released') error(answer.text())
  return id
}
