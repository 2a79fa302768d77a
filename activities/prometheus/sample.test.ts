import { describe, expect, test } from 'vitest';
import type { QualityMetric } from '../../domain/catalog.ts';
import type { Point } from './answers.ts';
import { advance, requestsSelector, sampleOf, selectorFor, type Watched } from './sample.ts';

const watched: Watched = {
  release: { releaseId: 'r', service: 'fraud-scorer', environment: 'production', team: 'risk' },
  series: {
    requests: 'model_requests_total',
    statusLabel: 'status',
    failureStatus: '5..|timeout',
    latency: 'model_request_duration_seconds',
  },
  labels: { namespace: 'models' },
  candidate: 'b',
  live: 'a',
  quality: [],
};

const ratios = { toleranceRatio: 1.1, marginRatio: 1.5 };
const counters: QualityMetric = {
  ...ratios,
  kind: 'counters',
  name: 'unsure',
  events: 'model_low_confidence_total',
  of: 'model_requests_total',
};
const histogram: QualityMetric = { ...ratios, kind: 'histogram', name: 'score', series: 'model_score', edges: [0.5], worse: 'both' };

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

describe('one query', () => {
  test("asks for every series of both versions, and of no other environment's", () => {
    expect(selectorFor(watched)).toBe(
      '{__name__=~"model_request_duration_seconds_bucket|model_request_duration_seconds|model_requests_total",service="fraud-scorer",slot=~"b|a",namespace="models"}',
    );
    expect(selectorFor({ ...watched, live: null, labels: {} })).toMatch(/service="fraud-scorer",slot=~"b"}$/);
  });

  test('asks for quality metrics, too, each name once', () => {
    const selector = selectorFor({ ...watched, quality: [counters, histogram] });
    expect(selector).toContain('model_low_confidence_total|model_requests_total|model_score_bucket|model_score"');
    expect(selector.split('model_requests_total')).toHaveLength(2);
  });

  test('for the requests alone asks of the old version, where there is one', () => {
    expect(requestsSelector(watched)).toBe('{__name__=~"model_requests_total",service="fraud-scorer",slot=~"a",namespace="models"}');
    expect(requestsSelector({ ...watched, live: null })).toContain('slot=~"b"');
  });
});

describe('a sample', () => {
  test('adds up the statuses of a pod and knows which of them are failures', () => {
    const points = [...whole('b', 'x', 90), requests('b', 'x', '503', 7), requests('b', 'x', 'timeout', 3), requests('b', 'x', '4503', 5)];
    expect(sampleOf(points, watched, 60)).toEqual({
      instantSeconds: 60,
      edgesSeconds: [0.1, 0.25],
      canary: [{ pod: 'x', requests: 105, errors: 10, atMost: [89, 90, 90], quality: {} }],
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

describe('a quality metric', () => {
  const unsure = (pod: string, value: number): Point => ({ labels: { __name__: 'model_low_confidence_total', slot: 'b', pod }, value });
  const score = (pod: string, le: string, value: number): Point => ({
    labels: { __name__: 'model_score_bucket', slot: 'b', pod, le },
    value,
  });
  const both = { ...watched, quality: [counters, histogram] };
  const qualityOf = (...points: readonly Point[][]) => sampleOf(points.flat(), both, 60).canary.map(({ pod, quality }) => [pod, quality]);

  test('is counted beside the requests: a pair as it is, a histogram as what lies above each edge', () => {
    expect(qualityOf(whole('b', 'x', 100), [unsure('x', 7), score('x', '0.5', 60), score('x', '+Inf', 100)])).toEqual([
      ['x', { unsure: { events: 7, of: 100 }, 'score 0.5': { events: 40, of: 100 } }],
    ]);
  });

  test('whose events have not happened yet has had none', () => {
    expect(qualityOf(whole('b', 'x', 100))).toEqual([['x', { unsure: { events: 0, of: 100 } }]]);
  });

  test('leaves out a pod that lacks it where another one has it', () => {
    const scores = [score('x', '0.5', 60), score('x', '+Inf', 100)];
    expect(qualityOf(whole('b', 'x', 100), scores, whole('b', 'y', 100)).map(([pod]) => pod)).toEqual(['x']);
  });

  test('is missing at an edge that the histogram does not have', () => {
    expect(qualityOf(whole('b', 'x', 100), [score('x', '0.4', 60), score('x', '+Inf', 100)])).toEqual([
      ['x', { unsure: { events: 0, of: 100 } }],
    ]);
  });
});

describe('native histograms', () => {
  /** As Prometheus tells them: schema 1, so that √2 lies between two edges. */
  const native = (slot: string, pod: string, power: number, counts: readonly number[]): Point[] => [
    requests(
      slot,
      pod,
      '200',
      counts.reduce((sum, count) => sum + count, 0),
    ),
    {
      labels: { __name__: 'model_request_duration_seconds', slot, pod },
      value: {
        count: counts.reduce((sum, count) => sum + count, 0),
        buckets: counts.map((count, index) => ({ left: 2 ** ((power + index - 1) / 2), right: 2 ** ((power + index) / 2), count })),
      },
    },
  ];
  const at = (sample: ReturnType<typeof sampleOf>, edge: number) => sample.edgesSeconds.findIndex((one) => Math.abs(one - edge) < 1e-9);

  test('are counted up at edges that both versions have, whichever buckets hold something', () => {
    const sample = sampleOf([...native('b', 'x', -4, [5, 3]), ...native('a', 'y', -6, [50, 30, 20])], watched, 60);
    expect(sample.edgesSeconds.every((edge, index) => index === 0 || edge > (sample.edgesSeconds[index - 1] ?? 0))).toBe(true);
    expect(sample.canary[0]?.atMost[at(sample, 0.25)]).toBe(5);
    expect(sample.stable[0]?.atMost[at(sample, 0.25)]).toBe(100);
    expect(sample.stable[0]?.atMost[at(sample, 0.125)]).toBe(50);
    expect(sample.canary[0]?.atMost.at(-1)).toBe(8);
  });

  test('have the same edges at every instant, so that two can be subtracted', () => {
    const [first, second] = [
      sampleOf([...native('b', 'x', -4, [5]), ...native('a', 'y', -6, [50])], watched, 60),
      sampleOf([...native('b', 'x', -4, [5, 0, 0, 9]), ...native('a', 'y', -8, [1, 0, 50])], watched, 65),
    ];
    expect(second.edgesSeconds).toEqual(first.edgesSeconds);
    expect(advance(first, second).increment.canary.atMost.at(-1)).toBe(9);
  });

  test('give way to classic buckets, which catalogs name', () => {
    const sample = sampleOf([...whole('b', 'x', 9), ...native('b', 'x', -4, [9]).slice(1)], watched, 60);
    expect(sample).toMatchObject({ edgesSeconds: [0.1, 0.25], canary: [{ atMost: [8, 9, 9] }] });
  });

  test('are compared with classic ones at edges that both have', () => {
    const sample = sampleOf([...whole('b', 'x', 9), ...native('a', 'y', -4, [9])], watched, 60);
    expect(sample).toMatchObject({ edgesSeconds: [0.25], canary: [{ atMost: [9, 9] }], stable: [{ atMost: [9, 9] }] });
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
    expect(step.increment.canary).toEqual({ requests: 0, errors: 0, atMost: [0, 0], quality: {} });
  });
});
