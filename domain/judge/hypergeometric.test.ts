/** Against exact rational arithmetic: binomials as BigInt, odds ratios as powers of two, so that nothing is rounded. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logTilts, tiltsOf } from './hypergeometric.ts';

/** Row `n` of Pascal's triangle from 0 to `up`. */
function binomials(n: number, up: number): bigint[] {
  const row = [1n];
  for (let k = 1; k <= up; k++) row.push(((row[k - 1] ?? 0n) * BigInt(n - k + 1)) / BigInt(k));
  return row;
}

/** log of a positive BigInt: its leading 64 bits and how many were left off. */
function logOf(value: bigint): number {
  const dropped = Math.max(0, value.toString(2).length - 64);
  return Math.log(Number(value >> BigInt(dropped))) + dropped * Math.LN2;
}

/** log Σ C(nC, y) C(nB, m − y) 2^(power y), whole numbers throughout for powers ≥ 0; below by symmetry of y ↔ m − y. */
function exactLog(canaryOf: number, stableOf: number, events: number, power: number): number {
  const low = Math.max(0, events - stableOf);
  const high = Math.min(events, canaryOf);
  const canary = binomials(canaryOf, high);
  const stable = binomials(stableOf, events - low);
  let sum = 0n;
  for (let y = low; y <= high; y++) {
    const shift = BigInt(Math.abs(power) * (power >= 0 ? y : high - y));
    sum += ((canary[y] ?? 0n) * (stable[events - y] ?? 0n)) << shift;
  }
  return logOf(sum) + (power >= 0 ? 0 : power * high * Math.LN2);
}

const powers = [-3, -1, 0, 1, 2, 5];
const tilts = tiltsOf(powers.map((power) => power * Math.LN2));
const out = new Float64Array(powers.length);

/** Largest error over the odds ratios. */
function errorOf(canaryOf: number, stableOf: number, events: number): number {
  logTilts(canaryOf, stableOf, events, tilts, out);
  const exact = powers.map((power) => exactLog(canaryOf, stableOf, events, power));
  return Math.max(...powers.map((_, g) => Math.abs((out[g] ?? 0) - (out[2] ?? 0) - ((exact[g] ?? 0) - (exact[2] ?? 0)))));
}

describe('log Z agrees with exact rational arithmetic', () => {
  test('for every small table', () => {
    for (let canaryOf = 1; canaryOf <= 7; canaryOf++)
      for (let stableOf = 1; stableOf <= 7; stableOf++)
        for (let events = 0; events <= canaryOf + stableOf; events++) expect(errorOf(canaryOf, stableOf, events)).toBeLessThan(1e-13);
  });

  test.each([
    [50, 450, 5],
    [50, 450, 250],
    [500, 4_500, 4_990],
    [1, 100_000, 99],
    [3_000, 300, 1_500],
    [4_000, 4_000, 4_000],
    [50_000, 450_000, 900],
  ])('for %i and %i requests with %i events', (canaryOf, stableOf, events) => {
    expect(errorOf(canaryOf, stableOf, events)).toBeLessThan(1e-10);
  });

  test('for tables of any proportions', () => {
    const table = fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 900 }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(table, ([canaryOf, stableOf, share]) => {
        expect(errorOf(canaryOf, stableOf, Math.round(share * (canaryOf + stableOf)))).toBeLessThan(1e-10);
      }),
      { numRuns: 60 },
    );
  });
});

test('without events, and with nothing but events, no odds ratio is more likely than another', () => {
  for (const events of [0, 30]) {
    logTilts(10, 20, events, tilts, out);
    const forgone = events === 0 ? 0 : 10;
    for (const [g, power] of powers.entries()) expect((out[g] ?? 0) - forgone * power * Math.LN2).toBeCloseTo(out[2] ?? 0, 10);
  }
});
