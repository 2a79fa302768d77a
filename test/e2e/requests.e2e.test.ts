/**
 * Goal: whatever is asked wrongly is refused with the right status and the field named, and starts nothing.
 * Method: the HTTP API of the running stack; that nothing was started is read from Temporal.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { calculateJwkThumbprint, importJWK, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StrayList } from '../../api/strays/schemas.ts';
import type { ReleaseRequest } from '../../domain/order.ts';
import * as given from './given.ts';
import { people } from './given.ts';
import { address } from './stack.ts';
import * as then from './then.ts';
import type { Answer, ProblemBody } from './when.ts';
import * as when from './when.ts';
import { podByHand, temporal } from './world.ts';

let good: ReleaseRequest;
beforeAll(async () => {
  good = await given.modelRequest('fraud-scorer');
});

const post = (by: Parameters<typeof when.call>[0], body: unknown) => when.call<ProblemBody>(by, 'POST', '/v1/releases', body);

/** What was refused has started nothing. Of those before some may be in Temporal's lists only now, and are left out. */
async function startingNothing<T>(act: () => Promise<T>): Promise<T> {
  const since = new Date().toISOString();
  const answer = await act();
  const { workflow } = await temporal();
  expect((await workflow.count(`WorkflowType = 'release' AND StartTime > '${since}'`)).count).toBe(0);
  return answer;
}

function expectRefused({ status, body, headers }: Answer<ProblemBody>, expected: number, field?: string): void {
  expect(body).toEqual(expect.objectContaining({ type: expect.any(String) as string, detail: expect.any(String) as string }));
  expect(status, JSON.stringify(body)).toBe(expected);
  expect(headers.get('content-type')).toContain('application/problem+json');
  if (field !== undefined)
    expect(
      body.errors?.map((error) => error.field),
      JSON.stringify(body),
    ).toContain(field);
}

const strays = '/v1/environments/production/strays';

