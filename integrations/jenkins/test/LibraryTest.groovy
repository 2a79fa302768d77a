import com.lesfurets.jenkins.unit.BasePipelineTest
import dev.plimsoll.Words
import groovy.json.JsonOutput
import java.nio.file.Files
import static com.lesfurets.jenkins.unit.global.lib.LibraryConfiguration.library
import static com.lesfurets.jenkins.unit.global.lib.LocalSource.localSource

import org.junit.Before
import org.junit.Test

/**
 * The steps on the real Groovy, with a Jenkins that is a script: what `plimsoll` would answer is told beforehand, and
 * what was run, in which environment, is looked at.
 */
class LibraryTest extends BasePipelineTest {
  static final String ID = 'fraud-scorer-production-0123456789ab'
  static final Map RELEASE = [
    apiUrl: 'https://plimsoll.example.com', credentialsId: 'plimsoll', service: 'fraud-scorer', environment: 'production',
    commit: 'c' * 40, modelVersion: '2026.11.3', artifact: 's3://m/f.skops', digest: 'sha256:ab', image: 'e/f@sha256:cd', reason: "it's time",
  ]

  /** By the command's first word, exit codes of its next calls; the last one stays. */
  Map<String, List<Integer>> codes = [:]
  /** What `show` says next; the last one stays. */
  List<Map> shows = []
  /** How what is asked for has ended already. */
  String before = null
  List<String> commands = []
  List<String> environments = []
  List<String> credentials = []
  List<String> archived = []
  int slept = 0
  private String answer = ''
  private List<String> bound = []
  private List<String> variables = []

  @Override
  @Before
  void setUp() {
    super.setUp()
    helper.registerAllowedMethod('withEnv', [List, Closure], { List env, Closure body ->
      variables = env
      body()
      variables = []
    })
    helper.registerAllowedMethod('string', [Map], { Map m -> m })
    helper.registerAllowedMethod('withCredentials', [List, Closure], { List list, Closure body ->
      credentials += list*.credentialsId
      bound = list*.variable
      body()
      bound = []
    })
    helper.registerAllowedMethod('sh', [Map], { Map m -> run((String) m.script) })
    helper.registerAllowedMethod('readFile', [Map], { Map m -> answer })
    helper.registerAllowedMethod('sleep', [Map], { Map m -> slept += (int) m.time })
    helper.registerAllowedMethod('archiveArtifacts', [Map], { Map m -> archived << (String) m.artifacts })
    helper.registerAllowedMethod('error', [String], { String text -> throw new IllegalStateException(text) })
  }

  private int run(String script) {
    commands << script
    environments << variables.join(' ') + ' ' + bound.join(' ')
    String command = (script =~ /'plimsoll' '([a-z]+)'/)[0][1]
    List<Integer> left = codes[command] ?: [0]
    int code = left.size() > 1 ? left.remove(0) : left[0]
    if (code == 0 && command in ['release', 'rollback']) answer = JsonOutput.toJson([id: ID, phase: before == null ? 'fetching' : 'closed', outcome: before])
    if (code == 0 && command == 'show') answer = JsonOutput.toJson(shows.size() > 1 ? shows.remove(0) : shows[0])
    return code
  }

  static Map running() { [releaseId: ID, status: 'running', outcome: null] }
  static Map ended(String kind) { [releaseId: ID, status: 'completed', outcome: [kind: kind, reason: 'because']] }

  private String step(String name, Map args) { (String) loadScript('vars/' + name + '.groovy').call(args) }

  private String failureOf(Closure body) {
    try {
      body()
    } catch (IllegalStateException | IllegalArgumentException e) {
      return e.message
    }
    return 'nothing failed'
  }

  private int count(String command) { commands.count { it.contains("'plimsoll' '" + command + "'") } }

  /* ----------------------------------------------------------- asking */

