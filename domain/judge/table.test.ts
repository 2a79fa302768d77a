/**
 * The guarantee itself: under the null no bet gains on average, whatever happened before. Every outcome of small
 * tables is added up, so that this is arithmetic and not luck.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawn, expectationOf, shareAtRatio, tablesOf, uniforms } from '../../test/support/enumeration.ts';
import type { Count } from './counters.ts';
import {
  deadlineDeviations,
  logBetterThanMargin,
  logEvidence,
  newTable,
  oddsRatioInterval,
  type Table,
  type TablePlan,
  withLateStake,
  withNewWeight,
  withPoll,
} from './table.ts';

const plan: TablePlan = { toleranceRatio: 1.1, marginRatio: 1.5, kappa: 1 };
/** A quarter is not staked at the beginning. */
const logReserve = Math.log(0.25);
const evidence = (table: Table, of: TablePlan = plan) => Math.exp(logEvidence(of, table, logReserve));
const promotion = (table: Table, of: TablePlan = plan) => Math.exp(logBetterThanMargin(of, table));

const count = (of: number): fc.Arbitrary<Count> => fc.integer({ min: 0, max: of }).map((events) => ({ events, of }));
const poll = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 90 }))
  .chain(([canaryOf, stableOf]) => fc.record({ canary: count(canaryOf), stable: count(stableOf) }));
const history = fc.array(poll, { maxLength: 12 });
const after = (polls: readonly { readonly canary: Count; readonly stable: Count }[], of: TablePlan = plan): Table =>
  polls.reduce((table, { canary, stable }) => withPoll(of, table, canary, stable), newTable(of));

const share = fc.double({ min: 0.01, max: 0.9, noNaN: true });
const size = fc.integer({ min: 1, max: 6 });
/** Rounding of doubles; grains are rounded down, so that only this is left. */
const slack = 1 + 1e-9;

describe('no bet gains on average', () => {
  test('against a version that is nowhere worse than the tolerance, from any state', () => {
    // The null's edge is where a bet that is too bold shows itself.
    const ratio = fc.oneof(fc.constant(plan.toleranceRatio), fc.double({ min: 0.05, max: plan.toleranceRatio, noNaN: true }));
    fc.assert(
      fc.property(
        history,
        size,
        size,
        share,
        ratio,
        fc.integer({ min: 1, max: 4 }),
        (polls, canaryOf, stableOf, stableShare, truth, kappa) => {
          const bet = { ...plan, kappa };
          const before = withLateStake(after(polls, bet), 0.01);
          const outcomes = tablesOf(canaryOf, stableOf, shareAtRatio(stableShare, truth), stableShare);
          const mean = expectationOf(outcomes, ({ canary, stable }) => evidence(withPoll(bet, before, canary, stable), bet));
          expect(mean).toBeLessThanOrEqual(evidence(before, bet) * slack);
        },
      ),
    );
  });

  test('on a version that is beyond the margin, from any state', () => {
    const ratio = fc.oneof(fc.constant(1.5), fc.double({ min: 1.5, max: 40, noNaN: true }));
    fc.assert(
      fc.property(
        history,
        size,
        size,
        share,
        ratio,
        fc.integer({ min: 1, max: 4 }),
        (polls, canaryOf, stableOf, stableShare, truth, kappa) => {
          const bet = { ...plan, kappa };
          const before = after(polls, bet);
          const outcomes = tablesOf(canaryOf, stableOf, shareAtRatio(stableShare, truth), stableShare);
          const mean = expectationOf(outcomes, ({ canary, stable }) => promotion(withPoll(bet, before, canary, stable), bet));
          expect(mean).toBeLessThanOrEqual(promotion(before, bet) * slack);
        },
      ),
    );
  });

  test('when a poll is read as two, with another base rate in each half', () => {
    fc.assert(
      fc.property(history, share, share, (polls, earlier, later) => {
        const before = after(polls);
        const halves = [tablesOf(2, 3, shareAtRatio(earlier, 1.1), earlier), tablesOf(3, 2, shareAtRatio(later, 1.1), later)] as const;
        const mean = expectationOf(halves[0], (first) => {
          const half = withPoll(plan, before, first.canary, first.stable);
          return expectationOf(halves[1], (second) => evidence(withPoll(plan, half, second.canary, second.stable)));
        });
        expect(mean).toBeLessThanOrEqual(evidence(before) * slack);
      }),
      { numRuns: 40 },
    );
  });

  test('and a bet does gain on what it is about: a worse version, and one that is no worse', () => {
    const mean = (ratio: number, value: (table: Table) => number) =>
      expectationOf(tablesOf(6, 6, shareAtRatio(0.2, ratio), 0.2), ({ canary, stable }) =>
        Math.log(value(withPoll(plan, newTable(plan), canary, stable))),
      );
    expect(mean(8, evidence)).toBeGreaterThan(0.1);
    expect(mean(1, promotion)).toBeGreaterThan(0.001);
  });
});

