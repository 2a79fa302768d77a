/**
 * The Jenkins library on the real Groovy: its own tests by JenkinsPipelineUnit, and its steps with the real command
 * against the real API.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, releaseBody, startApi } from '../support/api-world.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { hasMaven, type Jenkins, library, onTheMachine, startJenkins } from '../support/jenkins.ts';

/** Groovy and the command start within seconds, one after the other, where the machine is not busy with others. */
const patience = { timeout: 150_000 };

describe.skipIf(!hasMaven)(`Jenkins’ library, ${onTheMachine}`, () => {
  let jenkins: Jenkins;
  beforeAll(async () => {
    jenkins = await startJenkins();
  }, 300_000);

  test('the library passes its tests', async () => {
    const stdout = await jenkins.script('test/LibraryTest.groovy');
    const [, tests, failures] = /JUnit 4 Runner, Tests: (\d+), Failures: (\d+)/.exec(stdout) ?? [];
    expect([failures, stdout.includes('Test Failure')]).toEqual(['0', false]);
    expect(Number(tests)).toBe(readFileSync(join(library, 'test/LibraryTest.groovy'), 'utf8').match(/^ {2}@Test$/gm)?.length);
  });

  describe('a step with the real command', () => {
    const sub = 'https://jenkins.example.com/job/fraud/job/release/';
    let world: ApiWorld;
    let issuer: TestIssuer;
    beforeAll(async () => {
      issuer = await startIssuer();
      const machine = `name: fraud-jenkins\nissuer: ${issuer.url}\nmatch: { sub: "${sub}" }\nteam: risk\n`;
      world = await startApi({ 'machines/fraud-jenkins.yaml': machine }, [{ issuer: issuer.url, audience: 'plimsoll', kind: 'machine' }]);
    });
    afterAll(() => Promise.all([world.close(), issuer.close()]));
    beforeEach(() => {
      world.releases.releases.clear();
      world.releases.viewChange = {};
    });

    const build = async (step: string, given: Readonly<Record<string, string>>) =>
      jenkins.build(step, { apiUrl: world.url, credentialsId: 'plimsoll-token', ...given }, await issuer.token({ sub }));

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
      await expect.poll(first.log, patience).toContain('fetching');
      first.kill();
      await first.exited;
      const again = await build('plimsollRelease', release);
      await expect.poll(again.log, patience).toContain('fetching');
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
