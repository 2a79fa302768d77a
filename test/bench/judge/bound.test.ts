/** The bound's figures, by hand and by the numbers that the judge's tables are compared with. */
import { expect, test } from 'vitest';
import { errorLaw, latencyLaw, requestsAtLeast } from './bound.ts';
import { shareSlower, unchanged, upperTail } from './latency.ts';

test.each([
  [0.001, 0.01, 4238],
  [0.01, 0.02, 13_448],
  [0.01, 0.05, 1350],
])('errors from %d to %d cannot be told with fewer than %d requests', (stable, canary, requests) => {
  expect(requestsAtLeast(0.01, 0.1, errorLaw(canary), errorLaw(stable)) / requests).toBeCloseTo(1, 3);
});

test.each([
  ['all', 1.2, 1095],
  ['all', 1.5, 228],
  ['all', 2, 83],
  ['tail', 1.2, 17_637],
  ['tail', 1.5, 4342],
  ['tail', 2, 1874],
] as const)('latency of %s, %d times slower, cannot be told with fewer than %d requests', (of, factor, requests) => {
  expect(requestsAtLeast(0.01, 0.1, latencyLaw({ of, factor }), latencyLaw()) / requests).toBeCloseTo(1, 2);
});

test('two versions that are alike are never told apart', () => {
  expect(requestsAtLeast(0.01, 0.1, errorLaw(0.01), errorLaw(0.01))).toBe(Number.POSITIVE_INFINITY);
});

test('the latency law has its median at 80 ms and its 99th percentile at 288 ms', () => {
  expect(shareSlower(0.08, unchanged)).toBeCloseTo(0.5, 12);
  expect(shareSlower(0.2876, unchanged)).toBeCloseTo(0.01, 4);
  expect(shareSlower(0.2876 * 1.5, { of: 'tail', factor: 1.5 })).toBeCloseTo(0.01, 4);
  expect(shareSlower(0.1, { of: 'tail', factor: 1.5 })).toBe(shareSlower(0.1, unchanged));
});

test('the normal tail has its textbook values', () => {
  expect(upperTail(1.959963984540054)).toBeCloseTo(0.025, 15);
  expect(upperTail(-1)).toBeCloseTo(0.8413447460685429, 14);
  expect([upperTail(9), upperTail(-9)]).toEqual([0, 1]);
});
