/** The CLI against the real API over HTTP; only Temporal and OPA behind it are values. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Problem } from '../api/http/problem.ts';
import { startIssuer } from '../infra/local/issuer/issuer.ts';
import { type ApiWorld, releaseBody, someDigest, startApi } from '../test/support/api-world.ts';
import { failVerdict, firstVerdict } from '../test/support/verdicts.ts';
import { createApi } from './client/api.ts';
import { run } from './program.ts';
import { requestFrom } from './request.ts';
import { watchRelease } from './watch.ts';

let world: ApiWorld;
let token: string;
beforeAll(async () => {
  world = await startApi();
  token = await world.issuer.token();
});
afterAll(() => world.close());
beforeEach(() => {
  world.releases.releases.clear();
  world.releases.told.length = 0;
  world.releases.broken = undefined;
  world.releases.viewChange = {};
  world.policy = () => true;
});

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function terminalOf(answer?: string) {
  const said = { out: '', err: '' };
  const terminal = {
    interactive: answer !== undefined,
    columns: 100,
    colors: picocolors.createColors(false),
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    ask: async () => answer ?? '',
  };
  return { said, terminal };
}

async function plimsoll(
  words: readonly string[],
  options: { readonly env?: Record<string, string>; readonly answer?: string } = {},
): Promise<Said> {
  const { said, terminal } = terminalOf(options.answer);
  const env = {
    PLIMSOLL_API_URL: world.url,
    PLIMSOLL_TOKEN: token,
    XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'plimsoll-cli-')),
    ...options.env,
  };
  const code = await run(words, { env, terminal });
  return { code, ...said };
}

const releaseWords = [
  'release --service fraud-scorer --environment production --model-version 2026.11.3 --reason retrain'.split(' '),
  [
    '--commit',
    releaseBody.source.commit,
    '--artifact',
    releaseBody.model.artifact,
    '--digest',
    someDigest,
    '--image',
    releaseBody.model.image,
  ],
].flat();
const onlyId = () => [...world.releases.releases.keys()][0] ?? '';

async function started(): Promise<string> {
  await plimsoll(releaseWords);
  return onlyId();
}

function end(id: string, kind: 'released' | 'rolled back' | 'blocked'): void {
  world.releases.viewChange = { outcome: { kind, reason: 'because', infrastructure: 'none', model: 'released' }, phase: 'closed' };
  world.releases.record(id, 'closed');
  world.releases.change(id, { status: 'completed', outcome: kind, phase: 'closed' });
}

describe('asking', () => {
  test('a release is asked for by options, by a file, or both; the answer is its id', async () => {
    const { code, out } = await plimsoll(releaseWords);
    expect([code, out.split(/\s/)[0]]).toEqual([0, onlyId()]);
    const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-cli-')), 'request.json');
    writeFileSync(file, JSON.stringify({ ...releaseBody, reason: 'from the file' }));
    const again = await plimsoll(['release', '--file', file, '--json']);
    expect([again.code, (JSON.parse(again.out) as { id: string }).id]).toEqual([0, onlyId()]);
  });

  test('variables are JSON where they are JSON', () => {
    expect(requestFrom({ stack: 'platform', var: ['replicas_max=12', 'name=blue', 'tags={"a":["b"]}', 'empty='] })).toEqual({
      infrastructure: { stack: 'platform', variables: { replicas_max: 12, name: 'blue', tags: { a: ['b'] }, empty: '' } },
    });
  });

  test('a hotfix is asked to pass freezes for the reason of the release; what is missing the API says', () => {
    expect(requestFrom({ reason: 'payments are refused', overrideFreeze: true, ticket: 'INC-4711' })).toEqual({
      reason: 'payments are refused',
      override: { reason: 'payments are refused', ticket: 'INC-4711' },
    });
    expect(requestFrom({ reason: 'r', ticket: 'INC-4711' })).toEqual({ reason: 'r', override: { ticket: 'INC-4711' } });
    expect(requestFrom({ reason: 'r' })).toEqual({ reason: 'r' });
  });

  test('a rollback is asked for, to the previous version by default', async () => {
    const words = ['rollback', '--service', 'fraud-scorer', '--environment', 'production', '--incident', 'INC-1', '--reason', 'errors'];
    const { code, err } = await plimsoll(words);
    expect(code).toBe(2);
    expect(err).toContain('no earlier version of fraud-scorer was released in production');
    const id = await started();
    end(id, 'released');
    expect((await plimsoll([...words, '--to', id])).code).toBe(0);
  });
});

describe('planning', () => {
  const planWords = ['plan', ...releaseWords.slice(1).filter((word, index, all) => word !== '--reason' && all[index - 1] !== '--reason')];
  const previewed = () => [...world.releases.previewed.values()][0];
  beforeEach(() => world.releases.previewed.clear());
  const end = async (status: 'completed' | 'failed', change: object, ...more: string[]) => {
    const running = plimsoll([...planWords, ...more]);
    await vi.waitFor(() => expect(previewed()).toBeDefined());
    const preview = previewed();
    if (preview === undefined) throw new Error('it was asked for');
    preview.view = { ...preview.view, ...change };
    preview.status = status;
    return running;
  };

  test('needs no reason, follows the preview to its end and says that it would be released', async () => {
    const { code, out } = await end('completed', {});
    expect([code, out]).toEqual([0, expect.stringContaining('would be released without an approval')]);
    expect(world.releases.releases.size).toBe(0);
  });

  test('of a hotfix that is to pass freezes takes the words that a release takes, and says so', async () => {
    const words = ['--override-freeze', '--reason', 'payments are refused', '--ticket', 'INC-4711'];
    const { out } = await end('completed', {}, ...words);
    expect(out).toContain('would pass freezes, INC-4711: payments are refused');
    expect(previewed()?.order).toMatchObject({ urgency: 'hotfix', override: { reason: 'payments are refused', ticket: 'INC-4711' } });
    const refused = await plimsoll([...planWords, '--override-freeze', '--ticket', 'INC-4711']);
    expect(refused.err).toContain('override.reason');
  });

  test('is refused with what would end it, or with the step that broke', async () => {
    const outcome = { kind: 'blocked', reason: 'IAM1: wildcard', infrastructure: 'unchanged', model: 'unchanged' };
    expect(await end('completed', { outcome })).toMatchObject({
      code: 1,
      out: expect.stringContaining('would be blocked: IAM1: wildcard') as string,
    });
    world.releases.previewed.clear();
    expect(await end('failed', {})).toMatchObject({ code: 1, out: expect.stringContaining('a step broke') as string });
  });
});

describe('exit codes', () => {
  test.each([
    ['released', 0],
    ['rolled back', 1],
    ['blocked', 1],
  ] as const)('watching one that ends as %s is %i', async (kind, code) => {
    const id = await started();
    end(id, kind);
    const result = await plimsoll(['watch', id]);
    expect([result.code, result.out]).toEqual([code, expect.stringContaining(`${id} ${kind}: because`)]);
    expect((await plimsoll([...releaseWords, '--watch'])).code).toBe(code);
  });

  test('one that was terminated has no outcome: 1, and a person is needed', async () => {
    const id = await started();
    world.releases.change(id, { status: 'terminated' });
    const { code, out } = await plimsoll(['watch', id]);
    expect([code, out]).toEqual([1, expect.stringContaining('a person is needed')]);
  });

  test('wrong words are 2: an unknown command, a missing option, a field the API refuses', async () => {
    expect((await plimsoll(['fly'])).code).toBe(2);
    expect((await plimsoll(['hold', 'x'])).code).toBe(2);
    expect((await plimsoll(['list', '--outcome', 'great'])).code).toBe(2);
    const { code, err } = await plimsoll([...releaseWords, '--commit', 'abc']);
    expect([code, err]).toEqual([2, expect.stringContaining('source.commit = "abc": a full commit')]);
  });

  test('refused is 1: no token, no right, no such release', async () => {
    expect((await plimsoll(['list'], { env: { PLIMSOLL_TOKEN: 'x.y.z' } })).code).toBe(1);
    expect((await plimsoll(['show', 'nobody'])).code).toBe(1);
    world.policy = () => false;
    expect(await plimsoll(releaseWords)).toMatchObject({ code: 1, err: expect.stringContaining('caller.forbidden: ana is not in risk') });
  });

  test('unreachable is 3: nobody there, or somebody else, or Temporal away', async () => {
    expect(await plimsoll(['list'], { env: { PLIMSOLL_API_URL: 'http://127.0.0.1:1' } })).toMatchObject({
      code: 3,
      err: expect.stringContaining('nobody answers'),
    });
    world.releases.broken = new Problem('temporal.unreachable', 'away');
    expect((await plimsoll(['list'])).code).toBe(3);
  });

  test('with --json a refusal is the problem itself', async () => {
    const { err } = await plimsoll(['show', 'nobody', '--json']);
    expect(JSON.parse(err)).toMatchObject({ kind: 'release.unknown', status: 404 });
  });

  test('help is an answer, with examples and exit codes', async () => {
    const { code, out } = await plimsoll(['--help']);
    expect([code, out]).toEqual([0, expect.stringMatching(/Examples:[\s\S]*Exit codes/)]);
    expect((await plimsoll(['release', '--help'])).code).toBe(0);
  });
});

describe('reading', () => {
  test('waivers are listed for people and for programs', async () => {
    expect(await plimsoll(['waivers'])).toMatchObject({ code: 0, out: 'no waivers\n' });
    expect(JSON.parse((await plimsoll(['waivers', '--json'])).out)).toEqual({ waivers: [] });
  });

  test('list, show and service, for people and for programs', async () => {
    const id = await started();
    expect((await plimsoll(['list', '--service', 'fraud-scorer', '--page-size', '10'])).out).toContain(id);
    expect(JSON.parse((await plimsoll(['list', '--json'])).out)).toMatchObject({ releases: [{ id }] });
    expect((await plimsoll(['show', id])).out).toContain('fraud-scorer 2026.11.3 → production');
    expect(JSON.parse((await plimsoll(['show', id, '--json'])).out)).toMatchObject({ releaseId: id });
    expect((await plimsoll(['service', 'fraud-scorer', 'production'])).out).toContain('nothing was released here');
  });
});

describe('the verdict', () => {
  const judged = (id: string, weightPercent: number, decision: string, verdict: unknown, counts: readonly unknown[] = []) =>
    world.releases.record(id, 'verdict', { weightPercent, decision, verdict, counts } as never);

  test('is shown with what it was made from, for people and for programs', async () => {
    const id = await started();
    judged(id, 5, 'advance', { ...failVerdict, kind: 'pass', reason: 'no worse' });
    judged(id, 25, 'roll back', failVerdict);
    const { code, out } = await plimsoll(['verdict', id]);
    expect([code, out]).toEqual([0, expect.stringContaining('rolled back at │ 1 : 125')]);
    expect(out).toContain('latency 250ms: 347 of 12,000 (2.89 %), live 2,063 of 108,000 (1.91 %)');
    expect(out).toMatch(/5 %  went on at 10:00:00 UTC: pass[^\n]*\n *25 %  rolled back/);
    expect(JSON.parse((await plimsoll(['verdict', id, '--json'])).out)).toMatchObject({ releaseId: id, verdict: failVerdict });
    expect((await plimsoll(['verdict', id, '--weight', '5'])).out).toContain('no worse');
  });

  test('is drawn into one file and what was counted kept in another', async () => {
    const id = await started();
    const counts = 'instant,version,pod,requests,errors,le_+Inf\n0,canary,p,1,0,1\n';
    judged(id, 25, 'roll back', failVerdict, [world.keep(counts)]);
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
    const files = [join(folder, 'verdict.svg'), join(folder, 'counts.csv')] as const;
    const { code, err } = await plimsoll(['verdict', id, '--plot', files[0], '--counts', files[1]]);
    expect([code, err]).toEqual([0, files.map((file) => `${file} is written\n`).join('')]);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual([expect.stringMatching(/^<svg /), counts]);
  });

  test('that is not there yet is refused with what to do; a file that cannot be written is wrong usage', async () => {
    const id = await started();
    expect(await plimsoll(['verdict', id])).toMatchObject({
      code: 1,
      err: expect.stringContaining('wait until its new version has traffic'),
    });
    judged(id, 100, 'advance', firstVerdict);
    expect(await plimsoll(['verdict', id, '--counts', 'x.csv'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('release.noCounts'),
    });
    const nowhere = join(tmpdir(), 'plimsoll-no-such-folder', 'x.svg');
    expect(await plimsoll(['verdict', id, '--plot', nowhere])).toMatchObject({ code: 2, err: expect.stringContaining(nowhere) });
  });
});

describe('steering', () => {
  test.each(['hold', 'resume', 'abort', 'withdraw'])('%s says why', async (message) => {
    const id = await started();
    expect(await plimsoll([message, id, '--reason', 'because'])).toMatchObject({ code: 0, out: `done: ${id} is fetching\n` });
    expect(world.releases.told).toMatchObject([{ id, update: message, input: { reason: 'because' } }]);
  });

  test('an undo is skipped by its name, whatever characters it has', async () => {
    const id = await started();
    expect((await plimsoll(['skip-undo', id, 'leave lane state/acme/prod key?', '--reason', 'by hand'])).code).toBe(0);
    expect(world.releases.told).toMatchObject([{ update: 'skipUndo', input: { undo: 'leave lane state/acme/prod key?' } }]);
  });

  const waiting = {
    waitingFor: { kind: 'approval', groups: ['sre'], missing: '1 of sre', statementDigest: someDigest, expiresAt: '2026-11-24T11:00:00Z' },
    statementDigest: someDigest,
  } as const;

  test('with --statement nobody is asked', async () => {
    const id = await started();
    expect((await plimsoll(['approve', id, '--statement', someDigest, '--reason', 'read'])).code).toBe(0);
    expect(world.releases.told).toMatchObject([{ update: 'approve', input: { statementDigest: someDigest, reason: 'read' } }]);
  });

  test('without it a person reads what they decide on, and only `yes` is yes', async () => {
    const id = await started();
    world.releases.viewChange = waiting;
    expect((await plimsoll(['approve', id, '--reason', 'r'], { answer: '' })).code).toBe(1);
    expect(world.releases.told).toEqual([]);
    const { code, err } = await plimsoll(['reject', id, '--reason', 'r'], { answer: 'yes' });
    expect([code, err]).toEqual([0, expect.stringContaining(`statement  ${someDigest}`)]);
    expect(world.releases.told).toMatchObject([{ update: 'reject', input: { statementDigest: someDigest } }]);
  });

  test('without it and without a person it is wrong usage, and says which digest', async () => {
    const id = await started();
    world.releases.viewChange = waiting;
    expect(await plimsoll(['approve', id, '--reason', 'r'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`--statement ${someDigest}`),
    });
    world.releases.viewChange = {};
    expect((await plimsoll(['approve', id, '--reason', 'r'])).code).toBe(1);
  });
});

describe('watching', () => {
  test('phases and metrics are printed as they come; --json is one line an event', async () => {
    const id = await started();
    world.releases.record(id, 'requested');
    const verdict = { ...failVerdict, canary: { requests: 4, errors: 0, p99Seconds: 0.1 } };
    world.releases.change(id, { heartbeats: [{ verdict }] });
    const env = { PLIMSOLL_API_URL: world.url, PLIMSOLL_TOKEN: token };
    const [person, machine] = [terminalOf(), terminalOf()];
    const watching = [
      run(['watch', id], { env, terminal: person.terminal }),
      run(['watch', id, '--json'], { env, terminal: machine.terminal }),
    ];
    await expect
      .poll(() => [person.said.out.includes('new  4'), machine.said.out.includes('progress')], { timeout: 10_000 })
      .toEqual([true, true]);
    end(id, 'released');
    expect(await Promise.all(watching)).toEqual([0, 0]);
    const { out } = person.said;
    expect(out).toMatch(/fetching\n[\s\S]*new  4 requests, 0 errors[\s\S]*released: because/);
    const lines = machine.said.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; id?: number });
    expect(lines.map(({ event, id: sequence }) => [event, sequence])).toEqual([
      ['dev.plimsoll.release.requested.0.1.0', 0],
      ['state', undefined],
      ['progress', undefined],
      ['dev.plimsoll.release.closed.0.1.0', 1],
      ['state', undefined],
      ['end', undefined],
      ['release', undefined],
    ]);
  });

  test('a person sees one block that is rewritten, as long as the one before it', async () => {
    const id = await started();
    const { said, terminal } = terminalOf('');
    world.releases.change(id, { heartbeats: [{ verdict: failVerdict }] });
    const watching = run(['watch', id], { env: { PLIMSOLL_API_URL: world.url, PLIMSOLL_TOKEN: token }, terminal });
    await expect.poll(() => said.out.includes('1 : 3,190'), { timeout: 10_000 }).toBe(true);
    world.releases.change(id, { heartbeats: [{ verdict: { ...failVerdict, reason: 'still slower' } }] });
    await expect.poll(() => said.out.includes('still slower'), { timeout: 10_000 }).toBe(true);
    end(id, 'rolled back');
    expect(await watching).toBe(1);
    // Nine lines: back over eight of them.
    expect(said.out.split('\u001b[8A')).toHaveLength(2);
    const lines = said.out.split(/[\n\r]/).map((line) => stripVTControlCharacters(line));
    expect(lines.filter((line) => line.length >= 100)).toEqual([]);
  });

  test('a cut stream is taken up where it was cut', async () => {
    const id = await started();
    world.releases.record(id, 'requested');
    const asked: (string | undefined)[] = [];
    // An API in front of the API that cuts the first stream after its first record.
    const proxy = createServer((request, response) => {
      const stream = request.url?.endsWith('/events') === true;
      if (stream) asked.push(request.headers['last-event-id'] as string | undefined);
      if (stream && asked.length === 1) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('id: 0\nevent: dev.plimsoll.release.requested.0.1.0\ndata: {"sequence":0}\n\n', () => response.destroy());
        return;
      }
      if (stream) end(id, 'released');
      const { host: _, ...headers } = request.headers;
      void fetch(`${world.url}${request.url ?? ''}`, { headers: headers as Record<string, string> }).then(async (answer) =>
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text()),
      );
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    onTestFinished(() => void proxy.close());
    const apiUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { said, terminal } = terminalOf();
    const api = createApi({ apiUrl, token });
    expect(await watchRelease(id, { api, apiUrl, terminal, json: true, retryMs: 1 })).toBe(0);
    expect(asked).toEqual([undefined, '0']);
    expect(said.out.match(/"sequence":/g)?.length).toBeGreaterThanOrEqual(2);
    expect(said.err).toContain('trying again');
  });

  test('an API that stays away is given up after a while: 3', async () => {
    const { terminal } = terminalOf();
    const apiUrl = 'http://127.0.0.1:1';
    const api = createApi({ apiUrl, token });
    await expect(watchRelease('x', { api, apiUrl, terminal, json: false, retryMs: 1, patienceMs: 20 })).rejects.toMatchObject({
      exitCode: 3,
    });
  });
});

describe('tokens', () => {
  test('the local issuer gives one, and --save remembers it for its owner alone', async () => {
    const keyFile = join(mkdtempSync(join(tmpdir(), 'plimsoll-cli-')), 'key.json');
    const issuer = await startIssuer({ port: 0, url: 'http://127.0.0.1:1', keyFile });
    onTestFinished(() => void issuer.close());
    const env = {
      PLIMSOLL_ISSUER_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`,
      XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'plimsoll-cli-')),
    };
    const printed = await plimsoll(['token', '--as', 'ana', '--group', 'risk', '--group', 'sre', '--mfa'], { env });
    const claims = JSON.parse(Buffer.from(printed.out.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    expect([printed.code, claims]).toMatchObject([0, { sub: 'ana', groups: ['risk', 'sre'], amr: ['pwd', 'mfa'], kind: 'human' }]);
    const saved = await plimsoll(['token', '--as', 'ci', '--machine', '--save'], { env });
    const file = join(env.XDG_CONFIG_HOME, 'plimsoll/settings.json');
    expect([saved.code, saved.out, statSync(file).mode & 0o777]).toEqual([0, '', 0o600]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ apiUrl: world.url, token: expect.stringMatching(/^ey/) });
  });

  test('an issuer that is not there is unreachable; addresses that are none are wrong usage', async () => {
    expect((await plimsoll(['token', '--as', 'ana'], { env: { PLIMSOLL_ISSUER_URL: 'http://127.0.0.1:1' } })).code).toBe(3);
    expect((await plimsoll(['list'], { env: { PLIMSOLL_API_URL: 'here' } })).code).toBe(2);
  });
});
