/** Commands that look at what is there, against the real API over HTTP: what they are told, and how they end. */
import { beforeEach, expect, test } from 'vitest';
import { failed, passed } from '../domain/checkup.ts';
import type { DriftReport } from '../domain/released/drift.ts';
import type { RescanReport } from '../domain/released/rescan.ts';
import type { Look } from '../domain/strays/look.ts';
import { listedThreat } from '../domain/threats/listed.ts';
import { listedNotice } from '../domain/undelivered.ts';
import { useCli } from '../test/support/cli-calls.ts';
import { strayNotice } from '../test/support/notices.ts';
import { threatOf } from '../test/support/threats.ts';

const { world, plimsoll } = useCli();

const kept = listedNotice({ ...strayNotice, since: '2026-11-27T10:00:00.000Z', because: 'paging answered with status 503' });
beforeEach(() => {
  const { releases } = world();
  Object.assign(releases, { lastLook: null, lastRescan: null, lastDrift: null, stillRefused: null });
  releases.detected.length = 0;
  releases.kept.clear();
});

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

test('strays: 0 where somebody has looked lately and everything is explained, and 1 otherwise', async () => {
  expect(await plimsoll(['strays', 'production'])).toMatchObject({
    code: 1,
    out: 'nobody has looked at production yet; a worker does each hour\n',
  });
  const look: Look = { environment: 'production', cluster: 'ml', namespace: 'models', strays: [], more: 0, unknown: null };
  const account = { account: '111122223333', environments: ['production'], readUntil: null, writes: [], more: 0, unknown: null };
  const lookedAt = async (at: string) => {
    world().releases.lastLook = { at, looks: [look], accounts: [account] };
    return await plimsoll(['strays', 'production']);
  };
  expect(await lookedAt(hoursAgo(1))).toMatchObject({ code: 0, out: expect.stringContaining('releases explain everything') as string });
  expect(await lookedAt(hoursAgo(9))).toMatchObject({ code: 1, out: expect.stringContaining('see the schedule strays') as string });
});

test.each(['rescan', 'drift'] as const)(
  '%s: 0 where all that serves was looked at lately and is in order, and 1 otherwise',
  async (command) => {
    expect((await plimsoll([command, 'production'])).code).toBe(1);
    const look = { environment: 'production', looked: 2, found: [], more: 0, unknown: [], moreUnknown: 0 };
    const report: RescanReport & DriftReport = { at: hoursAgo(1), looks: [look] };
    Object.assign(world().releases, { lastRescan: report, lastDrift: report });
    expect(await plimsoll([command, 'production'])).toMatchObject({ code: 0, out: expect.stringContaining('2 looked at') as string });
    expect(JSON.parse((await plimsoll([command, 'production', '--json'])).out)).toMatchObject({ environment: 'production', looked: 2 });
  },
);

test('threats: the newest, or incidents alone', async () => {
  const reached = { releaseId: 'r-1', service: 'fraud-scorer', environment: 'production', team: 'risk', state: 'incident' } as const;
  world().releases.detected.push(listedThreat(threatOf({ id: 'f1' }), []), listedThreat(threatOf({ id: 'f2' }), [reached]));
  expect(await plimsoll(['threats'])).toMatchObject({ code: 0, out: expect.stringMatching(/f1[\s\S]*f2/) as string });
  expect((await plimsoll(['threats', '--incidents'])).out).not.toContain('f1');
  expect((await plimsoll(['threats', '--page-size', '1'])).out).toMatch(/more: --page-token \S+\n$/);
});

test('doctor: 0 where nothing is wrong, and 1 with what is', async () => {
  world().releases.found = [passed('policies', 'OPA', 'they are')];
  expect(await plimsoll(['doctor'])).toMatchObject({ code: 0, out: expect.stringContaining('nothing is wrong') as string });
  world().releases.found = [failed('guardduty', 'production', 'no detector')];
  expect(await plimsoll(['doctor'])).toMatchObject({ code: 1, out: expect.stringContaining('production: no detector') as string });
});

test('undelivered, redeliver and discard: what waits, what became of it, and nothing that is not there', async () => {
  world().releases.kept.set(kept.id, kept);
  expect((await plimsoll(['undelivered'])).out).toContain('paging answered with status 503');
  world().releases.stillRefused = 'paging did not answer';
  expect(await plimsoll(['redeliver', kept.id])).toMatchObject({ code: 1, out: `${kept.id} was not taken: paging did not answer\n` });
  expect(await plimsoll(['redeliver'])).toMatchObject({ code: 2, err: expect.stringContaining('--all') as string });
  expect(await plimsoll(['discard', kept.id, '--reason', 'over'])).toMatchObject({ code: 0, out: `${kept.id} discarded\n` });
  expect(await plimsoll(['redeliver', kept.id])).toMatchObject({ code: 1, err: expect.stringContaining('notice.unknown') as string });
});
