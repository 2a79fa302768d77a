/**
 * The action's plan against the real API, with a GitHub on 127.0.0.1 that answers as its documentation says. Only
 * Temporal and OPA behind the API are values.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../../api/http/problem.ts';
import { digestText } from '../../domain/digest.ts';
import type { MergedFinding } from '../../domain/merged-findings.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { type ApiWorld, environmentYaml, releaseBody, startApi } from '../../test/support/api-world.ts';
import { bot, type FakeGitHub, startGitHub } from '../../test/support/github.ts';
import { headCommit, jobEnv, pullRequestPayload, testJob } from '../../test/support/github-job.ts';
import { startIssuer, type TestIssuer } from '../../test/support/issuer.ts';
import { runAction } from './action.ts';

const machineYaml = (issuer: string) => `
name: fraud-pulls
issuer: ${issuer}
match:
  sub: repo:acme@1/ml-platform@2:pull_request
  repository_id: "2"
team: risk/previews
`;

let world: ApiWorld;
let actions: TestIssuer;
let github: FakeGitHub;
beforeAll(async () => {
  actions = await startIssuer();
  world = await startApi(
    {
      'environments/production.yaml': `${environmentYaml}previews: { branches: ["feature/*"] }\n`,
      'machines/fraud-pulls.yaml': machineYaml(actions.url),
    },
    [{ issuer: actions.url, audience: 'plimsoll', kind: 'machine' }],
  );
});
afterAll(() => Promise.all([world.close(), actions.close()]));
beforeEach(async () => {
  github = await startGitHub();
  world.releases.previewed.clear();
  Reflect.deleteProperty(world.releases.previewed, 'set');
  world.releases.broken = undefined;
  world.policy = () => true;
});
afterEach(() => github.close());

/* ------------------------------------------------------------------ given */

const claims = { sub: 'repo:acme@1/ml-platform@2:pull_request', repository_id: '2', repository: 'acme/ml-platform' };
const { model } = releaseBody;
const inputs = {
  command: 'plan',
  audience: 'plimsoll',
  service: 'fraud-scorer',
  environment: 'production',
  stack: 'platform',
  variables: 'replicas_max=12\n',
  'model-version': model.version,
  artifact: model.artifact,
  digest: model.digest,
  image: model.image,
  'patience-minutes': '0',
  'github-token': 'ghs-secret',
  'comment-author': bot,
};

interface Given {
  readonly inputs?: Record<string, string>;
  readonly env?: Record<string, string>;
  readonly payload?: object;
  readonly claims?: Record<string, string>;
}

async function act(given: Given = {}) {
  const env = jobEnv(github.url, given.payload ?? pullRequestPayload(), given.env);
  const job = testJob(env, { 'api-url': world.url, ...inputs, ...given.inputs }, (audience) =>
    actions.token({ ...claims, aud: audience, ...given.claims }),
  );
  const exitCode = await runAction(job, { lookEveryMs: 1, secondMs: 1 });
  return { exitCode, ...job.says };
}

/** Lets every preview that is asked for end with this. */
function previewsEnd(view: Partial<ReleaseView> = {}, status: 'completed' | 'failed' = 'completed'): void {
  Reflect.deleteProperty(world.releases.previewed, 'set');
  const put = world.releases.previewed.set.bind(world.releases.previewed);
  world.releases.previewed.set = (id, preview) => put(id, { ...preview, status, view: { ...preview.view, ...view } });
}

function planned(view: Partial<ReleaseView> = {}, given: Given = {}, status: 'completed' | 'failed' = 'completed') {
  previewsEnd(view, status);
  return act(given);
}

const finding = (rule: string, change: Partial<MergedFinding> = {}): MergedFinding => ({
  fingerprint: digestText(rule),
  tool: 'checkov',
  rule,
  severity: 'high',
  address: 'aws_s3_bucket.models',
  file: 'infra/main.tf',
  line: 3,
  message: 'the bucket is open',
  controls: [],
  reports: ['checkov code'],
  alsoAs: [],
  waiver: null,
  ...change,
});

const gateWith = (
  kind: 'allow' | 'approval needed' | 'deny',
  findings: readonly MergedFinding[] = [],
): NonNullable<ReleaseView['gate']> => ({
  kind,
  violations: kind === 'deny' ? [{ code: 'S31', title: 'open', message: 'aws_s3_bucket.models is public', solution: 'close it' }] : [],
  because: kind === 'approval needed' ? ['production'] : [],
  policyDigest: digestText('p'),
  findings: world.keep(JSON.stringify(findings)),
  findingsDigest: digestText('f'),
  findingsCount: findings.length,
});

