/** What people say to a release over HTTP, and what they see of it, with an issuer, a policy and a Temporal that are values (test/support/api-world.ts). */
import { describe, expect, test } from 'vitest';
import { bodyOf, recordEnd, start, startedId, useApi } from '../../test/support/api-calls.ts';
import { releaseBody } from '../../test/support/api-world.ts';
import { Problem } from '../http/problem.ts';

const world = useApi();

describe('steering a release', () => {
  test.each(['hold', 'resume', 'abort', 'withdraw'])('%s tells the workflow who and why', async (message) => {
    const id = await startedId(world());
    const response = await world().call('POST', `/v1/releases/${id}/${message}`, { body: { reason: 'because' } });
    expect([response.status, await bodyOf(response)]).toMatchObject([200, { state: 'done', release: { releaseId: id } }]);
    expect(world().releases.told).toMatchObject([
      { id, update: message, input: { by: { subject: 'ana', groups: ['risk'] }, reason: 'because' } },
    ]);
  });

  test('a decision that the provider vouches for carries the proof, which no log has', async () => {
    const id = await startedId(world());
    const statementDigest = releaseBody.model.digest;
    const idToken = await world().issuer.token({ aud: 'decisions', nonce: statementDigest });
    const body = { decision: 'approve', statementDigest, reason: 'read', idToken };
    expect((await world().call('POST', `/v1/releases/${id}/approvals`, { body })).status).toBe(200);
    const proof = { issuer: world().issuer.url, idToken, publicKey: { kty: 'EC' } };
    expect(world().releases.told).toMatchObject([{ update: 'approve', input: { statementDigest, by: { subject: 'ana' }, proof } }]);
    expect(world().log.join('')).not.toContain(idToken.slice(0, 20));
  });

  test('one that vouches for another statement is refused with what differs, and nothing is told', async () => {
    const id = await startedId(world());
    const idToken = await world().issuer.token({ aud: 'decisions', nonce: 'sha256:else' });
    const body = { decision: 'approve', statementDigest: releaseBody.model.digest, reason: 'read', idToken };
    const response = await world().call('POST', `/v1/releases/${id}/approvals`, { body });
    expect([response.status, await bodyOf(response)]).toMatchObject([
      403,
      { kind: 'approval.unproven', errors: [{ field: 'idToken.nonce', value: 'sha256:else' }] },
    ]);
    const shapeless = await world().call('POST', `/v1/releases/${id}/approvals`, { body: { ...body, idToken: 'yes' } });
    expect([shapeless.status, (await bodyOf(shapeless)).errors[0]?.field]).toEqual([400, 'idToken']);
    expect(world().releases.told).toEqual([]);
    expect(world().log.join('')).not.toContain(idToken.slice(0, 20));
  });

  test('the same key with another proof is the same message', async () => {
    const id = await startedId(world());
    const headers = { 'idempotency-key': 'one' };
    for (const iat of [1, 2]) {
      const idToken = await world().issuer.token({ aud: 'decisions', nonce: releaseBody.model.digest, jti: String(iat) });
      const body = { decision: 'approve', statementDigest: releaseBody.model.digest, reason: 'read', idToken };
      await world().call('POST', `/v1/releases/${id}/approvals`, { body, headers });
    }
    expect(new Set(world().releases.told.map(({ updateId }) => updateId)).size).toBe(1);
  });

  test('an approval carries the digest that was read; an undo is skipped by its name', async () => {
    const id = await startedId(world());
    const decision = { decision: 'approve', statementDigest: releaseBody.model.digest, reason: 'looks right' };
    await world().call('POST', `/v1/releases/${id}/approvals`, { body: decision });
    await world().call('POST', `/v1/releases/${id}/approvals`, { body: { ...decision, decision: 'reject' } });
    await world().call('POST', `/v1/releases/${id}/undos/${encodeURIComponent('leave lane service/a/b')}/skip`, {
      body: { reason: 'by hand' },
    });
    expect(world().releases.told).toMatchObject([
      { update: 'approve', input: { statementDigest: releaseBody.model.digest } },
      { update: 'reject' },
      { update: 'skipUndo', input: { undo: 'leave lane service/a/b' } },
    ]);
  });

  test('an approval without a fresh second factor is told what to log in for, as RFC 9470 says; a rejection needs none', async () => {
    const id = await startedId(world());
    world().releases.change(id, { mfaWithinMinutes: 15 });
    const say = async (decision: string, claims: object) =>
      world().call('POST', `/v1/releases/${id}/approvals`, {
        body: { decision, statementDigest: releaseBody.model.digest, reason: 'read' },
        token: await world().issuer.token({ sub: 'sam', ...claims }),
      });
    const seconds = Math.floor(Date.now() / 1000);
    for (const claims of [{}, { amr: ['pwd', 'mfa'] }, { amr: ['pwd', 'mfa'], auth_time: seconds - 16 * 60 }]) {
      const stale = await say('approve', claims);
      expect([stale.status, (await bodyOf(stale))['kind']]).toEqual([401, 'approval.mfaStale']);
      expect(stale.headers.get('www-authenticate')).toBe(
        'Bearer realm="plimsoll", error="insufficient_user_authentication", max_age="900"',
      );
    }
    expect(world().releases.told).toEqual([]);
    expect((await say('approve', { amr: ['pwd', 'mfa'], auth_time: seconds - 60 })).status).toBe(200);
    expect((await say('reject', {})).status).toBe(200);
    expect(world().releases.told.map(({ update }) => update)).toEqual(['approve', 'reject']);
  });

  test('what outlasts the request is 202 with its id', async () => {
    const id = await startedId(world());
    const answer = world().releases.answer;
    world().releases.answer = () => ({ kind: 'accepted' });
    const response = await world().call('POST', `/v1/releases/${id}/hold`, { body: { reason: 'r' } });
    world().releases.answer = answer;
    expect([response.status, await bodyOf(response)]).toMatchObject([
      202,
      { state: 'accepted', updateId: expect.any(String), release: null },
    ]);
  });

  test('the same key is the same message; another caller’s key or other words are not', async () => {
    const id = await startedId(world());
    const say = async (reason: string, sub: string) =>
      world().call('POST', `/v1/releases/${id}/hold`, {
        body: { reason },
        token: await world().issuer.token({ sub }),
        headers: { 'idempotency-key': 'k1' },
      });
    await say('r', 'ana');
    await say('r', 'ana');
    await say('other', 'ana');
    await say('r', 'ben');
    const [first, second, third, fourth] = world().releases.told.map(({ updateId }) => updateId);
    expect(second).toBe(first);
    expect(new Set([first, third, fourth]).size).toBe(3);
  });

  test.each<[string, string, number]>([
    ['release.wrongPhase', 'applying takes no reject', 409],
    ['approval.stale', 'the statement has changed: commit', 409],
    ['approval.notCounted', 'ana asked for this release', 403],
  ])('the workflow’s %s reaches the caller as it is', async (kind, detail, status) => {
    const id = await startedId(world());
    world().releases.broken = undefined;
    const answer = world().releases.answer;
    world().releases.answer = () => {
      throw new Problem(kind as Problem['kind'], detail);
    };
    const response = await world().call('POST', `/v1/releases/${id}/abort`, { body: { reason: 'r' } });
    world().releases.answer = answer;
    expect([response.status, await bodyOf(response)]).toMatchObject([status, { kind, detail }]);
  });

  test('one that Temporal has forgotten is said to have been, and where the rest is, to whoever may read it', async () => {
    const id = await startedId(world());
    await recordEnd(world(), id, 'released', '2026-11-20T10:15:00.000Z');
    world().releases.releases.clear();
    const said = async () => (await bodyOf(await world().call('GET', `/v1/releases/${id}`)))['detail'];
    expect(await said()).toBe(
      `Temporal keeps release ${id} no more: it ended as released, 2026-11-20 10:15 UTC, and \`plimsoll evidence ${id}\` has the rest`,
    );
    world().policy = () => false;
    expect(await said()).toBe(`there is no release ${id}`);
  });

  test('a closed release takes no messages, and one that is not there is 404', async () => {
    const id = await startedId(world());
    world().releases.change(id, { status: 'completed', outcome: 'blocked', phase: 'closed' });
    const closed = await world().call('POST', `/v1/releases/${id}/hold`, { body: { reason: 'r' } });
    expect([closed.status, (await bodyOf(closed))['kind']]).toEqual([409, 'release.wrongPhase']);
    const missing = await world().call('GET', '/v1/releases/fraud-scorer-production-000000000000');
    expect([missing.status, (await bodyOf(missing))['kind']]).toEqual([404, 'release.unknown']);
    expect((await world().call('GET', '/v1/releases/lane%2Fstate%2Fx')).status).toBe(400);
  });

  test('a reader sees the whole view, its status and where to look', async () => {
    const id = await startedId(world());
    expect(await (await world().call('GET', `/v1/releases/${id}`)).json()).toMatchObject({
      releaseId: id,
      status: 'running',
      progress: null,
      links: { events: `/v1/releases/${id}/events` },
    });
  });

  test('a release whose run was terminated shows what its recovery put back', async () => {
    const id = await startedId(world());
    world().releases.change(id, { status: 'terminated' });
    const outcome = { kind: 'rolled back', reason: 'recovered', infrastructure: 'none', model: 'put back' } as const;
    expect(await (await world().call('GET', `/v1/releases/${id}`)).json()).toMatchObject({ status: 'terminated', recovery: null });
    world().releases.recoveries.set(id, { status: 'completed', outcome });
    expect(await (await world().call('GET', `/v1/releases/${id}`)).json()).toMatchObject({ recovery: { outcome } });
  });

  test('a message that a recovery takes reaches it once the run of the release is gone', async () => {
    const id = await startedId(world());
    world().releases.change(id, { status: 'terminated' });
    world().releases.recoveries.set(id, { status: 'running', outcome: null });
    const skip = await world().call('POST', `/v1/releases/${id}/undos/empty%20slot%20b/skip`, { body: { reason: 'emptied by hand' } });
    expect(await skip.json()).toMatchObject({ state: 'done', release: null });
    expect(world().releases.told.at(-1)).toMatchObject({ id: `recover/${id}`, update: 'skipUndo', input: { undo: 'empty slot b' } });
    expect((await world().call('POST', `/v1/releases/${id}/abort`, { body: { reason: 'too late' } })).status).toBe(409);
  });

  test('Temporal away is 503 with advice, and an error nobody foresaw shows nothing of itself', async () => {
    world().releases.broken = new Problem('temporal.unreachable', 'Temporal does not answer');
    expect((await start(world())).status).toBe(503);
    expect(await (await world().call('GET', '/readyz', { token: null })).json()).toEqual({
      status: 'not ready',
      temporal: 'unreachable',
      opa: 'ok',
    });
    world().releases.broken = new TypeError('secret inside') as unknown as Problem;
    const response = await world().call('GET', '/v1/releases/x');
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain('secret inside');
    expect(world().log.join('')).toContain('secret inside');
  });
});

describe('events', () => {
  test('come as a stream, resume after the last id, and end with the release', async () => {
    const id = await startedId(world());
    for (const kind of ['requested', 'fetched', 'closed'] as const) world().releases.record(id, kind);
    world().releases.change(id, { status: 'completed' });
    const whole = await world().call('GET', `/v1/releases/${id}/events`);
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
    const rest = await (await world().call('GET', `/v1/releases/${id}/events`, { headers: { 'last-event-id': '1' } })).text();
    expect(rest.match(/^id: .*$/gm)).toEqual(['id: 2']);
  });

  test('a last id that is none is refused', async () => {
    const id = await startedId(world());
    expect((await world().call('GET', `/v1/releases/${id}/events`, { headers: { 'last-event-id': 'x' } })).status).toBe(400);
  });
});
