/** Whose refused calls are recorded, over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { DayEntry } from '../../domain/ledger/refusals.ts';
import { type ApiWorld, releaseBody, startApi } from '../../test/support/api-world.ts';
import { callerOf } from '../../test/support/builders.ts';
import { Refusals } from './refusals.ts';

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

  test('about a notice names no release', async () => {
    world.policy = () => false;
    await world.call('POST', '/v1/undelivered/strays.1.security.0a1b2c3d/redeliver');
    expect(world.releases.refused).toMatchObject([{ call: 'POST /v1/undelivered/:id/redeliver', release: null }]);
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

describe('refused calls in a loop', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-27T10:00:00Z') });
    onTestFinished(() => void vi.useRealTimers());
  });

  function refusing() {
    const recorded: string[] = [];
    const lost: unknown[] = [];
    const tell = async ({ by }: DayEntry) => void recorded.push(by?.subject ?? '');
    const refusals = new Refusals({ refusals: { tell } } as never, { error: (what: unknown) => lost.push(what) } as never);
    const request = { method: 'GET', params: {}, raw: {}, routeOptions: { url: '/v1/releases' } } as never;
    const refuse = (subject: string, times: number) => {
      for (let call = 0; call < times; call += 1)
        refusals.record(callerOf(subject, 'risk'), { kind: 'caller.forbidden', message: 'no' }, request);
    };
    return { recorded, lost, refuse };
  }

  test('of one caller are recorded sixty times a minute, the log has the rest, and those of others are recorded all the same', () => {
    const { recorded, lost, refuse } = refusing();
    refuse('mallory', 1000);
    refuse('eve', 1);
    expect([recorded.length, recorded.at(-1), lost.length]).toEqual([61, 'eve', 940]);
    vi.setSystemTime(Date.now() + 60_000);
    refuse('mallory', 1);
    expect(recorded).toHaveLength(62);
  });

  test('of many callers are recorded six hundred times a minute', () => {
    const { recorded, lost, refuse } = refusing();
    for (let caller = 0; caller < 20; caller += 1) refuse(`caller-${caller}`, 50);
    expect([recorded.length, lost.length]).toEqual([600, 400]);
  });
});
