/**
 * Goal: what a company's pipelines do, they do on a whole stack: a pull request is planned, what was merged is released
 * by a job of GitHub Actions, the next version by a build of Jenkins, and `plimsoll doctor` has nothing against any of it.
 * Method: the action's published bundle in a process of its own, beside a GitHub that answers as it is documented;
 * Jenkins' library on the real Groovy. One after the other, since they release one service.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateDetectorCommand, GuardDutyClient, ListDetectorsCommand } from '@aws-sdk/client-guardduty';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelVersion } from '../../domain/order.ts';
import { repository as checkout } from '../../infra/local/repository.ts';
import { bot, type FakeGitHub, startGitHub } from '../support/github.ts';
import { jobEnv, pullRequestPayload, runOnRunner } from '../support/github-job.ts';
import { type Build, hasMaven, onTheMachine, startJenkins } from '../support/jenkins.ts';
import { transcript } from '../support/transcript.ts';
import * as given from './given.ts';
import { people } from './given.ts';
import { address } from './stack.ts';
import * as then from './then.ts';
import type { Person } from './when.ts';
import * as when from './when.ts';

const service = 'pipeline-scorer';
/** Whoever approves there, and whatever a version has to show, has more minutes than a busy machine takes. */
const environment = 'stairs';

/** The local issuer says itself what a job may do; of GitHub's and Jenkins' own tokens the catalog's machines do. */
const releaseJob = { subject: 'repo:acme@123456/ml-platform@456789:environment:production', groups: ['risk'], kind: 'machine' } as const;
const pullJob = { subject: 'repo:acme@123456/ml-platform@456789:pull_request', groups: ['risk/previews'], kind: 'machine' } as const;
const jenkinsJob = { subject: 'https://jenkins.example.com/job/pipeline/job/release/', groups: ['risk'], kind: 'machine' } as const;

let github: FakeGitHub;
beforeAll(async () => {
  github = await startGitHub();
});
afterAll(() => github.close());

const wordsOf = ({ version, artifact, digest, image }: ModelVersion) => ({ 'model-version': version, artifact, digest, image });

/** The inputs with what action.yml gives where a workflow says nothing. */
function action(by: Person, env: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>>) {
  github.idToken = () => when.tokenOf(by);
  const common = { 'api-url': address('PLIMSOLL_API_URL'), audience: 'plimsoll', service, attempt: '1', 'patience-minutes': '5' };
  return runOnRunner(env, { ...common, ...inputs });
}

const idIn = (log: string): string => new RegExp(`${service}-${environment}-[0-9a-f]{12}`).exec(log)?.[0] ?? '';

/** Follows a release that a pipeline asks for; people say yes where they are asked. */
async function approvedFor({ log, exited }: Pick<Build, 'log' | 'exited'>): Promise<string> {
  let hasEnded = false;
  void exited.then(() => (hasEnded = true));
  await when.untilTrue('the pipeline has said which release it follows', async () => hasEnded || idIn(log()) !== '');
  const id = idIn(log());
  if (id === '') throw new Error(`the pipeline has ended without a release: ${log()}`);
  await when.approveIfAsked(people.sam, id);
  return id;
}

test('a pull request is planned by the action: one comment that is rewritten, a check run, and SARIF', async () => {
  const told = transcript('3-pull-request');
  const repository = await given.repository();
  const commit = await given.pushBranch(repository, 'feature/wider', { 'notes.txt': 'wider\n' }, 'A wider model');
  const payload = pullRequestPayload({ sha: commit, ref: 'feature/wider' });
  const inputs = {
    command: 'plan',
    environment,
    stack: 'platform',
    ...wordsOf(await given.model(service, given.goodVersions[0])),
    'github-token': 'ghs-of-the-job',
    'comment-author': bot,
  };
  const env = jobEnv(github.url, payload);
  const first = action(pullJob, env, inputs);
  expect([await first.exited, first.log()]).toEqual([0, expect.stringContaining('would be released')]);
  const again = action(pullJob, { ...env, GITHUB_RUN_ATTEMPT: '2' }, inputs);
  expect([await again.exited, again.log()]).toEqual([0, expect.stringContaining('would be released')]);

  expect(github.comments).toMatchObject([{ user: { login: bot }, body: expect.stringContaining(commit.slice(0, 12)) as string }]);
  expect(github.checks.at(-1)).toMatchObject({ head_sha: commit, status: 'completed', conclusion: 'success' });
  const sarif = JSON.parse(readFileSync(join(env['RUNNER_TEMP'] ?? '', 'plimsoll.sarif'), 'utf8')) as {
    readonly version: string;
    readonly runs: readonly { readonly tool: { readonly driver: { readonly name: string } }; readonly results: readonly object[] }[];
  };
  expect(sarif.version).toBe('2.1.0');
  expect(sarif.runs.flatMap(({ results }) => results).length).toBeGreaterThan(0);

  told.show('node integrations/github/generated/action.cjs   # INPUT_COMMAND=plan, on pull_request', first.log());
  told.say('Everything that the two runs of the job asked of GitHub:');
  told.quote('text', github.requests.join('\n'));
  told.say('The comment, once, as the second run has left it:');
  told.quote('markdown', github.comments[0]?.body ?? '');
  const [check] = github.checks;
  told.say(`The check run: \`${check?.name}\`, ${check?.conclusion}, “${check?.output?.title}”, ${check?.annotations.length} annotations.`);
  const runs = sarif.runs.map(({ tool, results }) => `${tool.driver.name}: ${results.length} results`);
  told.say(`SARIF ${sarif.version}, ${runs.join(', ')}.`);
});

