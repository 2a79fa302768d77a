/**
 * The Jenkins library on the real Groovy: its own tests by JenkinsPipelineUnit, and its steps with the real command
 * against the real API. Maven gets what they need. Java and Maven are the machine's: nothing else here needs them, and
 * a machine without them skips these tests and says so.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { repository } from '../hygiene/repository.ts';
import { type ApiWorld, releaseBody, startApi } from '../support/api-world.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';

const run = promisify(execFile);
const library = join(repository, 'integrations/jenkins');
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-jenkins-'));

/** Groovy 2.4, which Jenkins runs, is older than Java's modules. */
const java = ['--add-opens=java.base/java.lang=ALL-UNNAMED', '--add-opens=java.base/java.util=ALL-UNNAMED'];
const answers = (file: string) => spawnSync(file, ['-version'], { stdio: 'ignore' }).status === 0;
const hasMaven = answers('java') && answers('mvn');
const onTheMachine = hasMaven
  ? 'Java and Maven are there'
  : 'skipped without Java 17 and Maven 3 on PATH: Debian has openjdk-17-jre-headless and maven';
if (!hasMaven) process.stderr.write(`Jenkins’ library: ${onTheMachine}\n`);
let classpath = '';

/** Without a network where everything is there already. */
async function resolve(...offline: readonly string[]): Promise<string> {
  const file = join(scratch, 'classpath');
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:build-classpath';
  await run('mvn', ['--batch-mode', '--quiet', ...offline, goal, `-Dmdep.outputFile=${file}`], { cwd: library });
  return `src:test:${readFileSync(file, 'utf8').trim()}`;
}

describe.skipIf(!hasMaven)(`Jenkins’ library, ${onTheMachine}`, () => {
  beforeAll(async () => {
    classpath = await resolve('--offline').catch(() => resolve());
  }, 300_000);

  test('the library passes its tests', async () => {
    const { stdout } = await run('java', [...java, '-cp', classpath, 'groovy.ui.GroovyMain', 'test/LibraryTest.groovy'], { cwd: library });
    const [, tests, failures] = /JUnit 4 Runner, Tests: (\d+), Failures: (\d+)/.exec(stdout) ?? [];
    expect([failures, stdout.includes('Test Failure')]).toEqual(['0', false]);
    expect(Number(tests)).toBe(readFileSync(join(library, 'test/LibraryTest.groovy'), 'utf8').match(/^ {2}@Test$/gm)?.length);
  });

  describe('a step with the real command', () => {
    const sub = 'https://jenkins.example.com/job/fraud/job/release/';
    let world: ApiWorld;
    let jenkins: TestIssuer;
    beforeAll(async () => {
      jenkins = await startIssuer();
      const machine = `name: fraud-jenkins\nissuer: ${jenkins.url}\nmatch: { sub: "${sub}" }\nteam: risk\n`;
      world = await startApi({ 'machines/fraud-jenkins.yaml': machine }, [{ issuer: jenkins.url, audience: 'plimsoll', kind: 'machine' }]);
      const command = join(scratch, 'plimsoll');
      writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${join(repository, 'cli/main.ts')}' "$@"\n`);
      chmodSync(command, 0o755);
    });
    afterAll(() => Promise.all([world.close(), jenkins.close()]));
    beforeEach(() => {
      world.releases.releases.clear();
      world.releases.viewChange = {};
    });

    async function build(step: string, given: Readonly<Record<string, string>>) {
      const workspace = mkdtempSync(join(scratch, 'build-'));
      const words = Object.entries({ apiUrl: world.url, credentialsId: 'plimsoll-token', ...given }).map(
        ([name, value]) => `${name}=${value}`,
      );
      const paths = classpath.replace('src:test:', `${join(library, 'src')}:${join(library, 'test')}:`);
      const child = spawn(
        'java',
        [...java, '-cp', paths, 'groovy.ui.GroovyMain', join(library, 'test/AgainstApi.groovy'), library, step, ...words],
        // A group of its own: a machine that goes down takes the shell and the command with it.
        {
          cwd: workspace,
          detached: true,
          env: { ...process.env, PATH: `${scratch}:${process.env['PATH'] ?? ''}`, TOKEN: await jenkins.token({ sub }) },
        },
      );
      let log = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (log += chunk.toString()));
      const exited = once(child, 'exit').then(([code]) => code as number | null);
      const kill = () => process.kill(-(child.pid ?? 0), 'SIGKILL');
      onTestFinished(() => {
        if (child.exitCode === null && child.signalCode === null) kill();
      });
      return { workspace, exited, kill, log: () => log };
    }

    const { model, source } = releaseBody;
    const release = {
      service: 'fraud-scorer',
      environment: 'production',
      commit: source.commit,
      modelVersion: model.version,
      artifact: model.artifact,
      digest: model.digest,
      image: model.image,
      reason: "it's time",
    };
    const onlyId = () => [...world.releases.releases.keys()][0] ?? '';
    function end(): void {
      const kind = 'released';
      world.releases.viewChange = { outcome: { kind, reason: 'because', infrastructure: 'none', model: 'released' }, phase: 'closed' };
      world.releases.record(onlyId(), 'closed');
      world.releases.change(onlyId(), { status: 'completed', outcome: kind, phase: 'closed' });
    }

    test('releases as the job’s machine; a build that died with its agent and is run again attaches', async () => {
      const first = await build('plimsollRelease', release);
      await expect.poll(first.log, { timeout: 60_000 }).toContain('fetching');
      first.kill();
      await first.exited;
      const again = await build('plimsollRelease', release);
      await expect.poll(again.log, { timeout: 60_000 }).toContain('fetching');
      end();
      expect([await again.exited, again.log()]).toEqual([0, expect.stringContaining('BUILD SUCCEEDED')]);
      expect(world.releases.releases.size).toBe(1);
      expect(await world.releases.order(onlyId())).toMatchObject({
        requester: { subject: 'machine/fraud-jenkins', kind: 'machine' },
        model: { version: model.version },
        reason: "it's time",
      });
      expect(JSON.parse(readFileSync(join(again.workspace, 'plimsoll-release.json'), 'utf8'))).toMatchObject({ releaseId: onlyId() });
    });

    test('goes back only where the policies let a machine do that', async () => {
      world.policy = (_caller, action) => action !== 'rollback.start';
      const rollback = { service: 'fraud-scorer', environment: 'production', incident: 'INC-1', reason: 'errors' };
      const { exited, log, workspace } = await build('plimsollRollback', rollback);
      expect([await exited, log()]).toEqual([1, expect.stringContaining('is not in risk')]);
      expect(existsSync(join(workspace, 'plimsoll-release.json'))).toBe(false);
    });
  });
});
