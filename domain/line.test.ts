import { describe, expect, test } from 'vitest';
import type { Caller } from './caller.ts';
import { needsPerson, type Obstacle, obstaclesText, pauseFor, whyNotResumed } from './line.ts';

const now = Date.UTC(2026, 11, 18, 18);
const freeze = (minutes: number): Obstacle => ({
  kind: 'freeze',
  name: 'christmas',
  reason: 'quiet days',
  until: new Date(now + minutes * 60_000).toISOString(),
});
const stopped: Obstacle = { kind: 'stopped', by: 'sam', reason: 'errors everywhere', since: '2026-12-18T17:00:00.000Z' };
const ended: Obstacle = {
  kind: 'waiver',
  name: 'reports-are-public',
  rule: 'CKV_AWS_20',
  owner: 'olga',
  until: '2026-12-17T23:59:59.999Z',
};

describe('a release that waits', () => {
  test('looks again when the last freeze ends, and every quarter of an hour at the latest', () => {
    expect(pauseFor([freeze(5)], now)).toBe(5 * 60_000);
    expect(pauseFor([freeze(5), freeze(9)], now)).toBe(9 * 60_000);
    expect(pauseFor([freeze(60 * 24)], now)).toBe(15 * 60_000);
    expect(pauseFor([stopped], now)).toBe(15 * 60_000);
    expect(pauseFor([freeze(5), stopped], now)).toBe(15 * 60_000);
  });

  test('needs a person only where neither a clock nor whoever stopped the line ends the waiting', () => {
    expect([freeze(5), stopped, ended, { kind: 'unknown', reason: 'r' } as const].map(needsPerson)).toEqual([false, false, true, true]);
  });

  test('never looks without a pause, however the clocks stand', () => {
    expect(pauseFor([freeze(-5)], now)).toBe(1_000);
  });

  test('says everything that is in its way', () => {
    expect(obstaclesText([freeze(0), stopped, ended, { kind: 'unknown', reason: 'the catalog cannot be read' }])).toBe(
      'freeze christmas until 2026-12-18T18:00:00.000Z: quiet days; ' +
        'the line was stopped by sam at 2026-12-18T17:00:00.000Z: errors everywhere; ' +
        'the waiver reports-are-public for CKV_AWS_20 ended at 2026-12-17T23:59:59.999Z: olga renews it in the catalog, or somebody aborts the release; ' +
        'nobody can say whether the line is free: the catalog cannot be read',
    );
  });
});

test('a line is resumed by another person than the one who stopped it', () => {
  const sam: Caller = { subject: 'sam', kind: 'human', groups: ['sre'], mfa: true, authenticatedAt: 0 };
  const stop = { by: sam, reason: 'errors', at: '2026-12-18T17:00:00.000Z' };
  expect(whyNotResumed(stop, sam)).toContain('another person');
  expect(whyNotResumed(stop, { ...sam, subject: 'bot', kind: 'machine' })).toContain('a person has to');
  expect(whyNotResumed(stop, { ...sam, subject: 'sue' })).toBeUndefined();
});
