/** The share of the traffic, against a Prometheus that is a function of time. The watch has a file of its own. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { MetricsWorld, start, watchInput } from '../../test/support/metrics-world.ts';
import { createPrometheusActivities } from './prometheus.ts';

let world: MetricsWorld;
let metrics: ReturnType<typeof createPrometheusActivities>;
beforeEach(() => {
  vi.useFakeTimers({ now: start * 1000 });
  world = new MetricsWorld();
  metrics = createPrometheusActivities({ source: world.source, store: createMemoryStore() });
});
afterEach(() => {
  vi.useRealTimers();
});

const attempt = (info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {}) =>
  new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });

/** Runs an activity while the clock runs as fast as it can; answers when it ended. */
async function observed(changes: object = {}, environment = attempt()) {
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  // As it comes through Temporal: what is undefined is not there.
  const input = JSON.parse(JSON.stringify({ ...watchInput, weightPercent: 10, withinSeconds: 30, ...changes })) as typeof watchInput & {
    readonly withinSeconds: number;
  };
  const result = environment
    .run(() => metrics.awaitShare(input))
    .then(
      (value) => ({ value, seconds: Date.now() / 1000 - start, error: undefined }),
      (error: unknown) => ({ value: undefined, seconds: Date.now() / 1000 - start, error }),
    );
  const over = new AbortController();
  void result.then(() => over.abort());
  while (!over.signal.aborted) await vi.advanceTimersByTimeAsync(500);
  return { ...(await result), beats };
}

test('the share of the traffic is observed as soon as it agrees', async () => {
  const { value, seconds } = await observed();
  expect(value).toMatchObject({ kind: 'observed', sharePercent: 10 });
  expect(seconds).toBeLessThan(10);
});

test('a share that never agrees is "no", with what was seen instead', async () => {
  world.canaryPerSecond = 90;
  const { value, seconds } = await observed();
  expect(value).toEqual({
    kind: 'not observed',
    because: expect.stringMatching(/^50\.0 % of \d+ requests went to the new version, 10 % should have$/) as string,
  });
  expect(seconds).toBeGreaterThanOrEqual(30);
});

test('without traffic no share is observed', async () => {
  Object.assign(world, { canaryPerSecond: 0, stablePerSecond: 0 });
  expect((await observed()).value).toEqual({ kind: 'not observed', because: 'too few requests to see a share of 10 %' });
});

test('all of the traffic is observed while the old version says nothing any more', async () => {
  world.silences.push({ slot: 'a', fromSeconds: 0, toSeconds: Infinity });
  expect((await observed({ weightPercent: 100 })).value).toMatchObject({ kind: 'observed', sharePercent: 100 });
});

test('a workflow from before environments had labels is answered', async () => {
  expect((await observed({ labels: undefined })).value).toMatchObject({ kind: 'observed' });
});

test('without an answer is a failure; a retry does not begin the time anew', async () => {
  world.down = true;
  const { error, beats } = await observed();
  expect(error).toMatchObject({ type: 'metrics.unreachable' });
  const again = await observed({}, attempt({ heartbeatDetails: beats.at(-1), attempt: 2 }));
  expect(again.error).toMatchObject({ type: 'metrics.unreachable' });
  expect(again.seconds).toBeLessThan(35);
});
