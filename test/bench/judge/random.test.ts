/** The simulator's chance, against exact laws. Seeds are fixed: these either pass always or never. */
import { describe, expect, test } from 'vitest';
import { Random } from './random.ts';

const draws = 40_000;
/** Standard deviations: one test in ten thousand would be beyond it, and these are a dozen, with fixed seeds. */
const misfitMax = 4;
const sample = (draw: (random: Random) => number): readonly number[] => {
  const random = new Random('random.test');
  return Array.from({ length: draws }, () => draw(random));
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]) => {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
};

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}

/** Pearson's statistic in its own standard deviations, over the values that are expected at least ten times. */
function misfit(values: readonly number[], probability: (k: number) => number): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const cells = Array.from({ length: 400 }, (_, k) => ({ seen: counts.get(k) ?? 0, expected: values.length * probability(k) })).filter(
    ({ expected }) => expected >= 10,
  );
  const freedom = cells.length - 1;
  return (cells.reduce((sum, { seen, expected }) => sum + (seen - expected) ** 2 / expected, 0) - freedom) / Math.sqrt(2 * freedom);
}

describe('draws', () => {
  test('are the same for the same names and others for others', () => {
    const first = (...names: (string | number)[]) => new Random(...names).uniform();
    expect(first('a', 1)).toBe(first('a', 1));
    expect(new Set([first('a', 1), first('a', 2), first('b', 1), first('a', 11)]).size).toBe(4);
  });

  test('of the uniform law fill (0, 1) evenly', () => {
    const values = sample((random) => random.uniform());
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(variance(values)).toBeCloseTo(1 / 12, 2);
    expect(
      misfit(
        values.map((value) => Math.floor(value * 100)),
        (k) => (k < 100 ? 0.01 : 0),
      ),
    ).toBeLessThan(misfitMax);
  });

  test('of the normal law have mean 0, variance 1 and 2.5 % above 1.96', () => {
    const values = sample((random) => random.normal());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(variance(values)).toBeCloseTo(1, 1);
    expect(values.filter((value) => value > 1.959964).length / draws).toBeCloseTo(0.025, 2);
  });

  test.each([0.05, 3, 9.9, 10, 45, 250])('of the Poisson law of mean %d follow it', (lambda) => {
    const logs = [0];
    for (let k = 1; k < 400; k++) logs.push((logs[k - 1] ?? 0) + Math.log(k));
    const probability = (k: number) => Math.exp(k * Math.log(lambda) - lambda - (logs[k] ?? 0));
    expect(
      misfit(
        sample((random) => random.poisson(lambda)),
        probability,
      ),
    ).toBeLessThan(misfitMax);
  });

  test.each([
    [5, 0.001],
    [50, 0.1],
    [99, 0.1],
    [101, 0.1],
    [300, 0.5],
    [60, 0.97],
    [5000, 0.02],
  ])('of the binomial law of %d and %d follow it', (n, p) => {
    const probability = (k: number) => (k > n ? 0 : Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p)));
    expect(
      misfit(
        sample((random) => random.binomial(n, p)),
        probability,
      ),
    ).toBeLessThan(misfitMax);
  });

  test('never leave the possible', () => {
    const random = new Random('edges');
    expect([random.binomial(0, 0.5), random.binomial(7, 0), random.binomial(7, 1), random.poisson(0)]).toEqual([0, 0, 7, 0]);
  });
});