  @Test
  void 'a release is asked for in the words of the command, and its id comes back'() {
    shows = [ended('released')]
    assert step('plimsollRelease', RELEASE + [stack: 'platform', variables: [replicas_max: 12]]) == ID
    String asked = commands[0]
    for (String part : ["'--service' 'fraud-scorer'", "'--model-version' '2026.11.3'", "'--stack' 'platform'", "'--var' 'replicas_max=12'", /'--reason' 'it'\''s time'/])
      assert asked.contains(part)
    assert archived == ['plimsoll-release.json,plimsoll-verdict.*']
  }

  @Test
  void 'the token is in the environment of each call, and in no words'() {
    shows = [ended('released')]
    step('plimsollRelease', RELEASE)
    assert environments.every { it == 'PLIMSOLL_API_URL=https://plimsoll.example.com PLIMSOLL_TOKEN' }
    assert credentials.size() == commands.size() && credentials.every { it == 'plimsoll' }
    assert !commands.any { it.contains('PLIMSOLL_TOKEN') }
  }

  @Test
  void 'what is in a parameter is no command of the shell'() {
    List<String> words = ['plain', "it's", '$HOME `id` $(id)', "x'; echo '", 'two\nlines', '']
    assert ['sh', '-c', "printf '%s|' " + Words.line(words)].execute().text == words.join('|') + '|'
  }

  @Test
  void 'a parameter that is missing or misspelt is named before anything is asked'() {
    assert failureOf { step('plimsollRelease', RELEASE - [service: 'fraud-scorer']) }.contains('service is missing')
    assert failureOf { step('plimsollRelease', RELEASE + [credentialsId: '']) }.contains('credentialsId is missing')
    assert failureOf { step('plimsollRelease', RELEASE + [modelversion: '1']) }.contains('modelversion is unknown')
    assert failureOf { step('plimsollRollback', RELEASE) }.contains('incident is missing')
    assert commands == []
  }

  @Test
  void 'an API that does not answer is asked again, and a no is not'() {
    codes = [release: [3, 3, 0]]
    shows = [ended('released')]
    assert step('plimsollRelease', RELEASE) == ID
    assert count('release') == 3 && slept == 30

    codes = [release: [1]]
    assert failureOf { step('plimsollRelease', RELEASE) } == 'plimsoll release ended with 1: the log says why'
    assert count('release') == 4
  }

  @Test
  void 'patience ends'() {
    codes = [release: [3]]
    assert failureOf { step('plimsollRelease', RELEASE + [patienceMinutes: 1]) }.contains('ended with 3')
    assert slept == 60
  }

  /* -------------------------------------------------------- following */

  @Test
  void 'a watch that ended early is begun again until the release has ended'() {
    // Killed with its agent, cut off after half an hour, and refused for a token that ended: none of it is an outcome.
    codes = [watch: [-1, 124, 1, 0]]
    shows = [running(), running(), running(), ended('released')]
    assert step('plimsollRelease', RELEASE) == ID
    assert count('watch') == 4 && count('release') == 1
    assert commands.findAll { it.contains("'watch'") }.every { it.startsWith('timeout 1800 ') }
  }

  @Test
  void 'a build that is run again asks for the same and attaches'() {
    shows = [ended('released')]
    assert step('plimsollRelease', RELEASE) == step('plimsollRelease', RELEASE)
    List<String> asked = commands.findAll { it.contains("'plimsoll' 'release'") }
    assert asked.size() == 2 && asked[0] == asked[1]
  }

  @Test
  void 'a build that is run again long afterwards ends as its release ended, though nobody can show that any more'() {
    codes = [show: [1], verdict: [1]]
    before = 'released'
    assert step('plimsollRelease', RELEASE) == ID
    before = 'rolled back'
    assert failureOf { step('plimsollRelease', RELEASE) } == ID + ' rolled back'
    assert count('watch') == 0

    codes = [:]
    shows = [ended('rolled back')]
    assert failureOf { step('plimsollRelease', RELEASE) } == ID + ' rolled back: because'
  }

  @Test
  void 'a build fails with the outcome of its release, and the verdict is archived all the same'() {
    for (String kind : ['rolled back', 'blocked', 'rejected', 'expired', 'cancelled']) {
      shows = [ended(kind)]
      assert failureOf { step('plimsollRelease', RELEASE) } == ID + ' ' + kind + ': because'
    }
    assert archived.size() == 5
  }

  @Test
  void 'a release without an outcome fails the build and calls for a person'() {
    shows = [[releaseId: ID, status: 'terminated', outcome: null]]
    assert failureOf { step('plimsollRelease', RELEASE) }.contains('a person is needed')
  }

  /* --------------------------------------------------------- rollback */

  @Test
  void 'a rollback goes back to the previous version, or to the one that is named'() {
    Map rollback = RELEASE.subMap(['apiUrl', 'credentialsId', 'service', 'environment', 'reason']) + [incident: 'INC-1']
    shows = [ended('released')]
    assert step('plimsollRollback', rollback) == ID
    assert !commands[0].contains('--to') && commands[0].contains("'--incident' 'INC-1'")
    commands.clear()
    step('plimsollRollback', rollback + [to: 'fraud-scorer-production-aaaaaaaaaaaa'])
    assert commands[0].contains("'--to' 'fraud-scorer-production-aaaaaaaaaaaa'")
    shows = [ended('blocked')]
    assert failureOf { step('plimsollRollback', rollback) }.contains('blocked')
  }

  /* --------------------------------------------------------- examples */

  /** Declarative words as Jenkins reads them: blocks run in order, settings are taken, a stage whose `when` says no is left out. */
  private void declare() {
    File libraries = File.createTempDir()
    Files.createSymbolicLink(new File(libraries, 'plimsoll@v0.1.0').toPath(), new File('.').absoluteFile.toPath())
    helper.registerSharedLibrary(library().name('plimsoll').defaultVersion('v0.1.0').allowOverride(true).implicit(false)
      .targetPath(libraries.path).retriever(localSource(libraries.path)).build())
    for (String block : ['pipeline', 'agent', 'options', 'parameters', 'environment', 'stages', 'steps', 'script'])
      helper.registerAllowedMethod(block, [Closure], { Closure body -> body() })
    for (String setting : ['label', 'disableConcurrentBuilds']) helper.registerAllowedMethod(setting, [String], {})
    helper.registerAllowedMethod('disableConcurrentBuilds', [], {})
    helper.registerAllowedMethod('timeout', [Map], {})
    helper.registerAllowedMethod('when', [Closure], { Closure body -> wanted = true; body() })
    helper.registerAllowedMethod('expression', [Closure], { Closure body -> wanted = body() })
    helper.registerAllowedMethod('stage', [String, Closure], { String name, Closure body -> wanted = true; body() })
    helper.registerAllowedMethod('steps', [Closure], { Closure body -> if (wanted) body() })
    helper.registerAllowedMethod('sh', [String], { String script -> commands << script })
  }

  private boolean wanted = true

  private void build(String jenkinsfile, Map params, Map env = [:]) {
    declare()
    binding.setVariable('params', params)
    binding.setVariable('env', env)
    helper.registerAllowedMethod('sh', [Map], { Map m -> m.returnStdout ? 'e/fraud@sha256:cd\n' : run((String) m.script) })
    runScript('../../examples/jenkins/' + jenkinsfile)
  }

  @Test
  void 'the example of a model service builds, pushes, signs, and releases what has that digest'() {
    shows = [ended('released')]
    Map params = [MODEL_VERSION: '2026.11.3', MODEL_ARTIFACT: 's3://m/f.skops', MODEL_DIGEST: 'sha256:ab', SIGNING_KEY: 'awskms:///k', ATTEMPT: '1']
    build('Jenkinsfile', params, [GIT_COMMIT: 'c' * 40, JOB_NAME: 'fraud/release'])
    assert commands[0..2]*.tokenize(' ').collect { it[0..1].join(' ') } == ['docker build', 'docker push', 'cosign sign']
    assert commands[3].contains("'plimsoll' 'release'") && commands[3].contains("'--image' 'e/fraud@sha256:cd'")

    commands.clear()
    build('Jenkinsfile', params + [SIGNING_KEY: ''], [GIT_COMMIT: 'c' * 40, JOB_NAME: 'fraud/release'])
    assert !commands.any { it.startsWith('cosign') } && count('release') == 1
  }

  @Test
  void 'the example of an emergency goes back'() {
    shows = [ended('released')]
    build('rollback.Jenkinsfile', [SERVICE: 'fraud-scorer', ENVIRONMENT: 'production', TO: 'previous', INCIDENT: 'INC-1', REASON: 'errors'])
    assert commands[0].contains("'plimsoll' 'rollback'") && commands[0].contains("'--to' 'previous'")
  }
}
