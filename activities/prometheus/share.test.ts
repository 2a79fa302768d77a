import { describe, expect, test } from 'vitest';
import { type Look, observeShare } from './share.ts';

/** Looks one second apart, oldest first. */
const looks = (...counts: readonly (readonly [candidate: number, live: number])[]): readonly Look[] =>
  counts.map(([candidate, live], instantSeconds) => ({ instantSeconds, candidate, live }));
const steady = (seconds: number, candidate: number, live: number) =>
  looks(...Array.from({ length: seconds }, () => [candidate, live] as const));

describe('the share of the traffic', () => {
  test('agrees when it is the weight, give or take chance', () => {
    expect(observeShare(steady(10, 5, 95), 5)).toMatchObject({ agrees: true, share: 0.05 });
    expect(observeShare(steady(10, 30, 70), 25)?.agrees).toBe(true);
    expect(observeShare(steady(60, 40, 60), 25)?.agrees).toBe(false);
  });

  test('is not observed from fewer than twenty requests', () => {
    expect(observeShare(steady(10, 1, 1), 50)).toBeUndefined();
    expect(observeShare([], 50)).toBeUndefined();
  });

  test('of 5 % is told from none at all', () => {
    expect(observeShare(steady(20, 0, 5), 5)).toMatchObject({ agrees: false, share: 0 });
  });

  test('forgets the old weight: the youngest looks decide', () => {
    const old = Array.from({ length: 30 }, () => [5, 95] as const);
    const fresh = Array.from({ length: 5 }, () => [50, 50] as const);
    expect(observeShare(looks(...old, ...fresh), 50)?.agrees).toBe(true);
    expect(observeShare(looks(...old), 50)?.agrees).toBe(false);
  });

  test('at 100 % leaves the old version one request in a hundred', () => {
    expect(observeShare(steady(10, 99, 1), 100)?.agrees).toBe(true);
    expect(observeShare(steady(10, 97, 3), 100)?.agrees).toBe(false);
    expect(observeShare(steady(10, 10, 0), 100)?.agrees).toBe(true);
  });
});
