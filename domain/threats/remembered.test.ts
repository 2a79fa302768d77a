import { assert, constantFrom, property, string, tuple, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import type { Band } from './finding.ts';
import { markOf, packed, rememberedMax, unpacked } from './remembered.ts';

const bands = ['low', 'medium', 'high'] as const;

test('whoever was told is still known after the state was handed on, and how bad it was then', () => {
  const releases = uniqueArray(tuple(string({ minLength: 1 }), constantFrom('open', 'serves'), constantFrom(...bands)), {
    selector: ([releaseId, state]) => `${releaseId} ${state}`,
    maxLength: 40,
  });
  assert(
    property(releases, (all) => {
      const told = new Map<string, Band>(all.map(([releaseId, state, band]) => [markOf({ releaseId, state }), band]));
      expect(unpacked(packed(told))).toEqual(told);
    }),
    { numRuns: 50 },
  );
});

test('a thousand releases are remembered, those that were told last, in half of what a message holds', () => {
  const releases = Array.from({ length: rememberedMax + 500 }, (_, index) => ({
    releaseId: `a-service-of-a-long-name-production-${index}`,
    state: 'open' as const,
  }));
  const told = new Map(releases.map((release) => [markOf(release), 'high'] as const));
  const state = packed(told);
  expect(JSON.stringify(state).length).toBeLessThan(16 * 1024);
  const known = unpacked(state);
  expect(releases.slice(-rememberedMax).filter((release) => !known.has(markOf(release)))).toEqual([]);
  expect(known.size).toBe(rememberedMax);
});

test('what runs from before had written by name counts on', () => {
  const known = unpacked({ high: markOf({ releaseId: 'r-3', state: 'open' }) }, { 'r-1': 'medium', 'r-2 serves': 'high' });
  expect([
    known.get(markOf({ releaseId: 'r-1', state: 'open' })),
    known.get(markOf({ releaseId: 'r-2', state: 'promoted' })),
    known.get(markOf({ releaseId: 'r-3', state: 'open' })),
    known.get(markOf({ releaseId: 'r-1', state: 'serves' })),
  ]).toEqual(['medium', 'high', 'high', undefined]);
});
