import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectationOf, tablesOf } from '../../test/support/enumeration.ts';
import type { Count } from './counters.ts';
import {
  aboveLimitDeviations,
  logAboveLimit,
  logBelowLimit,
  newOneSample,
  type OneSample,
  oneSampleAtNewWeight,
  requestsToShowBelow,
  withOneSamplePoll,
  withOneSampleStake,
} from './one-sample.ts';

const plan = { limitShare: 0.1, kappa: 1 };
const logReserve = Math.log(0.25);
const counts = fc.array(
  fc.integer({ min: 0, max: 40 }).chain((of) => fc.integer({ min: 0, max: of }).map((events) => ({ events, of }))),
  { maxLength: 8 },
);
const after = (polls: readonly Count[]): OneSample => polls.reduce((sample, poll) => withOneSamplePoll(plan, sample, poll), newOneSample());
const slack = 1 + 1e-9;

/** Every count of one version: the other one has no requests. */
const outcomesOf = (of: number, share: number) => tablesOf(of, 0, share, 0);

describe('no bet gains on average', () => {
  test('on a version within its limit, from any state', () => {
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: 1, max: 8 }),
        fc.oneof(fc.constant(plan.limitShare), fc.double({ min: 0, max: plan.limitShare, noNaN: true })),
        (polls, of, share) => {
          const before = withOneSampleStake(after(polls), 0.01);
          const mean = expectationOf(outcomesOf(of, share), ({ canary }) =>
            Math.exp(logAboveLimit(withOneSamplePoll(plan, before, canary), logReserve)),
          );
          expect(mean).toBeLessThanOrEqual(Math.exp(logAboveLimit(before, logReserve)) * slack);
        },
      ),
    );
  });

  test('for a version at its limit or beyond, from any state', () => {
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: 1, max: 8 }),
        fc.oneof(fc.constant(plan.limitShare), fc.double({ min: plan.limitShare, max: 1, noNaN: true })),
        (polls, of, share) => {
          const before = after(polls);
          const mean = expectationOf(outcomesOf(of, share), ({ canary }) =>
            Math.exp(logBelowLimit(plan, withOneSamplePoll(plan, before, canary))),
          );
          expect(mean).toBeLessThanOrEqual(Math.exp(logBelowLimit(plan, before)) * slack);
        },
      ),
    );
  });
});

test('a broken limit and a kept one are both found', () => {
  expect(logAboveLimit(after([{ events: 60, of: 300 }]), logReserve)).toBeGreaterThan(Math.log(125));
  expect(logBelowLimit(plan, after([{ events: 0, of: 100 }]))).toBeGreaterThan(Math.log(20));
  expect(aboveLimitDeviations(plan, after([{ events: 60, of: 300 }]))).toBeGreaterThan(4);
  expect(aboveLimitDeviations(plan, after([{ events: 3, of: 300 }]))).toBe(0);
});

test('a new weight has to show anew that it is below the limit; what speaks against the version stays', () => {
  const before = after([{ events: 12, of: 100 }]);
  const next = oneSampleAtNewWeight(before);
  expect(logBelowLimit(plan, next)).toBeCloseTo(0, 9);
  expect(logAboveLimit(next, logReserve)).toBe(logAboveLimit(before, logReserve));
});

test('so many requests as are said to be missing are enough, if events stay as rare', () => {
  const begun = after([{ events: 1, of: 40 }]);
  const missing = requestsToShowBelow(plan, begun, 0.02, Math.log(20));
  const shown = withOneSamplePoll(plan, begun, { events: 0.02 * missing, of: missing });
  expect(logBelowLimit(plan, shown)).toBeGreaterThanOrEqual(Math.log(20) - 1e-9);
  expect(logBelowLimit(plan, withOneSamplePoll(plan, begun, { events: 0.02 * (missing / 2), of: missing / 2 }))).toBeLessThan(Math.log(20));
});
