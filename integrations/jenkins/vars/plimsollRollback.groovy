import dev.plimsoll.Follower
import dev.plimsoll.Words

/** Goes back to an earlier version, and fails the build unless it came back. Asked again within one incident it joins. */
def call(Map args) {
  List<String> words = Words.rollback(args)
  return new Follower(this, args).toItsEnd('rollback', words)
}
