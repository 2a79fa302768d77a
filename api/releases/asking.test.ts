/** Asking for releases over HTTP, with an issuer, a policy and a Temporal that are values (test/support/api-world.ts). */
import { describe, expect, test } from 'vitest';
import { bodyOf, recordEnd, start, startedId, useApi } from '../../test/support/api-calls.ts';
import { releaseBody } from '../../test/support/api-world.ts';
import { callerOf } from '../../test/support/builders.ts';
import { Problem } from '../http/problem.ts';

const world = useApi();

describe('asking for a release', () => {
  test('answers 202 with its place, and starts one order', async () => {
    const response = await start(world());
    expect(response.status).toBe(202);
    const body = await bodyOf(response);
    expect(response.headers.get('location')).toBe(`/v1/releases/${String(body['id'])}`);
    expect(body).toMatchObject({ phase: 'fetching', outcome: null, links: { temporal: expect.stringContaining(String(body['id'])) } });
    expect([...world().releases.releases.keys()]).toEqual([body['id']]);
  });

  test('again by the same caller is the same release with 200, whatever the reason says', async () => {
    const first = await bodyOf(await start(world()));
    const second = await start(world(), { reason: 'pressed twice' });
    expect([second.status, (await bodyOf(second))['id']]).toEqual([200, first['id']]);
    expect(world().releases.releases.size).toBe(1);
  });

  test('again after it finished is still the same release, with its outcome', async () => {
    const id = await startedId(world());
    world().releases.change(id, { status: 'completed', phase: 'closed', outcome: 'released' });
    const again = await start(world());
    expect([again.status, await bodyOf(again)]).toMatchObject([200, { id, outcome: 'released', phase: 'closed' }]);
  });

  test('again after Temporal has forgotten it is still the same release, on a stopped line too, and nothing is started', async () => {
    const id = await startedId(world());
    await recordEnd(world(), id, 'rolled back');
    world().releases.releases.clear();
    world().releases.stops.set('production', { by: callerOf('oncall', 'sre'), reason: 'payments', at: '2026-11-27T10:00:00.000Z' });
    const again = await start(world());
    expect([again.status, await bodyOf(again)]).toMatchObject([200, { id, outcome: 'rolled back', phase: 'closed' }]);
    const other = await start(world(), {}, await world().issuer.token({ sub: 'mallory' }));
    expect([other.status, (await bodyOf(other))['kind']]).toEqual([409, 'release.taken']);
    expect(world().releases.releases.size).toBe(0);
  });

  test('is answered while the ledger does not: whoever begins anew finds the first record taken', async () => {
    world().ledger.broken = new Problem('ledger.unreachable', 'the ledger did not answer: TimeoutError');
    expect((await start(world())).status).toBe(202);
  });

  test('by somebody else is refused: they could approve their own', async () => {
    await start(world());
    const response = await start(world(), {}, await world().issuer.token({ sub: 'mallory' }));
    expect([response.status, (await bodyOf(response))['kind']]).toEqual([409, 'release.taken']);
  });

  test('a further attempt waits until every earlier one is closed', async () => {
    const id = await startedId(world());
    const early = await start(world(), { attempt: 3 });
    expect([early.status, (await bodyOf(early))['kind']]).toEqual([409, 'release.attemptOpen']);
    world().releases.change(id, { status: 'completed', outcome: 'rolled back' });
    expect((await start(world(), { attempt: 2 })).status).toBe(202);
    expect(world().releases.releases.size).toBe(2);
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
    const response = await start(world(), change);
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
    expect(world().releases.releases.size).toBe(0);
  });

  test('every wrong field is named at once', async () => {
    const body = await bodyOf(await start(world(), { colour: 1, size: 2, attempt: 0, reason: '' }));
    expect(body.errors.map(({ field }) => field).toSorted()).toEqual(['attempt', 'colour', 'reason', 'size']);
  });

  test('a body that is too large or not JSON is refused by the same rules', async () => {
    const large = await start(world(), { reason: 'x'.repeat(70_000) });
    expect([large.status, (await bodyOf(large))['kind']]).toEqual([413, 'request.invalid']);
    const broken = await fetch(`${world().url}/v1/releases`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await world().issuer.token()}`, 'content-type': 'application/json' },
      body: '{',
    });
    expect([broken.status, (await bodyOf(broken))['kind']]).toEqual([400, 'request.invalid']);
  });
});
