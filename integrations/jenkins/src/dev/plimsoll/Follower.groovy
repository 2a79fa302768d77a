package dev.plimsoll

/**
 * Asks by the `plimsoll` command and follows to the end. Every call has a token of its own, since a release outlasts
 * one; and whatever ends a call early (Jenkins or the agent restarted, the API away, a token that ended), the next look
 * at the release says what is true. The release itself needs neither Jenkins nor the API to go on.
 */
class Follower implements Serializable {
  private static final long serialVersionUID = 1L

  /** What the command exits with when nobody answers. */
  private static final int UNREACHABLE = 3
  /** Shorter than the hour for which Jenkins gives a token. */
  private static final int WATCH_MINUTES = 30
  private static final int PAUSE_SECONDS = 15

  private final def steps
  private final String apiUrl
  private final String credentialsId
  private final int patienceMinutes

  Follower(def steps, Map args) {
    this.steps = steps
    this.apiUrl = args.apiUrl
    this.credentialsId = args.credentialsId
    this.patienceMinutes = (args.patienceMinutes ?: 60) as int
  }

  /** Its id; fails the build unless it is released. */
  String toItsEnd(String what, List<String> words) {
    Answer started = begin(words)
    String id = started.id
    steps.echo(what + ' ' + id)
    Answer answer = started.isOver() ? asShown(started) : follow(id)
    archive(id)
    steps.echo(answer.text())
    if (answer.outcome != 'released') steps.error(answer.text())
    return id
  }

  /** Asking for the same again is being told which it is: this may be repeated as often as it takes. */
  Answer begin(List<String> words) {
    return Answer.ofStart(answerTo(words))
  }

  /** With its reason, unless it ended longer ago than Temporal remembers: how it ended is all that is told then. */
  Answer asShown(Answer ended) {
    int code = call(Words.line(['plimsoll', 'show', ended.id, '--json']) + ' > plimsoll-answer.json')
    return code == 0 ? Answer.of(steps.readFile(file: 'plimsoll-answer.json')) : ended
  }

  Answer follow(String id) {
    while (true) {
      // Its exit code is not asked: it may have ended with the agent, or with its token.
      call('timeout ' + (WATCH_MINUTES * 60) + ' ' + Words.line(['plimsoll', 'watch', id]))
      Answer answer = look(id)
      if (answer.isOver()) return answer
      steps.sleep(time: PAUSE_SECONDS, unit: 'SECONDS')
    }
  }

  Answer look(String id) {
    return Answer.of(answerTo(['plimsoll', 'show', id, '--json']))
  }

  /** What was judged and how, beside the build. */
  void archive(String id) {
    call(Words.line(['plimsoll', 'show', id, '--json']) + ' > plimsoll-release.json')
    // A release that ended before anything was judged has no verdict.
    call(Words.line(['plimsoll', 'verdict', id, '--json', '--plot', 'plimsoll-verdict.svg']) + ' > plimsoll-verdict.json')
    steps.archiveArtifacts(artifacts: 'plimsoll-release.json,plimsoll-verdict.*', allowEmptyArchive: true)
  }

  private String answerTo(List<String> words) {
    int tries = patienceMinutes * 60 / PAUSE_SECONDS
    for (int left = tries; ; left--) {
      int code = call(Words.line(words) + ' > plimsoll-answer.json')
      if (code == 0) return steps.readFile(file: 'plimsoll-answer.json')
      if (code != UNREACHABLE || left <= 0) steps.error('plimsoll ' + words[1] + ' ended with ' + code + ': the log says why')
      steps.sleep(time: PAUSE_SECONDS, unit: 'SECONDS')
    }
  }

  /** The token is in the environment of the command, and nowhere else. */
  private int call(String script) {
    int code = -1
    steps.withEnv(['PLIMSOLL_API_URL=' + apiUrl]) {
      steps.withCredentials([steps.string(credentialsId: credentialsId, variable: 'PLIMSOLL_TOKEN')]) {
        code = steps.sh(script: script, returnStatus: true)
      }
    }
    return code
  }
}
