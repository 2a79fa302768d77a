/** Whose refused calls are recorded, over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, releaseBody, startApi } from '../../test/support/api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
beforeEach(() => {
  world.releases.refused.length = 0;
  world.releases.releases.clear();
  world.policy = () => true;
});

const start = (token?: string | null) => world.call('POST', '/v1/releases', { body: releaseBody, ...(token !== undefined && { token }) });

describe('a refused call', () => {
  test('of somebody who is known is recorded: who, what, and why not', async () => {
    world.policy = () => false;
    expect((await start()).status).toBe(403);
    expect(world.releases.refused).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
        by: expect.objectContaining({ subject: 'ana', kind: 'human' }),
        call: 'POST /v1/releases',
        release: null,
        refusal: 'caller.forbidden',
        because: expect.stringContaining('ana is not in risk'),
      },
    ]);
  });

  test('about a release names it', async () => {
    const { id } = (await (await start()).json()) as { readonly id: string };
    world.policy = (_, action) => action !== 'release.abort';
    await world.call('POST', `/v1/releases/${id}/abort`, { body: { reason: 'no' } });
    expect(world.releases.refused).toMatchObject([{ call: 'POST /v1/releases/:id/abort', release: id }]);
  });

  test('of nobody is not: anybody could fill the ledger', async () => {
    expect((await start(null)).status).toBe(401);
    expect(world.releases.refused).toEqual([]);
  });

  test('for a typing error is not: it says nothing about anybody', async () => {
    expect((await world.call('POST', '/v1/releases', { body: {} })).status).toBe(400);
    expect(world.releases.refused).toEqual([]);
  });

  test('is answered even when the ledger cannot be told, and the log has it', async () => {
    world.policy = () => false;
    const { tell } = world.releases.refusals;
    world.releases.refusals.tell = () => Promise.reject(new Error('no Temporal'));
    world.log.length = 0;
    expect((await start()).status).toBe(403);
    world.releases.refusals.tell = tell;
    expect(world.log.join('')).toContain('a refused call is not in the ledger');
  });
});