const blocked = { kind: 'blocked', reason: 'S31: public', infrastructure: 'unchanged', model: 'unchanged' } as const;

/* ------------------------------------------------------------------ tests */

describe('a plan', () => {
  test('asks about the branch’s own commit, and says on the pull request what would be released', async () => {
    const change = {
      digest: digestText('c'),
      counts: { create: 1, update: 0, delete: 1, replace: 0 },
      addresses: ['aws_s3_bucket.wider', 'aws_s3_bucket.old'],
      actions: ['create', 'delete'] as const,
    };
    const says = await planned({ gate: gateWith('approval needed', [finding('CKV_AWS_20')]), change });
    expect([says.exitCode, says.errors]).toEqual([0, []]);
    const [order] = [...world.releases.previewed.values()].map((one) => one.order);
    expect(order).toMatchObject({
      requester: { subject: 'machine/fraud-pulls', kind: 'machine' },
      source: { commit: headCommit, refs: ['feature/wider'] },
      infrastructure: { stack: { name: 'platform' }, variables: { replicas_max: 12 } },
      model: { version: model.version },
    });
    const [only] = github.comments;
    expect(only?.body).toMatch(/^<!-- plimsoll plan fraud-scorer\/production run 100\.1 -->/);
    for (const part of ['would be released once 1 of sre or ml-owners', '| delete | `aws_s3_bucket.old` |', 'CKV_AWS_20', headCommit])
      expect(only?.body).toContain(part);
    expect(github.checks).toMatchObject([{ name: 'Plimsoll plan fraud-scorer/production', head_sha: headCommit, conclusion: 'success' }]);
    expect(github.checks[0]?.annotations).toMatchObject([{ path: 'infra/main.tf', start_line: 3, annotation_level: 'failure' }]);
    expect(says.outputs).toMatchObject({ verdict: 'would be released', approval: '1 of sre or ml-owners', 'comment-url': only?.html_url });
    expect(JSON.parse(readFileSync(says.outputs['sarif-file'] ?? '', 'utf8'))).toMatchObject({
      runs: [{ results: [{ ruleId: 'CKV_AWS_20' }] }],
    });
    expect(says.summary).toContain('would be released');
  });

  test('that would be blocked fails, with why', async () => {
    const says = await planned({ gate: gateWith('deny', [finding('CKV_AWS_20')]), outcome: blocked });
    expect([says.exitCode, says.outputs['verdict'], says.errors]).toEqual([1, 'would be blocked', ['would be blocked: S31: public']]);
    expect(github.checks[0]?.conclusion).toBe('failure');
    expect(github.comments[0]?.body).toContain('`S31` `aws_s3_bucket.models is public`: `close it`');
  });

  test('whose step broke fails', async () => {
    const says = await planned({ attention: 'terraform.locked: held by somebody' }, {}, 'failed');
    expect([says.exitCode, says.outputs['verdict'], github.checks[0]?.conclusion]).toEqual([1, 'failed', 'failure']);
    expect(github.comments[0]?.body).toContain('terraform.locked');
    expect(says.outputs['sarif-file']).toBe('');
  });

  test('to which nobody answers fails, and says so where an older plan stood', async () => {
    await planned({ gate: gateWith('allow') });
    const says = await act({ inputs: { 'api-url': 'http://127.0.0.1:9' }, env: { GITHUB_RUN_ID: '101' } });
    expect([says.exitCode, github.checks[1]?.conclusion]).toEqual([3, 'failure']);
    expect(github.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('**Not planned**: `nobody answers at http://127.0.0.1:9'),
    ]);
  });

  test('asks again whatever Temporal did not answer, the findings too', async () => {
    const find = world.releases.previews.find.bind(world.releases.previews);
    let asked = 0;
    const lost = vi.spyOn(world.releases.previews, 'find').mockImplementation(async (id) => {
      asked += 1;
      if (asked % 2 === 1) throw new Problem('temporal.unreachable', 'a query was lost');
      return await find(id);
    });
    const given = { inputs: { 'patience-minutes': '1' } };
    const says = await planned({ gate: gateWith('allow', [finding('CKV_AWS_20')]) }, given);
    lost.mockRestore();
    expect([says.exitCode, says.errors]).toEqual([0, []]);
    expect(github.comments[0]?.body).toContain('CKV_AWS_20');
    // The preview, its findings, and the same as SARIF.
    expect(asked).toBe(6);
  });

  test('that the policies of the API refuse fails', async () => {
    world.policy = () => false;
    const says = await planned();
    expect([says.exitCode, github.checks[0]?.conclusion]).toEqual([1, 'failure']);
  });

  test('keeps tokens to itself', async () => {
    const says = await planned({ gate: gateWith('allow') });
    expect(says.masked).toContain('ghs-secret');
    expect(says.masked.some((one) => one.split('.').length === 3)).toBe(true);
    const said = JSON.stringify([says.log, says.summary, says.errors, says.outputs, github.comments]);
    for (const secret of says.masked) expect(said).not.toContain(secret);
  });

  test('shows what came from the code as text: no mention, no link, no command to the runner', async () => {
    const message = 'a ``fence`` | <img src=x> @acme/all\n::add-mask::x';
    const says = await planned({
      gate: gateWith('allow', [finding('X', { message })]),
      attention: null,
      outcome: { ...blocked, reason: 'x\n  ::add-mask::y\r::stop-commands::z ##[error]w' },
    });
    expect(github.comments[0]?.body).toContain(String.raw`${'```'}a ${'``'}fence${'``'} \| <img src=x> @acme/all ::add-mask::x${'```'}`);
    expect(says.log).toContain(': :add-mask::y');
    expect(says.log).not.toMatch(/(^|[\r\n])[^\S\r\n]*::|##\[/);
  });
});