describe('a body that is not right', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  test.each<[what: string, field: string, change: (request: ReleaseRequest) => unknown]>([
    ['an unknown field', 'modell', (request) => ({ ...request, modell: {} })],
    ['an unknown field within', 'source.branch', (request) => ({ ...request, source: { ...request.source, branch: 'main' } })],
    ['no service', 'service', ({ service: _service, ...request }) => request],
    ['a short commit', 'source.commit', (request) => ({ ...request, source: { commit: 'abc123' } })],
    ['an image by tag', 'model.image', (request) => ({ ...request, model: { ...request.model, image: 'registry.example/fraud:latest' } })],
    ['a digest of another sort', 'model.digest', (request) => ({ ...request, model: { ...request.model, digest: digest.slice(0, -1) } })],
    ['an attempt that is no number', 'attempt', (request) => ({ ...request, attempt: 'two' })],
    ['an empty reason', 'reason', (request) => ({ ...request, reason: ' ' })],
    ['no part', 'infrastructure', ({ model: _model, ...request }) => request],
    [
      'a secret variable',
      'infrastructure.variables.feature_store_password',
      (request) => ({ ...request, infrastructure: { stack: 'platform', variables: { feature_store_password: 'hunter2hunter2hunter2' } } }),
    ],
  ])('%s is refused, and %s is named', async (_what, field, change) => {
    expectRefused(await startingNothing(() => post(people.ana, change(good))), 400, field);
  });

  test.each<[what: string, field: string, change: object]>([
    ['a service', 'service', { service: 'unknown-scorer' }],
    ['an environment', 'environment', { environment: 'moon' }],
    ['a stack', 'infrastructure.stack', { infrastructure: { stack: 'unknown', variables: {} } }],
  ])('%s that is not in the catalog is 404, and %s is named with what there is', async (_what, field, change) => {
    expectRefused(await startingNothing(() => post(people.ana, { ...good, ...change })), 404, field);
  });

  test('JSON that is none is 400', async () => {
    const response = await fetch(`${address('PLIMSOLL_API_URL')}/v1/releases`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await when.tokenOf(people.ana)}`, 'content-type': 'application/json' },
      body: '{"service": ',
    });
    expect(response.status).toBe(400);
  });
});

describe('a source that is not what it should be', () => {
  const expectBlocked = async (request: ReleaseRequest, because: string | RegExp) => {
    const id = await when.ask(people.ana, request);
    then.endedAs(await when.outcomeOf(id), 'blocked', because);
    const release = await when.show(id);
    expect(then.decidingPhase(release)).toBe('fetching');
    expect(release.scans).toEqual([]);
  };

  test('a commit that does not exist is blocked while fetching', async () => {
    await expectBlocked({ ...good, source: { commit: '0123456789'.repeat(4) }, reason: 'no such commit' }, 'is not reachable from main');
  });

  test('a commit that was not merged is blocked while fetching', async () => {
    const commit = await given.pushBranch(await given.repository(), 'not-merged', { 'notes.txt': `${Date.now()}` }, 'Not merged');
    await expectBlocked({ ...good, source: { commit }, reason: 'not merged' }, 'is not reachable from main');
  });

  test('an artifact with another digest is blocked while fetching, and both digests are named', async () => {
    const model = await given.model('fraud-scorer', '2026.11.1');
    const digest = `sha256:${'1'.repeat(64)}` as const;
    await expectBlocked({ ...good, model: { ...model, digest }, reason: 'another digest' }, new RegExp(`${model.digest}.*${digest}`));
  });

  test('an artifact that is not there is blocked while fetching', async () => {
    const model = { ...(await given.model('fraud-scorer', '2026.11.1')), artifact: 's3://acme-models/nothing/here.safetensors' };
    await expectBlocked({ ...good, model, reason: 'no artifact' }, 'does not exist');
  });
});

describe('the same request again', () => {
  test('answers the same release, to nobody else, while it runs and after it has ended', async () => {
    const request = await given.modelRequest('fraud-scorer', { reason: 'asked for twice' });
    const id = await when.ask(people.ana, request);
    await startingNothing(async () => {
      const again = await post(people.ana, { ...request, reason: 'asked for twice, in other words' });
      expect([again.status, again.body]).toEqual([200, expect.objectContaining({ id })]);
      expectRefused(await post(people.ben, request), 409, 'attempt');
      expectRefused(await post(people.ana, { ...request, attempt: 2 }), 409, 'attempt');
    });

    await when.mustTell(people.ana, id, 'abort');
    then.endedAs(await when.outcomeOf(id), 'cancelled', 'aborted by ana');
    await startingNothing(async () => {
      const afterwards = await post(people.ana, request);
      expect([afterwards.status, afterwards.body]).toEqual([200, expect.objectContaining({ id, outcome: 'cancelled' })]);
      expectRefused(await post(people.ben, request), 409, 'attempt');
    });

    const second = await when.ask(people.ana, { ...request, attempt: 2 });
    expect(second).not.toBe(id);
    await when.mustTell(people.ana, second, 'abort');
    await when.outcomeOf(second);
  });
});

describe('an id that does not exist', () => {
  test.each<['GET' | 'POST', string, object | undefined]>([
    ['GET', '', undefined],
    ['GET', '/events', undefined],
    ['POST', '/abort', { reason: 'why not' }],
    ['POST', '/approvals', { decision: 'approve', statementDigest: `sha256:${'0'.repeat(64)}`, reason: 'why not' }],
    ['POST', '/withdraw', { reason: 'why not' }],
  ])('%s …%s is 404', async (method, rest, body) => {
    expectRefused(
      await when.call<ProblemBody>(people.sam, method, `/v1/releases/fraud-scorer-production-000000000000${rest}`, body),
      404,
      'id',
    );
  });
});

describe('a caller who is not believed', () => {
  const issuer = () => address('PLIMSOLL_ISSUER_URL');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const forged = async (issuedAt: number) =>
    new SignJWT({ groups: ['risk', 'sre'], kind: 'human' })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .setIssuer(issuer())
      .setSubject('ana')
      .setAudience('plimsoll')
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 3600)
      .sign(privateKey);
  const now = () => Math.floor(Date.now() / 1000);

  test.each<[what: string, caller: () => Promise<Parameters<typeof when.call>[0]>]>([
    ['nobody', async () => null],
    ['a token signed by somebody else', async () => ({ token: await forged(now()) })],
    ['an expired token', async () => ({ token: await expiredToken() })],
    ['a token whose words were changed', async () => ({ token: changed(await when.tokenOf(people.olga)) })],
    ['a token without a signature', async () => ({ token: unsigned(await when.tokenOf(people.ana)) })],
    ['no token at all', async () => ({ token: 'let-me-in' })],
  ])('%s is 401 on every door, and starts nothing', async (_what, caller) => {
    const by = await caller();
    expectRefused(await startingNothing(() => post(by, good)), 401);
    expectRefused(await when.call<ProblemBody>(by, 'GET', '/v1/releases'), 401);
  });

  test.each([
    ['of another team', people.gus],
    ['of no team', { subject: 'eve', groups: [] }],
    ['who may only approve', people.olga],
  ] as const)('a caller %s is 403, and starts nothing', async (_what, by) => {
    expectRefused(await startingNothing(() => post(by, good)), 403);
  });

  test('a caller of another team neither reads nor steers a release, and lists do not show it', async () => {
    const id = await when.ask(people.ana, await given.modelRequest('fraud-scorer', { reason: 'not for others' }));
    expectRefused(await when.call<ProblemBody>(people.gus, 'GET', `/v1/releases/${id}`), 403);
    expectRefused(await when.call<ProblemBody>(people.gus, 'GET', `/v1/releases/${id}/events`), 403);
    for (const message of ['hold', 'resume', 'abort'] as const) expectRefused(await when.tell(people.gus, id, message), 403);
    const { body } = await when.call<{ releases: readonly { team: string }[] }>(people.gus, 'GET', '/v1/releases?pageSize=100');
    expect(body.releases.filter(({ team }) => team !== 'growth')).toEqual([]);
    await when.mustTell(people.ana, id, 'abort');
    then.endedAs(await when.outcomeOf(id), 'cancelled');
  });

  /** Signed by the issuer's own key, an hour and a bit ago. */
  async function expiredToken(): Promise<string> {
    const key = JSON.parse(readFileSync(`${address('PLIMSOLL_HOME')}/issuer-key.json`, 'utf8')) as JWK;
    const issuedAt = now() - 4000;
    return new SignJWT({ groups: ['risk'], kind: 'human', amr: ['pwd'], auth_time: issuedAt })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: await calculateJwkThumbprint(key) })
      .setIssuer(issuer())
      .setSubject('ana')
      .setAudience('plimsoll')
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 3600)
      .sign(await importJWK(key, 'ES256'));
  }
});

/** The same token with one more group in it. */
function changed(token: string): string {
  const [head, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as { groups: string[] };
  const more = Buffer.from(JSON.stringify({ ...claims, groups: [...claims.groups, 'sre', 'risk'] })).toString('base64url');
  return [head, more, signature].join('.');
}

function unsigned(token: string): string {
  const [, payload] = token.split('.');
  return `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')}.${payload}.`;
}

test('a pod that somebody has made by hand is a stray at the next look; what was released is none', async () => {
  await given.liveVersion('fraud-scorer');
  const name = `by-hand-${randomUUID().slice(0, 8)}`;
  await podByHand(name, async () => {
    const { schedule } = await temporal();
    const isKnown = ({ body }: Answer<StrayList>) => body.strays.some(({ workload }) => workload === `Pod/${name}`);
    const look = () => when.call<StrayList>(people.sam, 'GET', strays);
    await when.untilTrue('somebody has looked and seen it', async () => {
      if (isKnown(await look())) return true;
      // Only what may not overlap hears how the one before it ended; one under way may have looked before it was there.
      await schedule.getHandle('strays').trigger(ScheduleOverlapPolicy.SKIP);
      return false;
    });
    const { body } = await look();
    expect(body.unknown).toBeNull();
    expect(body.strays).toContainEqual(expect.objectContaining({ kind: 'no release', workload: `Pod/${name}`, pods: 1 }));
    expect(body.strays.filter(({ workload }) => workload.includes('fraud-scorer'))).toEqual([]);
  });
});
