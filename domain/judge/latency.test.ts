import { describe, expect, test } from 'vitest';
import { defaultObjectives } from '../objectives.ts';
import type { Calibration } from './judge.ts';
import { evenly, latencyEdges, latencyName, slowerThan } from './latency.ts';

/** Log-logistic with median 80 ms and shape 3: `f` times slower is the odds ratio f³ at every edge. */
const shareSlower = (seconds: number): number => 1 / (1 + (seconds / 0.08) ** 3);
const edges = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const history = (failing = 0): Calibration => ({
  from: 'history',
  windowSeconds: 86_400,
  polls: 5000,
  metrics: Object.fromEntries([
    ['errors', { kappa: 1, stableShare: failing }],
    ...edges.map((edge) => [latencyName(edge), { kappa: 1, stableShare: failing + (1 - failing) * shareSlower(edge) }] as const),
  ]),
});
const none: Calibration = { from: 'none', windowSeconds: 0, polls: 0, metrics: {} };
const chosen = (calibration: Calibration, guardedBucketsMs: readonly number[] | 'auto' = 'auto', max = 8) =>
  latencyEdges({ ...defaultObjectives, latency: { ...defaultObjectives.latency, guardedBucketsMs } }, calibration, edges, max);

describe('edges', () => {
  test('are named in milliseconds, with decimals where they have some', () => {
    expect([0.25, 1, 0.0025, 0.0333333].map(latencyName)).toEqual(['latency 250ms', 'latency 1000ms', 'latency 2.5ms', 'latency 33.333ms']);
  });

  test('that tell versions apart are looked at, and those with events enough are guarded', () => {
    expect(chosen(history()).map(({ edgeSeconds, guarded }) => [edgeSeconds, guarded])).toEqual([
      [0.025, false],
      [0.05, false],
      [0.1, true],
      [0.25, true],
      [0.5, false],
      [1, false],
    ]);
  });

  test('that a team guards are kept, whatever history says, and others fill what is left', () => {
    const kept = chosen(history(), [60, 90, 9000], 4);
    // 60 and 90 ms are no edges: the next one above holds for both.
    expect(kept.filter(({ guarded }) => guarded).map(({ edgeSeconds }) => edgeSeconds)).toEqual([0.1, 10]);
    expect(kept).toHaveLength(4);
  });

  test('are all looked at without history, evenly chosen, guarded with room for what no ratio shows', () => {
    const all = chosen(none);
    expect(all).toHaveLength(8);
    expect(all.every(({ guarded, slackShare }) => guarded && slackShare === 0.01)).toBe(true);
    expect(all[0]?.toleranceRatio).toBeCloseTo(1.05 ** 2, 9);
    expect(all[0]?.marginRatio).toBeCloseTo(1.25 ** 3, 9);
  });

  test('guarded by a team where hardly a request is slower may be slower by one in a hundred', () => {
    const slack = chosen(history(), [100, 9000]).map(({ edgeSeconds, slackShare }) => [edgeSeconds, slackShare]);
    expect(slack.filter(([edge]) => edge === 0.1 || edge === 10)).toEqual([
      [0.1, null],
      [10, 0.01],
    ]);
  });

  test('that only failures exceed are not looked at: errors have their own table', () => {
    const failing = chosen(history(0.01)).map(({ edgeSeconds }) => edgeSeconds);
    expect(failing).toEqual(chosen(history()).map(({ edgeSeconds }) => edgeSeconds));
  });
});

describe('tolerance and margin', () => {
  test('are what "so many times slower" means at each edge', () => {
    const edge = chosen(history()).find(({ edgeSeconds }) => edgeSeconds === 0.1);
    expect(edge?.toleranceRatio).toBeCloseTo(1.05 ** 3, 2);
    expect(edge?.marginRatio).toBeCloseTo(1.25 ** 3, 2);
  });

  test('forgive latency what is forgiven to errors, since failures count as slow', () => {
    const tail = (failing: number) => chosen(history(failing)).find(({ edgeSeconds }) => edgeSeconds === 1)?.toleranceRatio ?? 0;
    // Nine of ten events beyond a second are failures: the tolerance is nearly theirs.
    expect(tail(0.02)).toBeGreaterThan(1.09);
    expect(tail(0.02)).toBeLessThan(tail(0));
  });
});

test('a failed request is slower than every edge, and never more are slow than there were', () => {
  const arm = { requests: 100, errors: 20, atMost: [70, 90, 100], quality: {} };
  expect([0, 1].map((edge) => slowerThan(arm, edge))).toEqual([
    { events: 50, of: 100 },
    { events: 30, of: 100 },
  ]);
  expect(slowerThan({ ...arm, errors: 90 }, 0)).toEqual({ events: 100, of: 100 });
});

test.each([
  [5, [0, 3, 5, 8, 10]],
  [1, [0]],
  [0, []],
  [20, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
])('%i of eleven are spread evenly', (count, expected) => {
  expect(
    evenly(
      Array.from({ length: 11 }, (_, index) => index),
      count,
    ),
  ).toEqual(expected);
});
