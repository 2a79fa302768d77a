/** Going back over HTTP, with an issuer, a policy and a Temporal that are values (test/support/api-world.ts). */
import { describe, expect, test } from 'vitest';
import type { EndKind } from '../../domain/ledger/ended.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { bodyOf, recordEnd, start, startedId, useApi } from '../../test/support/api-calls.ts';
import { releaseBody } from '../../test/support/api-world.ts';
import { orderOf } from '../../test/support/builders.ts';
import { Problem } from '../http/problem.ts';

const world = useApi();

describe('going back', () => {
  const order = (version: string) => ({
    ...releaseBody,
    model: { ...releaseBody.model, version, digest: `sha256:${version.padEnd(64, '0')}` },
  });
  const asked = async (version: string) => String((await bodyOf(await start(world(), { model: order(version).model })))['id']);
  /** It ended, and Temporal has forgotten it. */
  const ended = async (id: string, kind: EndKind, at: string) => {
    await recordEnd(world(), id, kind, at);
    world().releases.releases.delete(id);
  };
  const released = async (version: string, at: string) => {
    const id = await asked(version);
    await ended(id, 'released', at);
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
    const second = await bodyOf(await back(first));
    await ended(String(second['id']), 'rolled back', '2026-11-22T00:00:00Z');
    const third = await back(first);
    expect(third.status).toBe(202);
    expect(new Set([id, second['id'], (await bodyOf(third))['id']]).size).toBe(3);
  });

  test('what was never released here cannot be gone back to', async () => {
    const open = await startedId(world());
    const blocked = await asked('1');
    await ended(blocked, 'blocked', '2026-11-20T00:00:00Z');
    const said = async (to: string) => {
      const response = await back(to);
      return [response.status, (await bodyOf(response)).errors[0]?.allowed];
    };
    expect(await said(open)).toEqual([400, expect.stringContaining('this one: fetching')]);
    expect(await said(blocked)).toEqual([400, expect.stringContaining('this one: blocked')]);
    expect(await said('previous')).toEqual([400, expect.stringContaining('no earlier version')]);
    expect(await said('fraud-scorer-production-000000000000')).toEqual([404, expect.stringContaining('a release of fraud-scorer')]);
  });

  test('neither can what another service released, nor a release without a model', async () => {
    const { model, ...rest } = orderOf();
    const at = '2026-11-20T00:00:00Z';
    world().ledger.put({ order: { ...rest, model, service: 'ranker', releaseId: 'ranker-production-0123456789ab' }, kind: 'released', at });
    world().ledger.put({ order: rest, kind: 'released', at });
    expect((await back('ranker-production-0123456789ab')).status).toBe(404);
    const response = await back(rest.releaseId);
    expect([response.status, (await bodyOf(response)).errors]).toMatchObject([400, [{ allowed: 'a release that had a model part' }]]);
  });

  test('while the ledger does not answer nobody goes back to anything, and is told why', async () => {
    world().ledger.broken = new Problem('ledger.unreachable', 'the ledger did not answer: TimeoutError');
    const response = await back('previous');
    expect([response.status, (await bodyOf(response))['kind']]).toEqual([503, 'ledger.unreachable']);
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
