/** The watch against a Prometheus that is a function of time: outages, silence, retries and cancellation. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JudgeState } from '../../domain/judge/judge.ts';
import type { MetricsPort } from '../../domain/ports.ts';
import { failure } from '../failure.ts';
import { createPrometheusActivities } from './prometheus.ts';
import type { Point, QueryInstant } from './query.ts';

const start = 1_800_000_000;
const metricsRef = {
  release: { releaseId: 'r', service: 'fraud-scorer', environment: 'production', team: 'risk' },
  prometheus: 'http://prometheus',
  series: { requests: 'requests_total', statusLabel: 'status', failureStatus: '5..', latency: 'seconds' },
  candidate: 'b',
  live: 'a',
} as const;
const watchInput: Parameters<MetricsPort['watchCanary']>[0] = {
  ...metricsRef,
  objectives: {
    errors: { marginRatio: 1.5, marginPoints: 0.1, limitPercent: 1 },
    latency: { guardedBucketsMs: [100], marginRatio: 1.25, limitPercent: 5 },
    minimumRequests: 100,
  },
  judge: null,
  nextStep: false,
  pollSeconds: 5,
  minimumSeconds: 30,
  atMostSeconds: 60,
};

/** What the world does; every test changes what it is about. */
const world = { errorShare: 0, canaryPerSecond: 10, stablePerSecond: 90, silent: false, down: false, instants: [] as number[] };

const pod = (slot: string, requests: number, errors: number): Point[] => [
  { labels: { __name__: 'requests_total', slot, pod: `pod-${slot}`, status: '200' }, value: requests - errors },
  { labels: { __name__: 'requests_total', slot, pod: `pod-${slot}`, status: '500' }, value: errors },
  { labels: { __name__: 'seconds_bucket', slot, pod: `pod-${slot}`, le: '0.1' }, value: requests },
  { labels: { __name__: 'seconds_bucket', slot, pod: `pod-${slot}`, le: '+Inf' }, value: requests },
];
const query: QueryInstant = (_prometheus, _query, instantSeconds) => {
  if (world.down) return Promise.reject(failure('metrics.unreachable', 'Prometheus did not answer: Error'));
  world.instants.push(instantSeconds);
  const age = Math.max(0, instantSeconds - start);
  const canary = age * world.canaryPerSecond;
  const points = pod('a', 1_000_000 + age * world.stablePerSecond, 0);
  return Promise.resolve(world.silent ? points : [...points, ...pod('b', canary, Math.floor(canary * world.errorShare))]);
};
const metrics = createPrometheusActivities({ query });