test('what was merged is released by a job of GitHub Actions, as the machine that the job is', async () => {
  const told = transcript('4-release-by-github-actions');
  const commit = await given.mergedCommit();
  const env = jobEnv(github.url, {}, { GITHUB_EVENT_NAME: 'push', GITHUB_SHA: commit });
  const run = action(releaseJob, env, {
    command: 'release',
    environment,
    ...wordsOf(await given.model(service, given.goodVersions[0])),
  });
  const id = await approvedFor(run);
  expect([await run.exited, run.log()]).toEqual([0, expect.stringContaining('released')]);
  expect(run.summary()).toContain('released');
  expect((await when.show(id)).outcome?.kind).toBe('released');
  await then.serves(service, id);
  await then.isProved(id);
  told.show('node integrations/github/generated/action.cjs   # INPUT_COMMAND=release, on push', run.log());
  told.say('The job’s summary:');
  told.quote('markdown', run.summary());
});

test.skipIf(!hasMaven)(`the next version is released by a build of Jenkins, ${onTheMachine}`, async () => {
  const told = transcript('5-release-by-jenkins');
  const jenkins = await startJenkins();
  const { version, artifact, digest, image } = await given.model(service, given.goodVersions[1]);
  const commit = await given.mergedCommit();
  const words = { service, environment, commit, modelVersion: version, artifact, digest, image, reason: 'model by fraud/release' };
  const connection = { apiUrl: address('PLIMSOLL_API_URL'), credentialsId: 'plimsoll-token' };
  const build = jenkins.build('plimsollRelease', { ...connection, ...words }, await when.tokenOf(jenkinsJob));
  const id = await approvedFor(build);
  expect([await build.exited, build.log()]).toEqual([0, expect.stringContaining('BUILD SUCCEEDED')]);
  expect(JSON.parse(readFileSync(join(build.workspace, 'plimsoll-release.json'), 'utf8'))).toMatchObject({
    releaseId: id,
    outcome: { kind: 'released' },
  });
  await then.serves(service, id);
  await then.isProved(id);
  told.show('plimsollRelease(service: "pipeline-scorer", …)   # in a Jenkinsfile', build.log());
});

test('plimsoll doctor has nothing against the stack once GuardDuty watches its account', async () => {
  const told = transcript('6-doctor');
  const guardDuty = new GuardDutyClient({ region: address('AWS_REGION'), endpoint: address('AWS_ENDPOINT_URL') });
  const { DetectorIds = [] } = await guardDuty.send(new ListDetectorsCommand({}));
  if (DetectorIds.length === 0) await guardDuty.send(new CreateDetectorCommand({ Enable: true }));
  const env = { ...process.env, PLIMSOLL_TOKEN: await when.tokenOf({ subject: 'pia', groups: ['platform'] }) };
  const { stdout, stderr, exitCode } = await execa(join(checkout, 'bin/plimsoll'), ['doctor'], { env, reject: false });
  const wrong = stdout.split('\n').filter((line) => line.startsWith('wrong'));
  expect({ exitCode, wrong, stderr }).toEqual({ exitCode: 0, wrong: [], stderr: '' });
  for (const check of ['temporal', 'policies', 'ledger', 'reading', 'apply role', 'guardduty', 'gateway api', 'clock'])
    expect(stdout).toContain(check);
  told.show('plimsoll doctor', stdout);
});
