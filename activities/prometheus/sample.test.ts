import { describe, expect, test } from 'vitest';
import type { Point } from './query.ts';
import { advance, queryFor, sampleOf } from './sample.ts';

const watched = {
  release: { releaseId: 'r', service: 'fraud-scorer', environment: 'production', team: 'risk' },
  series: {
    requests: 'model_requests_total',
    statusLabel: 'status',
    failureStatus: '5..|timeout',
    latency: 'model_request_duration_seconds',
  },
  candidate: 'b',
  live: 'a',
} as const;

const requests = (slot: string, pod: string, status: string, value: number): Point => ({
  labels: { __name__: 'model_requests_total', slot, pod, status },
  value,
});
const bucket = (slot: string, pod: string, le: string, value: number): Point => ({
  labels: { __name__: 'model_request_duration_seconds_bucket', slot, pod, le },
  value,
});
const whole = (slot: string, pod: string, count: number): Point[] => [
  requests(slot, pod, '200', count),
  bucket(slot, pod, '0.1', count - 1),
  bucket(slot, pod, '0.25', count),
  bucket(slot, pod, '+Inf', count),
];

test('one query asks for every series of both versions', () => {
  expect(queryFor(watched)).toBe(
    '{__name__=~"model_requests_total|model_request_duration_seconds_bucket",service="fraud-scorer",slot=~"b|a"}',
  );
  expect(queryFor({ ...watched, live: null })).toContain('slot=~"b"}');
});

describe('a sample', () => {
  test('adds up the statuses of a pod and knows which of them are failures', () => {
    const points = [...whole('b', 'x', 90), requests('b', 'x', '503', 7), requests('b', 'x', 'timeout', 3), requests('b', 'x', '4503', 5)];
    expect(sampleOf(points, watched, 60)).toEqual({
      instantSeconds: 60,
      edgesSeconds: [0.1, 0.25],
      canary: [{ pod: 'x', requests: 105, errors: 10, atMost: [89, 90, 90] }],
      stable: [],
    });
  });

  test('keeps the two versions and their pods apart', () => {
    const { canary, stable } = sampleOf([...whole('b', 'x', 5), ...whole('a', 'y', 50), ...whole('a', 'z', 60)], watched, 60);
    expect([canary.map(({ pod }) => pod), stable.map(({ pod, requests }) => [pod, requests])]).toEqual([
      ['x'],
      [
        ['y', 50],
        ['z', 60],
      ],
    ]);
  });

  test.each([
    ['a bucket', whole('b', 'x', 9).filter(({ labels }) => labels['le'] !== '0.1')],
    ['its last bucket', whole('b', 'x', 9).filter(({ labels }) => labels['le'] !== '+Inf')],
    ['its requests', whole('b', 'x', 9).slice(1)],
    ['a number', whole('b', 'x', 9).map((point, index) => (index === 1 ? { ...point, value: Number.NaN } : point))],
  ])('leaves out a pod that lacks %s', (_, half) => {
    expect(sampleOf([...whole('b', 'whole', 9), ...half], watched, 60).canary.map(({ pod }) => pod)).toEqual(['whole']);
  });

  test('is empty where nothing answered, and that is not a failure', () => {
    expect(sampleOf([], watched, 60)).toEqual({ instantSeconds: 60, edgesSeconds: [], canary: [], stable: [] });
  });

  test('compares only bucket edges that both versions have', () => {
    const other = [requests('a', 'y', '200', 9), bucket('a', 'y', '0.25', 8), bucket('a', 'y', '1', 9), bucket('a', 'y', '+Inf', 9)];
    expect(sampleOf([...whole('b', 'x', 9), ...other], watched, 60)).toMatchObject({
      edgesSeconds: [0.25],
      canary: [{ atMost: [9, 9] }],
      stable: [{ atMost: [8, 9] }],
    });
  });
});

describe('from sample to sample', () => {
  const sample = (seconds: number, ...points: Point[][]) => sampleOf(points.flat(), watched, seconds);

  test('a pod that misses a scrape counts once', () => {
    const first = advance(sample(0, whole('b', 'x', 100)), sample(5));
    const second = advance(first.previous, sample(10, whole('b', 'x', 130)));
    expect([first.increment.canary.requests, second.increment.canary.requests]).toEqual([0, 30]);
    expect(second.increment.canary.atMost).toEqual([30, 30, 30]);
  });

  test("the past of an old version's pod that missed the first scrape does not enter the comparison", () => {
    const step = advance(sample(0, whole('b', 'x', 10)), sample(5, whole('b', 'x', 20), whole('a', 'y', 1_000_000)));
    expect(step.increment.stable.requests).toBe(0);
    expect(advance(step.previous, sample(10, whole('a', 'y', 1_000_007))).increment.stable.requests).toBe(7);
  });

  test('a new pod of the new version adds all it has', () => {
    expect(advance(sample(0, whole('a', 'y', 10)), sample(5, whole('b', 'x', 20), whole('a', 'y', 10))).increment.canary.requests).toBe(20);
  });

  test('other bucket edges begin anew instead of subtracting what does not match', () => {
    const other = [requests('b', 'x', '200', 200), bucket('b', 'x', '0.5', 200), bucket('b', 'x', '+Inf', 200)];
    const step = advance(sample(0, whole('b', 'x', 100)), sample(5, other));
    expect(step.increment.canary).toEqual({ requests: 0, errors: 0, atMost: [0, 0] });
  });
});