describe('the comment', () => {
  test('is found on a later page, rewritten and not repeated', async () => {
    for (let index = 0; index < 150; index += 1) github.say('ana', `look ${index}`);
    await planned({ gate: gateWith('allow') });
    for (let index = 0; index < 100; index += 1) github.say('ben', `look again ${index}`);
    await planned({ gate: gateWith('deny'), outcome: blocked }, { env: { GITHUB_RUN_ID: '101' } });
    const ours = github.comments.filter(({ user }) => user.login === bot);
    expect(ours.map(({ body }) => body)).toEqual([expect.stringContaining('would be blocked')]);
  });

  test('of another service, or of somebody who copied its mark, is left alone', async () => {
    const mark = '<!-- plimsoll plan fraud-scorer/production run 1.1 -->';
    github.say('mallory', `${mark}\nall is well`);
    github.say(bot, mark.replace('fraud', 'churn'));
    await planned({ gate: gateWith('allow') });
    expect(github.comments.map(({ user, body }) => [user.login, body.split('\n')[0]])).toEqual([
      ['mallory', mark],
      [bot, mark.replace('fraud', 'churn')],
      [bot, '<!-- plimsoll plan fraud-scorer/production run 100.1 -->'],
    ]);
  });

  test('of a later run is not overwritten by an earlier one that took longer', async () => {
    await planned({ gate: gateWith('allow') }, { env: { GITHUB_RUN_ID: '200' } });
    await planned({ gate: gateWith('deny'), outcome: blocked }, { env: { GITHUB_RUN_ID: '100' } });
    expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining('run 200.1')]);
  });

  test('stays one when two runs begin it at the same time, and the later run has the last word', async () => {
    previewsEnd();
    await Promise.all([act({ env: { GITHUB_RUN_ID: '300' } }), act({ env: { GITHUB_RUN_ID: '301' } })]);
    expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining('run 301.1')]);
  });

  test('is not repeated when GitHub wrote it and its answer was lost', async () => {
    github.faults.push({ on: /^POST .*comments/, status: 502, done: true });
    expect((await planned({ gate: gateWith('allow') })).exitCode).toBe(0);
    expect(github.comments).toHaveLength(1);
  });

  test('waits where GitHub limits it, and is written then', async () => {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
    github.faults.push(
      { on: /^POST .*comments/, status: 403, headers: { 'retry-after': '60' }, message },
      { on: /^GET .*comments/, status: 429, headers: { 'retry-after': '60' }, message },
    );
    const says = await planned({ gate: gateWith('allow') });
    expect([says.exitCode, github.comments.length]).toEqual([0, 1]);
    expect(says.log).toContain('GitHub limits POST /repos/{owner}/{repo}/issues/{issue_number}/comments for 60 s: waiting');
  });

  test('that cannot be written fails the job, and the check still ends', async () => {
    github.faults.push({ on: /^POST .*comments/, status: 403, message: 'Resource not accessible by integration' });
    const says = await planned({ gate: gateWith('allow') });
    expect([says.exitCode, github.checks[0]?.status]).toEqual([1, 'completed']);
    expect(says.errors).toEqual([expect.stringContaining('permissions: { pull-requests: write }')]);
  });

  test('is bounded, however much there is to say', async () => {
    const many = Array.from({ length: 400 }, (_, index) => finding(`R${index}`, { message: 'm'.repeat(2_000) }));
    await planned({ gate: gateWith('allow', many) });
    expect(github.comments[0]?.body.length).toBeLessThan(65_536);
    expect(github.comments[0]?.body).toContain('and 350 more');
  });
});

