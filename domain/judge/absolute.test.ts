/** Under the null the bet on "less than ε more" never gains on average: every outcome of small tables is added up. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectationOf, tablesOf } from '../../test/support/enumeration.ts';
import { atNewWeight, expectedGrowth, newAbsoluteMargin, withAbsolutePoll } from './absolute.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const size = fc.integer({ min: 1, max: 6 });
const guess = fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 0.9, noNaN: true }));
/** Rounding is downwards, to a ten-thousandth of a nat; this is what doubles add. */
const slack = 1 + 1e-9;

describe('the bet on an absolute margin', () => {
  test.each([0.001, 0.02, 0.2])('never gains when the new version is %d worse or more, whatever was guessed', (margin) => {
    fc.assert(
      fc.property(
        size,
        size,
        guess,
        share,
        share,
        fc.integer({ min: 1, max: 3 }),
        (canaryOf, stableOf, guessed, stableShare, more, kappa) => {
          const truth = stableShare * (1 - margin);
          const canaryShare = truth + margin + more * (1 - truth - margin);
          const mean = expectationOf(tablesOf(canaryOf, stableOf, canaryShare, truth), ({ canary, stable }) =>
            Math.exp(withAbsolutePoll(newAbsoluteMargin(guessed), canary, stable, { margin, kappa }).log),
          );
          expect(mean).toBeLessThanOrEqual(slack);
        },
      ),
    );
  });

  test('wins when both versions hardly ever fail: 4,000 requests of the new version rule a tenth of a point out', () => {
    let margin = newAbsoluteMargin(0.001);
    for (let poll = 0; poll < 80; poll++)
      margin = withAbsolutePoll(margin, { events: 0, of: 50 }, { events: 0, of: 450 }, { margin: 0.001, kappa: 1 });
    expect(margin.log).toBeGreaterThan(Math.log(20));
  });

  test('loses when the new version fails half a point more often', () => {
    let margin = newAbsoluteMargin(0.001);
    for (let poll = 0; poll < 40; poll++)
      margin = withAbsolutePoll(margin, { events: 3, of: 500 }, { events: 4, of: 4500 }, { margin: 0.001, kappa: 1 });
    expect(margin.log).toBeLessThan(-5);
  });

  test('begins anew at a new weight, with what it has learned about the share of events', () => {
    const before = withAbsolutePoll(newAbsoluteMargin(0.5), { events: 1, of: 100 }, { events: 9, of: 900 }, { margin: 0.01, kappa: 1 });
    expect(atNewWeight(before)).toEqual({ ...before, log: 0 });
    expect(before.events / before.of).toBeLessThan(0.1);
  });

  test('a poll without requests says nothing', () => {
    const before = newAbsoluteMargin(0.01);
    expect(withAbsolutePoll(before, { events: 0, of: 0 }, { events: 0, of: 0 }, { margin: 0.001, kappa: 1 })).toBe(before);
  });
});

test('expected growth is the mean of the bet when both versions are alike', () => {
  const [share_, margin] = [0.1, 0.05];
  const mean = expectationOf(tablesOf(6, 6, share_, share_), ({ canary, stable }) => {
    // A guess of exactly the share: so many imagined requests that half an event more does not matter.
    const begun = { log: 0, events: share_ * 1e9, of: 1e9 };
    return withAbsolutePoll(begun, canary, stable, { margin, kappa: 1 }).log;
  });
  expect(mean).toBeCloseTo(expectedGrowth(6, 6, share_, margin), 3);
});
