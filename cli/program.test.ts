/** The CLI against the real API over HTTP; only Temporal and OPA behind it are values. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Problem } from '../api/http/problem.ts';
import { startIssuer } from '../infra/local/issuer/issuer.ts';
import { recordEnd } from '../test/support/api-calls.ts';
import { releaseBody, someDigest } from '../test/support/api-world.ts';
import { releaseWords, useCli } from '../test/support/cli-calls.ts';
import { requestFrom } from './request.ts';

const { world, plimsoll, onlyId, started, end } = useCli();

describe('asking', () => {
  test('a release is asked for by options, by a file, or both; the answer is its id', async () => {
    const { code, out } = await plimsoll(releaseWords);
    expect([code, out.split(/\s/)[0]]).toEqual([0, onlyId()]);
    const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-cli-')), 'request.json');
    writeFileSync(file, JSON.stringify({ ...releaseBody, reason: 'from the file' }));
    const again = await plimsoll(['release', '--file', file, '--json']);
    expect([again.code, (JSON.parse(again.out) as { id: string }).id]).toEqual([0, onlyId()]);
  });

  test('a release that ended longer ago than Temporal remembers ends as it ended', async () => {
    const id = await started();
    await recordEnd(world(), id, 'rolled back');
    world().releases.releases.clear();
    expect(await plimsoll([...releaseWords, '--watch'])).toMatchObject({ code: 1, out: expect.stringContaining(`${id} rolled back\n`) });
    const { code, out } = await plimsoll([...releaseWords, '--watch', '--json']);
    expect([code, JSON.parse(out)]).toMatchObject([1, { event: 'started', data: { id, outcome: 'rolled back' } }]);
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
    await recordEnd(world(), id);
    expect((await plimsoll([...words, '--to', id])).code).toBe(0);
  });
});

describe('planning', () => {
  const planWords = ['plan', ...releaseWords.slice(1).filter((word, index, all) => word !== '--reason' && all[index - 1] !== '--reason')];
  const previewed = () => [...world().releases.previewed.values()][0];
  beforeEach(() => world().releases.previewed.clear());
  const end = async (status: 'completed' | 'failed', change: object, ...more: string[]) => {
    const running = plimsoll([...planWords, ...more]);
    await vi.waitFor(() => expect(previewed()).toBeDefined(), { timeout: 100_000 });
    const preview = previewed();
    if (preview === undefined) throw new Error('it was asked for');
    preview.view = { ...preview.view, ...change };
    preview.status = status;
    return running;
  };

  test('needs no reason, follows the preview to its end and says that it would be released', async () => {
    const { code, out } = await end('completed', {});
    expect([code, out]).toEqual([0, expect.stringContaining('would be released without an approval')]);
    expect(world().releases.releases.size).toBe(0);
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
    world().releases.previewed.clear();
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
    world().releases.change(id, { status: 'terminated' });
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
    world().policy = () => false;
    expect(await plimsoll(releaseWords)).toMatchObject({ code: 1, err: expect.stringContaining('caller.forbidden: ana is not in risk') });
  });

  test('unreachable is 3: nobody there, or somebody else, or Temporal away', async () => {
    expect(await plimsoll(['list'], { env: { PLIMSOLL_API_URL: 'http://127.0.0.1:1' } })).toMatchObject({
      code: 3,
      err: expect.stringContaining('nobody answers'),
    });
    world().releases.broken = new Problem('temporal.unreachable', 'away');
    expect((await plimsoll(releaseWords)).code).toBe(3);
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

describe('steering', () => {
  test.each(['hold', 'resume', 'abort', 'withdraw'])('%s says why', async (message) => {
    const id = await started();
    expect(await plimsoll([message, id, '--reason', 'because'])).toMatchObject({ code: 0, out: `done: ${id} is fetching\n` });
    expect(world().releases.told).toMatchObject([{ id, update: message, input: { reason: 'because' } }]);
  });

  test('an undo is skipped by its name, whatever characters it has', async () => {
    const id = await started();
    expect((await plimsoll(['skip-undo', id, 'leave lane state/acme/prod key?', '--reason', 'by hand'])).code).toBe(0);
    expect(world().releases.told).toMatchObject([{ update: 'skipUndo', input: { undo: 'leave lane state/acme/prod key?' } }]);
  });

  const waiting = {
    waitingFor: { kind: 'approval', groups: ['sre'], missing: '1 of sre', statementDigest: someDigest, expiresAt: '2026-11-24T11:00:00Z' },
    statementDigest: someDigest,
  } as const;

  test('with --statement nobody is asked', async () => {
    const id = await started();
    expect((await plimsoll(['approve', id, '--statement', someDigest, '--reason', 'read'])).code).toBe(0);
    expect(world().releases.told).toMatchObject([{ update: 'approve', input: { statementDigest: someDigest, reason: 'read' } }]);
  });

  test('without it a person reads what they decide on, and only `yes` is yes', async () => {
    const id = await started();
    world().releases.viewChange = waiting;
    expect((await plimsoll(['approve', id, '--reason', 'r'], { answer: '' })).code).toBe(1);
    expect(world().releases.told).toEqual([]);
    const { code, err } = await plimsoll(['reject', id, '--reason', 'r'], { answer: 'yes' });
    expect([code, err]).toEqual([0, expect.stringContaining(`statement  ${someDigest}`)]);
    expect(world().releases.told).toMatchObject([{ update: 'reject', input: { statementDigest: someDigest } }]);
  });

  test('without it and without a person it is wrong usage, and says which digest', async () => {
    const id = await started();
    world().releases.viewChange = waiting;
    expect(await plimsoll(['approve', id, '--reason', 'r'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`--statement ${someDigest}`),
    });
    world().releases.viewChange = {};
    expect((await plimsoll(['approve', id, '--reason', 'r'])).code).toBe(1);
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
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ apiUrl: world().url, token: expect.stringMatching(/^ey/) });
  });

  test('an issuer that is not there is unreachable; addresses that are none are wrong usage', async () => {
    expect((await plimsoll(['token', '--as', 'ana'], { env: { PLIMSOLL_ISSUER_URL: 'http://127.0.0.1:1' } })).code).toBe(3);
    expect((await plimsoll(['list'], { env: { PLIMSOLL_API_URL: 'here' } })).code).toBe(2);
  });
});
