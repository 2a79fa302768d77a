import { expect, test } from 'vitest';
import { type Behaviour, behaviourOf, sampleAnswer } from './behaviour.ts';
import { randomFrom } from './random.ts';

const samples = (behaviour: Behaviour, count = 20_000, seed = 'pod') => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => sampleAnswer(behaviour, random));
};
const plain: Behaviour = { medianMs: 40, sigma: 0.5, tailShare: 0, tailMs: 600, errorPercent: 0 };
const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

test('a pod without annotations is fast and right', () => {
  expect(behaviourOf({ 'unrelated.example.com/x': 'y' })).toEqual({ medianMs: 20, sigma: 0.3, tailShare: 0, tailMs: 400, errorPercent: 0 });
});

test('annotations say how a version behaves', () => {
  const annotations = { 'median-ms': '40', sigma: '0', 'tail-share': '0.02', 'tail-ms': '600', 'error-percent': '1.5' };
  const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`lab.plimsoll.dev/${key}`, value]));
  expect(behaviourOf(prefixed)).toEqual({ medianMs: 40, sigma: 0, tailShare: 0.02, tailMs: 600, errorPercent: 1.5 });
});

test.each([
  ['median-ms', 'fast'],
  ['tail-share', '2'],
  ['error-percent', '-1'],
  ['sigma', 'NaN'],
])('%s of %s is refused', (name, value) => {
  expect(() => behaviourOf({ [`lab.plimsoll.dev/${name}`]: value })).toThrow(name);
});

test('latency is log-normal around its median', () => {
  const times = samples(plain).map(({ afterMs }) => afterMs);
  expect(quantile(times, 0.5)).toBeCloseTo(40, -0.5);
  // One standard deviation of the logarithm up.
  expect(Math.abs(quantile(times, 0.8413) - 40 * Math.exp(0.5))).toBeLessThan(2);
});

test('the tail takes its share of the requests and its own time', () => {
  const slow = samples({ ...plain, sigma: 0, tailShare: 0.05 }).filter(({ afterMs }) => afterMs === 600).length;
  expect(Math.abs(slow / 20_000 - 0.05)).toBeLessThan(0.007);
});

test('errors take their share, and none come from a version that has none', () => {
  const failed = samples({ ...plain, errorPercent: 2 }).filter(({ status }) => status === 500).length;
  expect(Math.abs(failed / 20_000 - 0.02)).toBeLessThan(0.004);
  expect(samples(plain).every(({ status }) => status === 200)).toBe(true);
});

test('the same pod behaves the same again, another one does not', () => {
  expect(samples(plain, 50)).toEqual(samples(plain, 50));
  expect(samples(plain, 50)).not.toEqual(samples(plain, 50, 'another pod'));
});

test('no answer takes longer than a client would wait', () => {
  expect(Math.max(...samples({ ...plain, medianMs: 9000, sigma: 2 }, 1000).map(({ afterMs }) => afterMs))).toBe(10_000);
});
