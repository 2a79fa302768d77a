import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { StrayList } from './client/generated/index.ts';
import { straysText } from './strays.ts';

const textOf = (change: Partial<StrayList> = {}) =>
  straysText(
    { environment: 'production', at: '2026-11-27T12:00:00.000Z', strays: [], more: 0, unknown: null, ...change },
    picocolors.createColors(false),
  );

test('a stray is a line: since when, what, how many pods, why', () => {
  const stray = {
    kind: 'no release',
    workload: 'Pod/debug',
    pods: 2,
    release: null,
    because: 'it names no release',
    since: '2026-11-27T11:30:00Z',
  };
  const lines = textOf({ strays: [stray as StrayList['strays'][number]], more: 3 }).split('\n');
  expect(lines[0]).toBe('no release explains, at 2026-11-27 12:00 UTC:');
  expect(lines[2]).toMatch(/^2026-11-27 11:30 +Pod\/debug +2 +no release +it names no release$/);
  expect(lines[3]).toBe('and 3 more');
});

test('nothing is said to be explained that nobody has looked at', () => {
  expect(textOf()).toBe('releases explain everything that ran in production at 2026-11-27 12:00 UTC\n');
  expect(textOf({ at: null })).toContain('nobody has looked at production yet');
  expect(textOf({ unknown: 'the cluster answered 403' })).toContain(
    'could not be looked at on 2026-11-27 12:00 UTC: the cluster answered 403',
  );
});