describe('the check', () => {
  test('has every finding of a file as an annotation, 50 a request, and its conclusion at the end', async () => {
    const { file: _file, line: _line, ...withoutPlace } = finding('plan');
    const many = Array.from({ length: 120 }, (_, index) => finding(`R${index}`, { line: index + 1 }));
    await planned({ gate: gateWith('allow', [...many, withoutPlace]) });
    expect(github.checks[0]?.annotations).toHaveLength(120);
    expect(github.requests.filter((one) => one.startsWith('PATCH /check-runs'))).toHaveLength(3);
    expect(github.checks[0]).toMatchObject({ status: 'completed', conclusion: 'success' });
  });

  test('ends after a server that broke has come back', async () => {
    github.faults.push({ on: /^PATCH .*check-runs/, status: 503 }, { on: /^PATCH .*check-runs/, status: 500 });
    expect((await planned({ gate: gateWith('allow') })).exitCode).toBe(0);
    expect(github.checks[0]?.conclusion).toBe('success');
  });
});

describe('what is not planned', () => {
  test.each([
    ['a fork', { repo: { full_name: 'mallory/ml-platform' } }, 'mallory/ml-platform'],
    ['a fork that is gone', { repo: null }, 'a fork that is gone'],
  ])('%s: nothing is asked of anybody, and the job fails with what to do', async (_, head, named) => {
    const says = await act({ payload: pullRequestPayload(head) });
    expect([says.exitCode, says.errors]).toEqual([1, [expect.stringContaining(named)]]);
    expect(says.errors[0]).toContain('nothing was planned');
    expect([github.requests, world.releases.previewed.size, says.masked]).toEqual([[], 0, []]);
  });

  test.each(['pull_request_target', 'push'])('an event like %s', async (event) => {
    const says = await act({ env: { GITHUB_EVENT_NAME: event } });
    expect([says.exitCode, says.errors[0], github.requests]).toEqual([2, expect.stringContaining(event), []]);
  });

  test('a job that may not have a token: it says which permission lets it', async () => {
    const says = await act({ env: { ACTIONS_ID_TOKEN_REQUEST_URL: '' } });
    expect([says.exitCode, github.checks[0]?.conclusion]).toEqual([2, 'failure']);
    expect(says.errors[0]).toContain('permissions: { id-token: write }');
  });

  test('a token whose subject has GitHub’s other format: which came, and which the catalog expects', async () => {
    const says = await planned({}, { claims: { sub: 'repo:acme/ml-platform:pull_request' } });
    expect(says.exitCode).toBe(1);
    expect(says.errors[0]).toContain('machine.unknown');
    expect(says.errors[0]).toContain('immutable format, repo:acme@1/ml-platform@2:pull_request');
    expect(says.errors[0]).toContain('repo:acme/ml-platform:pull_request');
  });

  test('a branch that the environment does not let be previewed', async () => {
    const says = await planned({}, { payload: pullRequestPayload({ ref: 'wild' }) });
    expect([says.exitCode, says.errors[0]]).toEqual([2, expect.stringContaining('branch wild')]);
  });

  test.each([
    ['command', 'deploy', '"deploy"; plan'],
    ['api-url', 'http://plimsoll.example.com', 'https'],
    ['api-url', '', 'api-url is empty'],
    ['service', '', 'service is ""'],
    ['service', '-->', 'service is "-->"'],
    ['patience-minutes', 'long', 'patience-minutes is long'],
    ['variables', 'replicas_max', 'name=value'],
    ['github-token', '', 'github-token is empty'],
  ])('an input %s of %j', async (name, value, named) => {
    const says = await act({ inputs: { [name]: value } });
    expect([says.exitCode, says.errors[0], github.requests]).toEqual([2, expect.stringContaining(named), []]);
  });
});
