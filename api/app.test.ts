/** The whole API over HTTP, with an issuer, a policy and a Temporal that are values (test/support/api-world.ts). */
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ReleaseOrder } from '../domain/order.ts';
import { type ApiWorld, releaseBody, startApi } from '../test/support/api-world.ts';
import { Problem } from './http/problem.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
beforeEach(() => {
  world.releases.releases.clear();
  world.releases.told.length = 0;
  world.releases.queries.length = 0;
  world.releases.stops.clear();
  world.asked.length = 0;
  world.log.length = 0;
  world.releases.broken = undefined;
  world.policy = () => true;
});

const bodyOf = async (response: Response) =>
  (await response.json()) as Record<string, unknown> & { errors: { field: string; allowed: string }[] };
const start = async (change: Record<string, unknown> = {}, token?: string) =>
  world.call('POST', '/v1/releases', { body: { ...releaseBody, ...change }, ...(token !== undefined && { token }) });
const startedId = async () => String((await bodyOf(await start()))['id']);

describe('asking for a release', () => {
  test('answers 202 with its place, and starts one order', async () => {
    const response = await start();
    expect(response.status).toBe(202);
    const body = await bodyOf(response);
    expect(response.headers.get('location')).toBe(`/v1/releases/${String(body['id'])}`);
    expect(body).toMatchObject({ phase: 'fetching', outcome: null, links: { temporal: expect.stringContaining(String(body['id'])) } });
    expect([...world.releases.releases.keys()]).toEqual([body['id']]);
  });

  test('again by the same caller is the same release with 200, whatever the reason says', async () => {
    const first = await bodyOf(await start());
    const second = await start({ reason: 'pressed twice' });
    expect([second.status, (await bodyOf(second))['id']]).toEqual([200, first['id']]);
    expect(world.releases.releases.size).toBe(1);
  });

  test('again after it finished is still the same release, with its outcome', async () => {
    const id = await startedId();
    world.releases.change(id, { status: 'completed', phase: 'closed', outcome: 'released' });
    const again = await start();
    expect([again.status, await bodyOf(again)]).toMatchObject([200, { id, outcome: 'released', phase: 'closed' }]);
  });

  test('by somebody else is refused: they could approve their own', async () => {
    await start();
    const response = await start({}, await world.issuer.token({ sub: 'mallory' }));
    expect([response.status, (await bodyOf(response))['kind']]).toEqual([409, 'release.taken']);
  });

  test('a further attempt waits until every earlier one is closed', async () => {
    const id = await startedId();
    const early = await start({ attempt: 3 });
    expect([early.status, (await bodyOf(early))['kind']]).toEqual([409, 'release.attemptOpen']);
    world.releases.change(id, { status: 'completed', outcome: 'rolled back' });
    expect((await start({ attempt: 2 })).status).toBe(202);
    expect(world.releases.releases.size).toBe(2);
  });

  test.each<[string, Record<string, unknown>, string, number]>([
    ['an unknown field', { colour: 'blue' }, 'colour', 400],
    ['an unknown field inside', { source: { commit: 'a'.repeat(40), branch: 'main' } }, 'source.branch', 400],
    ['a short commit', { source: { commit: 'abc1234' } }, 'source.commit', 400],
    ['an image by tag', { model: { ...releaseBody.model, image: 'ecr.example.com/fraud:latest' } }, 'model.image', 400],
    ['a digest that is none', { model: { ...releaseBody.model, digest: 'sha256:abc' } }, 'model.digest', 400],
    ['no reason', { reason: ' ' }, 'reason', 400],
    ['an attempt that is a word', { attempt: 'two' }, 'attempt', 400],
    ['neither part', { model: undefined }, 'infrastructure', 400],
    ['a service that is not there', { service: 'nobody' }, 'service', 404],
    ['an environment that is not there', { environment: 'moon' }, 'environment', 404],
    ['a stack that is not there', { infrastructure: { stack: 'nothing' } }, 'infrastructure.stack', 404],
  ])('%s is named, and nothing is started', async (_, change, field, status) => {
    const response = await start(change);
    const body = await bodyOf(response);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(body.errors.map((error) => error.field)).toContain(field);
    expect(body).toMatchObject({
      type: expect.stringMatching(/^https:\/\/plimsoll\.dev\/problems\//),
      status,
      advice: expect.any(String),
      instance: '/v1/releases',
    });
    expect(world.releases.releases.size).toBe(0);
  });

  test('every wrong field is named at once', async () => {
    const body = await bodyOf(await start({ colour: 1, size: 2, attempt: 0, reason: '' }));
    expect(body.errors.map(({ field }) => field).toSorted()).toEqual(['attempt', 'colour', 'reason', 'size']);
  });

  test('a body that is too large or not JSON is refused by the same rules', async () => {
    const large = await start({ reason: 'x'.repeat(70_000) });
    expect([large.status, (await bodyOf(large))['kind']]).toEqual([413, 'request.invalid']);
    const broken = await fetch(`${world.url}/v1/releases`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await world.issuer.token()}`, 'content-type': 'application/json' },
      body: '{',
    });
    expect([broken.status, (await bodyOf(broken))['kind']]).toEqual([400, 'request.invalid']);
  });
});

describe('who asks', () => {
  test.each<[string, () => Promise<string | null>]>([
    ['no token', async () => null],
    ['an expired token', () => world.issuer.token({ expired: true })],
    ['a forged token', () => world.issuer.token({ forged: true })],
    ['a token for somebody else', () => world.issuer.token({ aud: 'another-service' })],
    ['a token of another issuer', () => world.issuer.token({ iss: 'https://evil.example.com' })],
    ['no JWT at all', async () => 'a.b.c'],
  ])('%s is 401 with a challenge, and OPA is not even asked', async (_, token) => {
    const response = await world.call('GET', '/v1/releases', { token: await token() });
    expect([response.status, (await bodyOf(response))['kind']]).toEqual([401, 'caller.unknown']);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="plimsoll"/);
    expect(world.asked).toEqual([]);
  });

  test('every route but health and documents is closed without a token and asks OPA with one', async () => {
    const id = await startedId();
    world.policy = () => false;
    const { order } = world.releases.releases.get(id) ?? {};
    if (order !== undefined) await world.releases.previews.start(order);
    for (const { method, path } of await operations()) {
      if (/^\/(healthz|readyz|metrics|v1\/login|v1\/me)$/.test(path)) continue;
      const concrete = path
        .replace('{id}', id)
        .replace('{name}', 'restore%20traffic')
        .replace('{service}', 'fraud-scorer')
        .replace('{environment}', 'production');
      const body = method === 'POST' ? { body: bodyFor(path) } : {};
      const closed = await world.call(method, concrete, { ...body, token: null });
      expect([method, path, closed.status]).toEqual([method, path, 401]);
      world.asked.length = 0;
      const response = await world.call(method, concrete, body);
      expect([method, path, world.asked.length > 0]).toEqual([method, path, true]);
      // A list is never refused: it holds what the caller may read.
      const empty = { '/v1/releases': { releases: [], nextPageToken: null }, '/v1/waivers': { waivers: [] } };
      const expected =
        method === 'GET' && path in empty
          ? empty[path as keyof typeof empty]
          : { status: 403, kind: 'caller.forbidden', detail: `ana is not in ${path.startsWith('/v1/environments/') ? '*' : 'risk'}` };
      expect([method, path, await response.json()]).toEqual([method, path, expect.objectContaining(expected)]);
    }
    expect(world.releases.told).toEqual([]);
  });

  test('who one is, is said to oneself: with how long ago, and without a policy', async () => {
    expect((await world.call('GET', '/v1/me', { token: null })).status).toBe(401);
    const at = Math.floor(Date.now() / 1000) - 90;
    const token = await world.issuer.token({ sub: 'ana', groups: ['risk'], amr: ['mfa'], auth_time: at });
    const me = await bodyOf(await world.call('GET', '/v1/me', { token }));
    expect(me).toMatchObject({
      subject: 'ana',
      kind: 'human',
      groups: ['risk'],
      mfa: true,
      authenticatedAt: new Date(at * 1000).toISOString(),
    });
    expect(me['authenticationAgeSeconds']).toBeGreaterThanOrEqual(90);
    expect(await bodyOf(await world.call('GET', '/v1/me'))).toMatchObject({ authenticatedAt: null, authenticationAgeSeconds: null });
    expect(world.asked).toEqual([]);
  });

  test('where people log in is said to everybody: nowhere, unless an issuer is configured for it', async () => {
    expect(await (await world.call('GET', '/v1/login', { token: null })).json()).toEqual({ logins: [] });
  });

  test('OPA away is 503 and nothing happens: no answer is "no"', async () => {
    world.policy = () => {
      throw new Problem('policy.unreachable', 'OPA does not answer');
    };
    const response = await start();
    expect([response.status, (await bodyOf(response))['kind'], world.releases.releases.size]).toEqual([503, 'policy.unreachable', 0]);
  });

  test('a list holds only what the caller may read, decided by OPA twice: by team and by release', async () => {
    await start();
    expect(await (await world.call('GET', '/v1/releases?service=fraud-scorer&phase=fetching&requester=ana')).json()).toMatchObject({
      releases: [{ service: 'fraud-scorer' }],
    });
    expect(world.releases.queries).toEqual([
      "WorkflowType = 'release' AND ReleaseService = 'fraud-scorer' AND ReleasePhase = 'fetching' AND ReleaseRequester = 'ana' AND ReleaseTeam IN ('risk')",
    ]);
  });

  test.each(['pageSize=101', 'pageSize=x', 'phase=sleeping', "requester=a'b", 'pageToken=$$', 'colour=blue'])(
    'the filter %s is refused',
    async (query) => {
      expect((await world.call('GET', `/v1/releases?${query}`)).status).toBe(400);
    },
  );

  test('no token is ever logged', async () => {
    const token = await world.issuer.token();
    await start({}, token);
    await world.call('GET', '/v1/releases/nobody', { token });
    expect(world.log.join('')).toContain('"release":"nobody"');
    expect(world.log.join('')).not.toContain(token.slice(0, 20));
  });
});

describe('steering a release', () => {
  test.each(['hold', 'resume', 'abort', 'withdraw'])('%s tells the workflow who and why', async (message) => {
    const id = await startedId();
    const response = await world.call('POST', `/v1/releases/${id}/${message}`, { body: { reason: 'because' } });
    expect([response.status, await bodyOf(response)]).toMatchObject([200, { state: 'done', release: { releaseId: id } }]);
    expect(world.releases.told).toMatchObject([
      { id, update: message, input: { by: { subject: 'ana', groups: ['risk'] }, reason: 'because' } },
    ]);
  });

  test('a decision that the provider vouches for carries the proof, which no log has', async () => {
    const id = await startedId();
    const statementDigest = releaseBody.model.digest;
    const idToken = await world.issuer.token({ aud: 'decisions', nonce: statementDigest });
    const body = { decision: 'approve', statementDigest, reason: 'read', idToken };
    expect((await world.call('POST', `/v1/releases/${id}/approvals`, { body })).status).toBe(200);
    const proof = { issuer: world.issuer.url, idToken, publicKey: { kty: 'EC' } };
    expect(world.releases.told).toMatchObject([{ update: 'approve', input: { statementDigest, by: { subject: 'ana' }, proof } }]);
    expect(world.log.join('')).not.toContain(idToken.slice(0, 20));
  });

  test('one that vouches for another statement is refused with what differs, and nothing is told', async () => {
    const id = await startedId();
    const idToken = await world.issuer.token({ aud: 'decisions', nonce: 'sha256:else' });
    const body = { decision: 'approve', statementDigest: releaseBody.model.digest, reason: 'read', idToken };
    const response = await world.call('POST', `/v1/releases/${id}/approvals`, { body });
    expect([response.status, await bodyOf(response)]).toMatchObject([
      403,
      { kind: 'approval.unproven', errors: [{ field: 'idToken.nonce', value: 'sha256:else' }] },
    ]);
    const shapeless = await world.call('POST', `/v1/releases/${id}/approvals`, { body: { ...body, idToken: 'yes' } });
    expect([shapeless.status, (await bodyOf(shapeless)).errors[0]?.field]).toEqual([400, 'idToken']);
    expect(world.releases.told).toEqual([]);
    expect(world.log.join('')).not.toContain(idToken.slice(0, 20));
  });

  test('the same key with another proof is the same message', async () => {
    const id = await startedId();
    const headers = { 'idempotency-key': 'one' };
    for (const iat of [1, 2]) {
      const idToken = await world.issuer.token({ aud: 'decisions', nonce: releaseBody.model.digest, jti: String(iat) });
      const body = { decision: 'approve', statementDigest: releaseBody.model.digest, reason: 'read', idToken };
      await world.call('POST', `/v1/releases/${id}/approvals`, { body, headers });
    }
    expect(new Set(world.releases.told.map(({ updateId }) => updateId)).size).toBe(1);
  });

  test('an approval carries the digest that was read; an undo is skipped by its name', async () => {
    const id = await startedId();
    const decision = { decision: 'approve', statementDigest: releaseBody.model.digest, reason: 'looks right' };
    await world.call('POST', `/v1/releases/${id}/approvals`, { body: decision });
    await world.call('POST', `/v1/releases/${id}/approvals`, { body: { ...decision, decision: 'reject' } });
    await world.call('POST', `/v1/releases/${id}/undos/${encodeURIComponent('leave lane service/a/b')}/skip`, {
      body: { reason: 'by hand' },
    });
    expect(world.releases.told).toMatchObject([
      { update: 'approve', input: { statementDigest: releaseBody.model.digest } },
      { update: 'reject' },
      { update: 'skipUndo', input: { undo: 'leave lane service/a/b' } },
    ]);
  });

  test('an approval without a fresh second factor is told what to log in for, as RFC 9470 says; a rejection needs none', async () => {
    const id = await startedId();
    world.releases.change(id, { mfaWithinMinutes: 15 });
    const say = async (decision: string, claims: object) =>
      world.call('POST', `/v1/releases/${id}/approvals`, {
        body: { decision, statementDigest: releaseBody.model.digest, reason: 'read' },
        token: await world.issuer.token({ sub: 'sam', ...claims }),
      });
    const seconds = Math.floor(Date.now() / 1000);
    for (const claims of [{}, { amr: ['pwd', 'mfa'] }, { amr: ['pwd', 'mfa'], auth_time: seconds - 16 * 60 }]) {
      const stale = await say('approve', claims);
      expect([stale.status, (await bodyOf(stale))['kind']]).toEqual([401, 'approval.mfaStale']);
      expect(stale.headers.get('www-authenticate')).toBe(
        'Bearer realm="plimsoll", error="insufficient_user_authentication", max_age="900"',
      );
    }
    expect(world.releases.told).toEqual([]);
    expect((await say('approve', { amr: ['pwd', 'mfa'], auth_time: seconds - 60 })).status).toBe(200);
    expect((await say('reject', {})).status).toBe(200);
    expect(world.releases.told.map(({ update }) => update)).toEqual(['approve', 'reject']);
  });

  test('what outlasts the request is 202 with its id', async () => {
    const id = await startedId();
    const answer = world.releases.answer;
    world.releases.answer = () => ({ kind: 'accepted' });
    const response = await world.call('POST', `/v1/releases/${id}/hold`, { body: { reason: 'r' } });
    world.releases.answer = answer;
    expect([response.status, await bodyOf(response)]).toMatchObject([
      202,
      { state: 'accepted', updateId: expect.any(String), release: null },
    ]);
  });

  test('the same key is the same message; another caller’s key or other words are not', async () => {
    const id = await startedId();
    const say = async (reason: string, sub: string) =>
      world.call('POST', `/v1/releases/${id}/hold`, {
        body: { reason },
        token: await world.issuer.token({ sub }),
        headers: { 'idempotency-key': 'k1' },
      });
    await say('r', 'ana');
    await say('r', 'ana');
    await say('other', 'ana');
    await say('r', 'ben');
    const [first, second, third, fourth] = world.releases.told.map(({ updateId }) => updateId);
    expect(second).toBe(first);
    expect(new Set([first, third, fourth]).size).toBe(3);
  });

  test.each<[string, string, number]>([
    ['release.wrongPhase', 'applying takes no reject', 409],
    ['approval.stale', 'the statement has changed: commit', 409],
    ['approval.notCounted', 'ana asked for this release', 403],
  ])('the workflow’s %s reaches the caller as it is', async (kind, detail, status) => {
    const id = await startedId();
    world.releases.broken = undefined;
    const answer = world.releases.answer;
    world.releases.answer = () => {
      throw new Problem(kind as Problem['kind'], detail);
    };
    const response = await world.call('POST', `/v1/releases/${id}/abort`, { body: { reason: 'r' } });
    world.releases.answer = answer;
    expect([response.status, await bodyOf(response)]).toMatchObject([status, { kind, detail }]);
  });

  test('a closed release takes no messages, and one that is not there is 404', async () => {
    const id = await startedId();
    world.releases.change(id, { status: 'completed', outcome: 'blocked', phase: 'closed' });
    const closed = await world.call('POST', `/v1/releases/${id}/hold`, { body: { reason: 'r' } });
    expect([closed.status, (await bodyOf(closed))['kind']]).toEqual([409, 'release.wrongPhase']);
    const missing = await world.call('GET', '/v1/releases/fraud-scorer-production-000000000000');
    expect([missing.status, (await bodyOf(missing))['kind']]).toEqual([404, 'release.unknown']);
    expect((await world.call('GET', '/v1/releases/lane%2Fstate%2Fx')).status).toBe(400);
  });

  test('a reader sees the whole view, its status and where to look', async () => {
    const id = await startedId();
    expect(await (await world.call('GET', `/v1/releases/${id}`)).json()).toMatchObject({
      releaseId: id,
      status: 'running',
      progress: null,
      links: { events: `/v1/releases/${id}/events` },
    });
  });

  test('a release whose run was terminated shows what its recovery put back', async () => {
    const id = await startedId();
    world.releases.change(id, { status: 'terminated' });
    const outcome = { kind: 'rolled back', reason: 'recovered', infrastructure: 'none', model: 'put back' } as const;
    expect(await (await world.call('GET', `/v1/releases/${id}`)).json()).toMatchObject({ status: 'terminated', recovery: null });
    world.releases.recoveries.set(id, { status: 'completed', outcome });
    expect(await (await world.call('GET', `/v1/releases/${id}`)).json()).toMatchObject({ recovery: { outcome } });
  });

  test('a message that a recovery takes reaches it once the run of the release is gone', async () => {
    const id = await startedId();
    world.releases.change(id, { status: 'terminated' });
    world.releases.recoveries.set(id, { status: 'running', outcome: null });
    const skip = await world.call('POST', `/v1/releases/${id}/undos/empty%20slot%20b/skip`, { body: { reason: 'emptied by hand' } });
    expect(await skip.json()).toMatchObject({ state: 'done', release: null });
    expect(world.releases.told.at(-1)).toMatchObject({ id: `recover/${id}`, update: 'skipUndo', input: { undo: 'empty slot b' } });
    expect((await world.call('POST', `/v1/releases/${id}/abort`, { body: { reason: 'too late' } })).status).toBe(409);
  });

  test('Temporal away is 503 with advice, and an error nobody foresaw shows nothing of itself', async () => {
    world.releases.broken = new Problem('temporal.unreachable', 'Temporal does not answer');
    expect((await start()).status).toBe(503);
    expect(await (await world.call('GET', '/readyz', { token: null })).json()).toEqual({
      status: 'not ready',
      temporal: 'unreachable',
      opa: 'ok',
    });
    world.releases.broken = new TypeError('secret inside') as unknown as Problem;
    const response = await world.call('GET', '/v1/releases/x');
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain('secret inside');
    expect(world.log.join('')).toContain('secret inside');
  });
});

describe('events', () => {
  test('come as a stream, resume after the last id, and end with the release', async () => {
    const id = await startedId();
    for (const kind of ['requested', 'fetched', 'closed'] as const) world.releases.record(id, kind);
    world.releases.change(id, { status: 'completed' });
    const whole = await world.call('GET', `/v1/releases/${id}/events`);
    expect(whole.headers.get('content-type')).toContain('text/event-stream');
    expect((await whole.text()).match(/^(id|event): .*$/gm)).toEqual([
      'id: 0',
      'event: dev.plimsoll.release.requested.0.1.0',
      'id: 1',
      'event: dev.plimsoll.source.fetched.0.1.0',
      'id: 2',
      'event: dev.plimsoll.release.closed.0.1.0',
      'event: state',
      'event: end',
    ]);
    const rest = await (await world.call('GET', `/v1/releases/${id}/events`, { headers: { 'last-event-id': '1' } })).text();
    expect(rest.match(/^id: .*$/gm)).toEqual(['id: 2']);
  });

  test('a last id that is none is refused', async () => {
    const id = await startedId();
    expect((await world.call('GET', `/v1/releases/${id}/events`, { headers: { 'last-event-id': 'x' } })).status).toBe(400);
  });
});

describe('going back', () => {
  const order = (version: string) => ({
    ...releaseBody,
    model: { ...releaseBody.model, version, digest: `sha256:${version.padEnd(64, '0')}` },
  });
  const released = async (version: string, closedAt: string) => {
    const id = String((await bodyOf(await start({ model: order(version).model })))['id']);
    world.releases.change(id, { status: 'completed', outcome: 'released', phase: 'closed', closedAt });
    return id;
  };
  const back = (to: string, incident = 'INC-1', sub = 'oncall') =>
    world.issuer.token({ sub, groups: ['sre'] }).then((token) =>
      world.call('POST', '/v1/rollbacks', {
        token,
        body: { service: 'fraud-scorer', environment: 'production', to, reason: 'errors', incident },
      }),
    );

  test('previous is the version released before the running one; the order is a rollback of the model alone', async () => {
    const first = await released('1', '2026-11-20T00:00:00Z');
    await released('2', '2026-11-21T00:00:00Z');
    const response = await back('previous');
    const id = String((await bodyOf(response))['id']);
    expect(response.status).toBe(202);
    const made: ReleaseOrder | undefined = world.releases.releases.get(id)?.order;
    expect(made).toMatchObject({ urgency: 'rollback', rollback: { to: first, incident: 'INC-1' }, model: { version: '1' }, attempt: 1 });
    expect(made?.infrastructure).toBeUndefined();
  });

  test('asking again joins the open rollback, by another person is taken, after it closed it is the next attempt', async () => {
    const first = await released('1', '2026-11-20T00:00:00Z');
    await released('2', '2026-11-21T00:00:00Z');
    const id = (await bodyOf(await back(first)))['id'];
    const again = await back(first);
    expect([again.status, (await bodyOf(again))['id']]).toEqual([200, id]);
    expect((await back(first, 'INC-1', 'somebody')).status).toBe(409);
    world.releases.change(String(id), { status: 'completed', outcome: 'rolled back' });
    const next = await back(first);
    expect(next.status).toBe(202);
    expect((await bodyOf(next))['id']).not.toBe(id);
  });

  test('what was never released here cannot be gone back to', async () => {
    const id = await startedId();
    expect((await back(id)).status).toBe(400);
    expect((await back('previous')).status).toBe(400);
    expect((await back('fraud-scorer-production-000000000000')).status).toBe(404);
  });

  test('the service shows what runs, since when, and what there is to go back to', async () => {
    const first = await released('1', '2026-11-20T00:00:00Z');
    const second = await released('2', '2026-11-21T00:00:00Z');
    const open = await startedId();
    expect(await (await world.call('GET', '/v1/services/fraud-scorer/environments/production')).json()).toMatchObject({
      team: 'risk',
      running: { version: '2', since: '2026-11-21T00:00:00Z', release: second },
      goBackTo: [{ version: '1', release: first }],
      open: [{ id: open }],
    });
  });
});

describe('documents', () => {
  test('the OpenAPI document is valid 3.1 and names exactly the routes the server has', async () => {
    const document = (await (await world.call('GET', '/openapi.json', { token: null })).json()) as Record<string, unknown>;
    const { valid, errors } = await new Validator().validate(document);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(document['openapi']).toBe('3.1.0');
    expect((await operations()).map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'GET /v1/environments/{environment}',
      'GET /v1/login',
      'GET /v1/me',
      'GET /v1/previews/{id}',
      'GET /v1/previews/{id}/findings',
      'GET /v1/releases',
      'GET /v1/releases/{id}',
      'GET /v1/releases/{id}/counts',
      'GET /v1/releases/{id}/events',
      'GET /v1/releases/{id}/findings',
      'GET /v1/releases/{id}/verdict',
      'GET /v1/releases/{id}/verdict.svg',
      'GET /v1/services/{service}/environments/{environment}',
      'GET /v1/waivers',
      'POST /v1/environments/{environment}/resume',
      'POST /v1/environments/{environment}/stop',
      'POST /v1/previews',
      'POST /v1/releases',
      'POST /v1/releases/{id}/abort',
      'POST /v1/releases/{id}/approvals',
      'POST /v1/releases/{id}/hold',
      'POST /v1/releases/{id}/resume',
      'POST /v1/releases/{id}/undos/{name}/skip',
      'POST /v1/releases/{id}/withdraw',
      'POST /v1/rollbacks',
    ]);
    const documented = (await operations()).map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    const open = /^\w+ \/(docs|openapi\.json|releases|login\/callback|logout)/;
    expect(
      servedRoutes()
        .filter((route) => !open.test(route))
        .toSorted(),
    ).toEqual(documented.toSorted());
  });

  test('the page to read it comes from here alone', async () => {
    const page = await (await world.call('GET', '/docs', { token: null })).text();
    expect(page.match(/(?:src|href)="[^"]*"/g)?.every((link) => link.includes('"/docs/'))).toBe(true);
    const assets = ['assets/swagger-ui-bundle.js', 'assets/swagger-ui.css', 'start.js'];
    const statuses = await Promise.all(assets.map(async (asset) => (await world.call('GET', `/docs/${asset}`, { token: null })).status));
    expect(statuses).toEqual([200, 200, 200]);
    expect((await world.call('GET', '/docs/assets/package.json', { token: null })).status).toBe(404);
  });

  test('metrics count by route template, never by address', async () => {
    await world.call('GET', `/v1/releases/${await startedId()}`);
    const text = await (await world.call('GET', '/metrics', { token: null })).text();
    expect(text).toContain('http_route="/v1/releases/:id"');
    expect(text).not.toContain('fraud-scorer-production-');
  });
});

async function operations(): Promise<{ readonly method: 'GET' | 'POST'; readonly path: string }[]> {
  const { paths } = (await (await world.call('GET', '/openapi.json', { token: null })).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase() as 'GET' | 'POST', path })),
  );
}

function bodyFor(path: string): unknown {
  if (path === '/v1/releases' || path === '/v1/previews') return releaseBody;
  if (path === '/v1/rollbacks')
    return { service: 'fraud-scorer', environment: 'production', to: 'previous', reason: 'r', incident: 'INC-1' };
  if (path.endsWith('/approvals')) return { decision: 'approve', statementDigest: releaseBody.model.digest, reason: 'r' };
  return { reason: 'r' };
}

/** The router's own tree, four characters a level: `│   ├── /:id (GET, HEAD)`. */
function servedRoutes(): readonly string[] {
  const parts: string[] = [];
  return world.app
    .getHttpAdapter()
    .getInstance()
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', path = '', methods = ''] = /^((?:[│├└ ][── ]{3})+)(\S+)(?: \(([^)]*)\))?$/u.exec(line) ?? [];
      if (path === '') return [];
      parts.splice(indent.length / 4 - 1, Infinity, path);
      const route = parts.join('').replace(/\/\//g, '/');
      return methods.split(', ').flatMap((method) => (method === '' || method === 'HEAD' ? [] : [`${method} ${route}`]));
    });
}
