import { expect, test } from 'vitest';
import { reserveAtStart, slotsAtNewWeight, stakeOf } from './late-start.ts';
import { logEvidence, newTable } from './table.ts';

test('what is staked and what is kept is one at the beginning: no bet has won anything yet', () => {
  const plan = { toleranceRatio: 1.1, marginRatio: null, kappa: 1 };
  const wealth = Math.exp(logEvidence(plan, newTable(plan), Math.log(reserveAtStart)));
  expect(wealth).toBeLessThanOrEqual(1 + 1e-9);
  expect(wealth).toBeGreaterThan(0.999);
});

test('a comparison of an hour stakes its reserve in sixty minutes, five at a new weight, and nothing after that', () => {
  let reserve = reserveAtStart;
  const stakes = Array.from({ length: 70 }, (_, minute) => {
    const stake = stakeOf(reserve, 3600, minute === 10 ? slotsAtNewWeight : 1);
    reserve -= stake;
    return stake;
  });
  expect(stakes[0]).toBeCloseTo(reserveAtStart / 60, 9);
  expect(stakes[10]).toBeCloseTo(reserveAtStart / 12, 9);
  expect(stakes.reduce((sum, stake) => sum + stake, 0)).toBeCloseTo(reserveAtStart, 9);
  expect(stakes.every((stake) => stake >= 0)).toBe(true);
  expect(stakes.at(-1)).toBeLessThan(1e-12);
});
