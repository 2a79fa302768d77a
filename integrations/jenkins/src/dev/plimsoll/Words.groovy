package dev.plimsoll

/**
 * What the steps are given, as words of the `plimsoll` command. Pure, and checked here: a release is not asked for
 * with a misspelt parameter left out.
 */
class Words implements Serializable {
  private static final long serialVersionUID = 1L

  private static final Map<String, String> MODEL = [modelVersion: '--model-version', artifact: '--artifact', digest: '--digest', image: '--image']
  private static final Map<String, String> RELEASE = [
    service: '--service', environment: '--environment', commit: '--commit', stack: '--stack',
    reason: '--reason', attempt: '--attempt',
  ] + MODEL
  private static final Map<String, String> ROLLBACK = [
    service: '--service', environment: '--environment', to: '--to', incident: '--incident', reason: '--reason',
  ]
  /** Of the steps themselves. */
  private static final List<String> STEP = ['apiUrl', 'credentialsId', 'patienceMinutes', 'variables']

  static List<String> release(Map args) {
    List<String> words = wordsOf('plimsollRelease', 'release', RELEASE, ['service', 'environment', 'commit', 'reason'], args)
    Map variables = (Map) (args.variables ?: [:])
    for (String name : new ArrayList<String>(variables.keySet())) words += ['--var', name + '=' + variables[name]]
    return words
  }

  static List<String> rollback(Map args) {
    return wordsOf('plimsollRollback', 'rollback', ROLLBACK, ['service', 'environment', 'incident', 'reason'], args)
  }

  private static List<String> wordsOf(String step, String command, Map<String, String> known, List<String> needed, Map args) {
    List<String> wanted = needed + ['apiUrl', 'credentialsId']
    for (String name : wanted) {
      if (!args[name]) throw new IllegalArgumentException(step + ': ' + name + ' is missing; it needs ' + wanted.join(', '))
    }
    List<String> words = ['plimsoll', command, '--json']
    for (String name : new ArrayList<String>(args.keySet())) {
      if (STEP.contains(name)) continue
      if (!known.containsKey(name)) throw new IllegalArgumentException(step + ': ' + name + ' is unknown; it knows ' + (known.keySet() + STEP).join(', '))
      if (args[name] != null) words += [known[name], args[name].toString()]
    }
    return words
  }

  /** For `sh`: each word in quotes, so that nothing in it is a command. */
  static String line(List<String> words) {
    List<String> quoted = []
    for (String word : words) quoted << "'" + word.replace("'", "'\\''") + "'"
    return quoted.join(' ')
  }
}
