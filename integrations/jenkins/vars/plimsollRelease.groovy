import dev.plimsoll.Follower
import dev.plimsoll.Words

/**
 * Asks Plimsoll for a release, follows it to its end, archives what was judged, and fails the build unless it is
 * released. docs/jenkins.md says what to copy.
 */
def call(Map args) {
  List<String> words = Words.release(args)
  return new Follower(this, args).toItsEnd('release', words)
}
