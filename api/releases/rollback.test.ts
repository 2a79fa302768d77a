/** Going back over HTTP, with an issuer, a policy and a Temporal that are values (test/support/api-world.ts). */
import { describe, expect, test } from 'vitest';
import type { ReleaseOrder } from '../../domain/order.ts';
import { bodyOf, start, startedId, useApi } from '../../test/support/api-calls.ts';
import { releaseBody } from '../../test/support/api-world.ts';

const world = useApi();

describe('going back', () => {
  const order = (version: string) => ({
    ...releaseBody,
    model: { ...releaseBody.model, version, digest: `sha256:${version.padEnd(64, '0')}` },
  });
  const released = async (version: string, closedAt: string) => {
    const id = String((await bodyOf(await start(world(), { model: order(version).model })))['id']);
    world().releases.change(id, { status: 'completed', outcome: 'released', phase: 'closed', closedAt });
    return id;
  };
  const back = (to: string, incident = 'INC-1', sub = 'oncall') =>
    world()
      .issuer.token({ sub, groups: ['sre'] })
      .then((token) =>
        world().call('POST', '/v1/rollbacks', {
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
    const made: ReleaseOrder | undefined = world().releases.releases.get(id)?.order;
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
    world().releases.change(String(id), { status: 'completed', outcome: 'rolled back' });
    const next = await back(first);
    expect(next.status).toBe(202);
    expect((await bodyOf(next))['id']).not.toBe(id);
  });

  test('what was never released here cannot be gone back to', async () => {
    const id = await startedId(world());
    expect((await back(id)).status).toBe(400);
    expect((await back('previous')).status).toBe(400);
    expect((await back('fraud-scorer-production-000000000000')).status).toBe(404);
  });

  test('the service shows what runs, since when, and what there is to go back to', async () => {
    const first = await released('1', '2026-11-20T00:00:00Z');
    const second = await released('2', '2026-11-21T00:00:00Z');
    const open = await startedId(world());
    expect(await (await world().call('GET', '/v1/services/fraud-scorer/environments/production')).json()).toMatchObject({
      team: 'risk',
      running: { version: '2', since: '2026-11-21T00:00:00Z', release: second },
      goBackTo: [{ version: '1', release: first }],
      open: [{ id: open }],
    });
  });
});
