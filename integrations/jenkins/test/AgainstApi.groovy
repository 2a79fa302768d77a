import com.lesfurets.jenkins.unit.BasePipelineTest

/**
 * One run of a step with the real command: `sh` is a shell, the credential is the environment's TOKEN, and files are
 * those of the folder that it is started in. Started as `AgainstApi <library> <step> <name=value…>`.
 */
class AgainstApi extends BasePipelineTest {
  static void main(String[] args) {
    AgainstApi jenkins = new AgainstApi()
    jenkins.scriptRoots += args[0]
    jenkins.setUp()
    Map given = args.drop(2).collectEntries { String pair -> pair.split('=', 2).toList() }
    try {
      jenkins.loadScript('vars/' + args[1] + '.groovy').call(given)
    } catch (IllegalStateException e) {
      println 'BUILD FAILED: ' + e.message
      System.exit(1)
    }
    println 'BUILD SUCCEEDED'
  }

  private Map<String, String> variables = [:]

  @Override
  void setUp() {
    super.setUp()
    helper.registerAllowedMethod('withEnv', [List, Closure], { List env, Closure body -> with(env.collectEntries { it.split('=', 2).toList() }, body) })
    helper.registerAllowedMethod('string', [Map], { Map m -> m })
    helper.registerAllowedMethod('withCredentials', [List, Closure], { List list, Closure body ->
      with(list.collectEntries { [it.variable, System.getenv('TOKEN')] }, body)
    })
    helper.registerAllowedMethod('sh', [Map], { Map m ->
      ProcessBuilder shell = new ProcessBuilder('sh', '-c', (String) m.script).inheritIO()
      shell.environment().putAll(variables)
      shell.start().waitFor()
    })
    helper.registerAllowedMethod('readFile', [Map], { Map m -> new File((String) m.file).text })
    helper.registerAllowedMethod('sleep', [Map], { Map m -> Thread.sleep(200) })
    helper.registerAllowedMethod('archiveArtifacts', [Map], { Map m -> println 'ARCHIVED ' + m.artifacts })
    helper.registerAllowedMethod('echo', [String], { String text -> println text })
    helper.registerAllowedMethod('error', [String], { String text -> throw new IllegalStateException(text) })
  }

  private void with(Map<String, String> more, Closure body) {
    variables += more
    body()
    variables -= more
  }
}