beforeEach(() => {
  Object.assign(world, { errorShare: 0, canaryPerSecond: 10, stablePerSecond: 90, silent: false, down: false, instants: [] });
  vi.useFakeTimers({ now: start * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs an activity while the clock runs as fast as it can; answers when it ended. */
async function timed<T>(work: () => Promise<T>, environment = new MockActivityEnvironment()) {
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  const result = environment.run<[], T, () => Promise<T>>(work).then(
    (value) => ({ value, seconds: Date.now() / 1000 - start, error: undefined }),
    (error: unknown) => ({ value: undefined, seconds: Date.now() / 1000 - start, error }),
  );
  const over = new AbortController();
  void result.then(() => over.abort());
  while (!over.signal.aborted) await vi.advanceTimersByTimeAsync(500);
  return { ...(await result), beats };
}

describe('a watch', () => {
  test('comes back with a pass, not before its minimum time', async () => {
    const { value, seconds } = await timed(() => metrics.watchCanary(watchInput));
    expect(value?.verdict.kind).toBe('pass');
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThan(40);
  });

  test('comes back with a fail at once', async () => {
    world.errorShare = 0.5;
    const { value, seconds } = await timed(() => metrics.watchCanary(watchInput));
    expect(value?.verdict.kind).toBe('fail');
    expect(seconds).toBeLessThan(12);
  });

  test('looks at instants of the grid, each once after the base, and a little behind the clock', async () => {
    await timed(() => metrics.watchCanary(watchInput));
    const looked = world.instants.slice(6);
    expect(looked).toEqual(looked.map((_, index) => start + index * 5));
    expect(Math.max(...looked)).toBeLessThanOrEqual(Date.now() / 1000 - 1);
  });

  test('of a silent version never passes', async () => {
    world.silent = true;
    const { value, seconds } = await timed(() => metrics.watchCanary(watchInput));
    expect(value?.verdict.kind).toBe('not enough');
    expect(seconds).toBeGreaterThanOrEqual(60);
  });

  test('takes a pass back when the version falls silent', async () => {
    const work = timed(() => metrics.watchCanary(watchInput));
    setTimeout(() => {
      world.silent = true;
    }, 20_000);
    const { value } = await work;
    expect(value?.verdict).toMatchObject({ kind: 'not enough', reason: expect.stringContaining('no metrics of slot b since') });
    expect(value?.verdict.metrics.every(({ answer }) => answer === 'pass')).toBe(true);
  });

  test('bears an outage of Prometheus, reads what it missed, and loses no request', async () => {
    const work = timed(() => metrics.watchCanary({ ...watchInput, minimumSeconds: 50 }));
    setTimeout(() => {
      world.down = true;
    }, 8_000);
    setTimeout(() => {
      world.down = false;
    }, 28_000);
    const { value } = await work;
    expect(value?.verdict.kind).toBe('pass');
    const last = value?.judge.lastInstantSeconds ?? 0;
    expect(value?.verdict.canary.requests).toBe((last - start) * 10);
    expect(world.instants).toContain(start + 15);
  });

  test('that ends while Prometheus is away does not pass on what was before', async () => {
    const work = timed(() => metrics.watchCanary({ ...watchInput, minimumSeconds: 50 }));
    setTimeout(() => {
      world.down = true;
    }, 30_000);
    expect((await work).value?.verdict).toMatchObject({ kind: 'not enough', reason: 'Prometheus did not answer: Error' });
  });

  test('without a single answer is a failure that Temporal shows and tries again', async () => {
    world.down = true;
    const { error, seconds } = await timed(() => metrics.watchCanary(watchInput));
    expect(error).toMatchObject({ type: 'metrics.unreachable', nonRetryable: false });
    expect(seconds).toBeGreaterThanOrEqual(60);
  });

  test('that lost its worker goes on where the heartbeat says, without counting twice', async () => {
    const first = await timed(() => metrics.watchCanary({ ...watchInput, minimumSeconds: 15 }));
    const details = first.beats.at(-1) as { judge: JudgeState };
    const resumed = new MockActivityEnvironment({ heartbeatDetails: JSON.parse(JSON.stringify(details)) as unknown, attempt: 2 });
    await vi.advanceTimersByTimeAsync(12_000);
    world.instants = [];
    const { value } = await timed(() => metrics.watchCanary(watchInput), resumed);
    expect(world.instants).toContain(details.judge.lastInstantSeconds + 5);
    const last = value?.judge.lastInstantSeconds ?? 0;
    expect(value?.verdict.canary.requests).toBe((last - start) * 10);
    // The minimum is counted from the first attempt's beginning.
    expect(Date.now() / 1000 - start).toBeLessThan(40);
  });

  test('hands its state from slice to slice, and begins the evidence anew at a new weight', async () => {
    const first = await timed(() => metrics.watchCanary(watchInput));
    const judge = first.value?.judge ?? null;
    const same = await timed(() => metrics.watchCanary({ ...watchInput, judge, minimumSeconds: 0 }));
    expect(same.value?.verdict.kind).toBe('pass');
    expect(same.value?.verdict.canary.requests).toBeGreaterThanOrEqual(first.value?.verdict.canary.requests ?? Infinity);
    const next = await timed(() => metrics.watchCanary({ ...watchInput, judge, nextStep: true, minimumSeconds: 0, atMostSeconds: 3 }));
    expect(next.value?.verdict.kind).toBe('not enough');
  });

  test('is heard from at least every five seconds, also between slow polls', async () => {
    const { beats } = await timed(() => metrics.watchCanary({ ...watchInput, pollSeconds: 30, minimumSeconds: 60 }));
    expect(beats.length).toBeGreaterThanOrEqual(12);
    expect(beats.at(-1)).toMatchObject({ judge: { version: 1 }, verdict: { kind: 'pass' } });
  });

  test('ends when it is cancelled', async () => {
    const environment = new MockActivityEnvironment();
    const work = timed(() => metrics.watchCanary(watchInput), environment);
    await vi.advanceTimersByTimeAsync(3_000);
    environment.cancel();
    expect((await work).error).toMatchObject({ name: 'CancelledFailure' });
    expect(Date.now() / 1000 - start).toBeLessThan(5);
  });
});

describe('the share of the traffic', () => {
  const shareInput = { ...metricsRef, weightPercent: 10, withinSeconds: 30 };

  test('is observed as soon as it agrees', async () => {
    const { value, seconds } = await timed(() => metrics.awaitShare(shareInput));
    expect(value).toMatchObject({ kind: 'observed', sharePercent: 10 });
    expect(seconds).toBeLessThan(10);
  });

  test('that never agrees is "no", with what was seen instead', async () => {
    world.canaryPerSecond = 90;
    const { value, seconds } = await timed(() => metrics.awaitShare(shareInput));
    expect(value).toEqual({
      kind: 'not observed',
      because: expect.stringMatching(/^50\.0 % of \d+ requests went to the new version, 10 % should have$/),
    });
    expect(seconds).toBeGreaterThanOrEqual(30);
  });

  test('without traffic is not observed', async () => {
    Object.assign(world, { canaryPerSecond: 0, stablePerSecond: 0 });
    expect((await timed(() => metrics.awaitShare(shareInput))).value).toEqual({
      kind: 'not observed',
      because: 'too few requests to see a share of 10 %',
    });
  });

  test('without an answer is a failure; a retry does not begin the time anew', async () => {
    world.down = true;
    const { error, beats } = await timed(() => metrics.awaitShare(shareInput));
    expect(error).toMatchObject({ type: 'metrics.unreachable' });
    const again = await timed(
      () => metrics.awaitShare(shareInput),
      new MockActivityEnvironment({ heartbeatDetails: beats.at(-1), attempt: 2 }),
    );
    expect(again.error).toMatchObject({ type: 'metrics.unreachable' });
    expect(again.seconds).toBeLessThan(35);
  });
});