describe('a poll', () => {
  test.each<[string, Count, Count]>([
    ['without events', { events: 0, of: 10 }, { events: 0, of: 90 }],
    ['with nothing but events', { events: 10, of: 10 }, { events: 90, of: 90 }],
    ['without requests of the new version', { events: 0, of: 0 }, { events: 5, of: 90 }],
    ['without requests of the stable version', { events: 5, of: 10 }, { events: 0, of: 0 }],
  ])('%s says nothing', (_, canary, stable) => {
    const before = after([{ canary: { events: 1, of: 10 }, stable: { events: 1, of: 90 } }]);
    expect(withPoll(plan, before, canary, stable)).toEqual(before);
  });

  test('with one more event of the new version never speaks more for it', () => {
    fc.assert(
      fc.property(history, poll, (polls, { canary, stable }) => {
        fc.pre(canary.events < canary.of);
        const before = after(polls);
        const [fewer, more] = [canary, { ...canary, events: canary.events + 1 }].map((events) => withPoll(plan, before, events, stable));
        expect(logEvidence(plan, more ?? before, logReserve)).toBeGreaterThanOrEqual(logEvidence(plan, fewer ?? before, logReserve) - 1e-3);
        expect(logBetterThanMargin(plan, more ?? before)).toBeLessThanOrEqual(logBetterThanMargin(plan, fewer ?? before) + 1e-3);
      }),
    );
  });
});

test('a late stake adds to the wealth what the reserve loses', () => {
  const before = newTable(plan);
  const staked = Math.exp(logEvidence(plan, withLateStake(before, 0.05), Math.log(0.2)));
  expect(staked).toBeCloseTo(1, 3);
  expect(staked).toBeLessThanOrEqual(1);
});

test('a late start finds a regression that begins after a long good time, where a single start does not', () => {
  const good = { canary: { events: 5, of: 500 }, stable: { events: 45, of: 4500 } };
  const bad = { canary: { events: 25, of: 500 }, stable: { events: 45, of: 4500 } };
  const day = Array.from({ length: 30 }, () => good);
  const late = withLateStake(after(day), 0.01);
  const [withStake, without] = [late, after(day)].map((table) =>
    [bad, bad].reduce((now, { canary, stable }) => withPoll(plan, now, canary, stable), table),
  );
  expect(logEvidence(plan, withStake ?? late, logReserve)).toBeGreaterThan(logEvidence(plan, without ?? late, logReserve) + 3);
});

test('a new weight forgets what was shown and keeps what speaks against the version', () => {
  const before = after([{ canary: { events: 30, of: 500 }, stable: { events: 45, of: 4500 } }]);
  const next = withNewWeight(before);
  expect(logBetterThanMargin(plan, next)).toBeCloseTo(0, 9);
  expect(logEvidence(plan, next, logReserve)).toBe(logEvidence(plan, before, logReserve));
});

describe('the interval', () => {
  test('contains the true odds ratio at every look at once, for at least 95 of 100 releases', () => {
    const missed = Array.from({ length: 200 }, (_, release) => {
      const uniform = uniforms(release);
      let table = newTable(plan);
      for (let look = 1; look <= 60; look++) {
        const base = 0.1 + 0.2 * uniform();
        table = withPoll(plan, table, drawn(uniform, 20, shareAtRatio(base, 1.6)), drawn(uniform, 60, base));
        const { low, high } = oddsRatioInterval(plan, table, look);
        if (low > 1.6 || (high !== null && high < 1.6)) return 1;
      }
      return 0;
    });
    expect(missed.reduce<number>((sum, one) => sum + one, 0)).toBeLessThanOrEqual(10);
  });

  test('closes around the truth', () => {
    const { low, high } = oddsRatioInterval(
      plan,
      after(Array.from({ length: 40 }, () => ({ canary: { events: 30, of: 500 }, stable: { events: 180, of: 4500 } }))),
      40,
    );
    expect(low).toBeGreaterThan(1.2);
    expect(high).toBeLessThan(1.9);
  });

  test('is everything before the first poll', () => {
    expect(oddsRatioInterval(plan, newTable(plan), 0)).toEqual({ low: 0, high: null });
  });
});

test('the look at the deadline is the score test of all polls, and says nothing of fewer than 20 events', () => {
  const strict: TablePlan = { toleranceRatio: 1, marginRatio: null, kappa: 1 };
  const polls = Array.from({ length: 20 }, () => ({ canary: { events: 8, of: 500 }, stable: { events: 45, of: 4500 } }));
  // Hypergeometric mean and variance of one poll: 5.3 and 4.72.
  const score = (20 * (8 - 5.3)) / Math.sqrt(20 * 4.72);
  expect(Math.abs(deadlineDeviations(strict, after(polls, strict), 1060) - score)).toBeLessThan(0.4);
  expect(deadlineDeviations(strict, after(polls, strict), 19)).toBe(0);
  const better = Array.from({ length: 20 }, () => ({ canary: { events: 1, of: 500 }, stable: { events: 45, of: 4500 } }));
  expect(deadlineDeviations(strict, after(better, strict), 920)).toBe(0);
});

test('a table is JSON, bit by bit', () => {
  fc.assert(
    fc.property(history, (polls) => {
      const table = after(polls);
      expect(JSON.parse(JSON.stringify(table))).toEqual(table);
    }),
  );
});
