import dev.plimsoll.Answer
import dev.plimsoll.Follower
import dev.plimsoll.Words

/**
 * Asks Plimsoll for a release, follows it to its end, archives what was judged, and fails the build unless it is
 * released. docs/jenkins.md says what to copy.
 */
def call(Map args) {
  List<String> words = Words.release(args)
  Follower follower = new Follower(this, args)
  String id = follower.begin(words)
  echo "release ${id}"
  Answer answer = follower.follow(id)
  follower.archive(id)
  echo answer.text()
  if (answer.outcome != 'released') error(answer.text())
  return id
}
