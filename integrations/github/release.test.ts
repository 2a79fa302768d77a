/** The action's release against the real API: attaching, waiting for an API that is down, and ending as the release ends. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { recordEnd } from '../../test/support/api-calls.ts';
import { type ApiWorld, releaseBody, startApi } from '../../test/support/api-world.ts';
import { startGitHub } from '../../test/support/github.ts';
import { jobEnv, runOnRunner, testJob } from '../../test/support/github-job.ts';
import { startIssuer, type TestIssuer } from '../../test/support/issuer.ts';
import { runAction } from './action.ts';
import { tokenSource } from './token.ts';

const machineYaml = (issuer: string) => `
name: fraud-github
issuer: ${issuer}
match:
  sub: repo:acme@1/ml-platform@2:environment:production
  repository_id: "2"
  ref: refs/heads/main
team: risk
`;
const claims = { sub: 'repo:acme@1/ml-platform@2:environment:production', repository_id: '2', ref: 'refs/heads/main' };

let world: ApiWorld;
let actions: TestIssuer;
beforeAll(async () => {
  actions = await startIssuer();
  world = await startApi({ 'machines/fraud-github.yaml': machineYaml(actions.url) }, [
    { issuer: actions.url, audience: 'plimsoll', kind: 'machine' },
  ]);
});
afterAll(() => Promise.all([world.close(), actions.close()]));
beforeEach(() => {
  world.releases.releases.clear();
  world.ledger.objects.clear();
  world.releases.viewChange = {};
  world.policy = () => true;
});

const { model, source } = releaseBody;
const inputs = {
  command: 'release',
  audience: 'plimsoll',
  service: 'fraud-scorer',
  environment: 'production',
  'model-version': model.version,
  artifact: model.artifact,
  digest: model.digest,
  image: model.image,
  attempt: '1',
  'patience-minutes': '5',
};

function begin(given: { readonly inputs?: Record<string, string>; readonly env?: Record<string, string> } = {}) {
  const env = jobEnv('http://127.0.0.1:9', {}, { GITHUB_EVENT_NAME: 'push', GITHUB_SHA: source.commit, ...given.env });
  const job = testJob(env, { 'api-url': world.url, ...inputs, ...given.inputs }, (audience) => actions.token({ ...claims, aud: audience }));
  return { says: job.says, ended: runAction(job, { secondMs: 1 }) };
}

const onlyId = () => [...world.releases.releases.keys()][0] ?? '';
const begun = () => expect.poll(onlyId, { timeout: 60_000 }).not.toBe('');

function end(kind: 'released' | 'rolled back' | 'blocked'): void {
  world.releases.viewChange = { outcome: { kind, reason: 'because', infrastructure: 'none', model: 'released' }, phase: 'closed' };
  world.releases.record(onlyId(), 'closed');
  world.releases.change(onlyId(), { status: 'completed', outcome: kind, phase: 'closed' });
}

/** What is between a job and an API: it can go away, and come back at the same address. */
async function wire() {
  const target = Number(new URL(world.url).port);
  const open = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const up = async () => {
    server = createServer((client) => {
      const onward = connect(target, '127.0.0.1');
      for (const socket of [client, onward]) {
        open.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => [client, onward].forEach((one) => one.destroy()));
      }
      client.pipe(onward).pipe(client);
    });
    await new Promise<void>((done) => server?.listen(port, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  };
  const down = async () => {
    for (const socket of open) socket.destroy();
    open.clear();
    await new Promise((done) => server?.close(done));
  };
  await up();
  onTestFinished(down);
  return { url: `http://127.0.0.1:${port}`, up, down };
}

describe('a release', () => {
  test('of what was merged is asked for by the machine that the job is, and ends the job as it ends', async () => {
    const { says, ended } = begin();
    await begun();
    end('released');
    expect([await ended, says.errors]).toEqual([0, []]);
    expect(await world.releases.order(onlyId())).toMatchObject({
      requester: { subject: 'machine/fraud-github', kind: 'machine' },
      source: { commit: source.commit, refs: ['main'] },
      model: { version: model.version },
      reason: 'release of acme/ml-platform, run 100, asked for by ana',
    });
    expect(says.outputs).toEqual({ release: onlyId(), outcome: 'released', url: '' });
    expect(says.log).toMatch(/fetching[\s\S]*released: because/);
    expect(says.summary).toContain('released');
  });

  test.each(['rolled back', 'blocked'] as const)('that is %s fails the job, with why', async (kind) => {
    const { says, ended } = begin();
    await begun();
    end(kind);
    expect([await ended, says.outputs['outcome']]).toEqual([1, kind]);
    expect(says.errors).toEqual([expect.stringContaining(`${kind}: because`)]);
  });

  test('that was terminated has no outcome, and fails the job', async () => {
    const { says, ended } = begin();
    await begun();
    world.releases.change(onlyId(), { status: 'terminated', phase: 'closed' });
    world.releases.record(onlyId(), 'closed');
    expect([await ended, says.outputs['outcome']]).toEqual([1, '']);
    expect(says.errors).toEqual([expect.stringContaining('a person is needed')]);
  });

  test('is one, whichever attempt of a run asks for it', async () => {
    const [first, again] = [begin(), begin({ env: { GITHUB_RUN_ATTEMPT: '2' } })];
    await begun();
    await expect.poll(() => [first, again].map(({ says }) => says.outputs['release']), { timeout: 60_000 }).toEqual([onlyId(), onlyId()]);
    end('released');
    expect(await Promise.all([first.ended, again.ended, begin({ env: { GITHUB_RUN_ATTEMPT: '3' } }).ended])).toEqual([0, 0, 0]);
    expect(world.releases.releases.size).toBe(1);
  });

  test.each([
    ['released', 0],
    ['rolled back', 1],
  ] as const)('that was %s longer ago than Temporal remembers ends a later attempt the same way', async (kind, exitCode) => {
    const first = begin();
    await begun();
    const id = onlyId();
    end('released');
    await first.ended;
    await recordEnd(world, id, kind);
    world.releases.releases.clear();
    const { says, ended } = begin({ env: { GITHUB_RUN_ATTEMPT: '2' } });
    expect([await ended, says.outputs]).toEqual([exitCode, { release: id, outcome: kind, url: '' }]);
    expect(says.errors).toEqual(exitCode === 0 ? [] : [`${id} rolled back`]);
  });

  test('is followed on when the API comes back, and not asked for twice', async () => {
    const api = await wire();
    const { says, ended } = begin({ inputs: { 'api-url': api.url } });
    await begun();
    await expect.poll(() => says.log, { timeout: 60_000 }).toContain('fetching');
    await api.down();
    await expect.poll(() => says.log, { timeout: 60_000 }).toContain('trying again');
    end('released');
    await api.up();
    expect([await ended, world.releases.releases.size]).toEqual([0, 1]);
  });

  test('is asked for when an API that was down comes up', async () => {
    const api = await wire();
    await api.down();
    const { says, ended } = begin({ inputs: { 'api-url': api.url } });
    await expect.poll(() => says.log, { timeout: 60_000 }).toContain('does not answer: trying again');
    expect(world.releases.releases.size).toBe(0);
    await api.up();
    await begun();
    end('released');
    expect([await ended, world.releases.releases.size]).toEqual([0, 1]);
  });

  test('fails the job when patience ends', async () => {
    const { says, ended } = begin({ inputs: { 'api-url': 'http://127.0.0.1:9', 'patience-minutes': '0' } });
    expect([await ended, says.errors]).toEqual([3, [expect.stringContaining('nobody answers')]]);
  });

  test('goes on when the job is cancelled, and the log says how to follow or end it', async () => {
    const { says, ended } = begin();
    await begun();
    await expect.poll(() => says.cancel, { timeout: 60_000 }).toBeDefined();
    says.cancel?.();
    expect(says.log).toContain(`plimsoll watch ${onlyId()}`);
    end('released');
    expect(await ended).toBe(0);
  });

  test('outlives the process that a runner interrupts', async () => {
    const github = await startGitHub();
    onTestFinished(() => github.close());
    github.idToken = (audience) => actions.token({ ...claims, aud: audience });
    const env = jobEnv(github.url, {}, { GITHUB_EVENT_NAME: 'push', GITHUB_SHA: source.commit });
    const { child, exited, log, summary } = runOnRunner(env, { ...inputs, 'api-url': world.url });
    await expect.poll(summary, { timeout: 60_000 }).toContain('fetching');
    child.kill('SIGINT');
    expect(await exited).toBe(130);
    expect(log()).toContain(`plimsoll watch ${onlyId()}`);
    expect((await world.releases.describe(onlyId()))?.status).toBe('running');
  });

  test('that the policies refuse is the API’s no', async () => {
    world.policy = () => false;
    const { says, ended } = begin();
    expect([await ended, says.errors]).toEqual([1, [expect.stringContaining('is not in risk')]]);
  });

  test.each(['pull_request', 'pull_request_target'])('is not asked for on %s', async (event) => {
    const { says, ended } = begin({ env: { GITHUB_EVENT_NAME: event } });
    expect([await ended, says.errors]).toEqual([2, [expect.stringContaining(event)]]);
    expect(world.releases.releases.size).toBe(0);
  });
});

test('a token is used until a minute before its end, and each one is masked', async () => {
  let nowMs = 0;
  let asked = 0;
  const idToken = async () => {
    asked += 1;
    return `h.${Buffer.from(JSON.stringify({ exp: nowMs / 1_000 + 300 })).toString('base64url')}.${asked}`;
  };
  const job = testJob({ ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:9' }, {}, idToken);
  const token = tokenSource(job, 'plimsoll', () => nowMs);
  const first = await token();
  nowMs = 239_000;
  expect(await token()).toBe(first);
  nowMs = 240_000;
  const second = await token();
  expect([second === first, asked, job.says.masked]).toEqual([false, 2, [first, second]]);
});

test('a token service that does not answer is waited for like the API itself', async () => {
  const job = testJob({ ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:9' }, {}, async () => {
    throw new Error('Failed to get ID Token');
  });
  await expect(tokenSource(job, 'plimsoll')()).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining('no OIDC token') });
});
