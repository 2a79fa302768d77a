/**
 * Against a real Prometheus that scrapes a model server of this test: what its answers look like, what a restart
 * and a dead target do, and that the watch sees it.
 */
import type { Server } from 'node:http';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseCounts } from '../../domain/judge/counts.ts';
import type { MetricsPort } from '../../domain/ports.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { watchInput } from '../../test/support/metrics-world.ts';
import { startExporter, startPrometheus } from '../../test/support/real-prometheus.ts';
import { createPrometheusActivities } from './prometheus.ts';
import { prometheusHttp } from './query.ts';
import { sampleOf, selectorFor, type Watched } from './sample.ts';
import { scrapeSpacing } from './spacing.ts';

/** One exporter for each slot; its counters grow with the clock, from when it was started. */
interface Exporter {
  readonly server: Server;
  readonly port: number;
  readonly perSecond: number;
  errorShare: number;
  startedAt: number;
  silent: boolean;
}

/** Half of the requests take longer than 50 ms, one in ten longer than 100; one prediction in five is unsure. */
async function exporter(perSecond: number): Promise<Exporter> {
  const { server, port } = await startExporter((_request, response) => {
    if (self.silent) return void response.destroy();
    const requests = Math.floor(((Date.now() - self.startedAt) / 1000) * perSecond);
    const errors = Math.floor(requests * self.errorShare);
    const atMost = (share: number) => Math.floor(requests * share);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      [
        '# TYPE requests_total counter',
        `requests_total{status="200"} ${requests - errors}`,
        `requests_total{status="500"} ${errors}`,
        '# TYPE unsure_total counter',
        `unsure_total ${atMost(0.2)}`,
        '# TYPE seconds histogram',
        `seconds_bucket{le="0.05"} ${atMost(0.5)}`,
        `seconds_bucket{le="0.1"} ${atMost(0.9)}`,
        `seconds_bucket{le="+Inf"} ${requests}`,
        `seconds_count ${requests}`,
        `seconds_sum ${requests * 0.01}`,
        '',
      ].join('\n'),
    );
  });
  const self: Exporter = { server, port, perSecond, errorShare: 0, startedAt: Date.now(), silent: false };
  return self;
}

const watched: Watched = {
  ...watchInput,
  quality: [{ kind: 'counters', name: 'unsure', events: 'unsure_total', of: 'requests_total', toleranceRatio: 1.1, marginRatio: 2 }],
};

let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
let candidate: Exporter;
let live: Exporter;
/** Of another environment on the same Prometheus: its counts must never be seen. */
let elsewhere: Exporter;
/** A scrape that a busy machine answers after more than its second is lost, and the next one is not. */
const patience = { timeout: 60_000, interval: 200 };
const store = createMemoryStore();
const metrics = createPrometheusActivities({ store });

beforeAll(async () => {
  [candidate, live, elsewhere] = await Promise.all([exporter(40), exporter(160), exporter(1000)]);
  const labelsOf = (slot: string, pod: string, namespace: string) => ({ service: 'fraud-scorer', slot, pod, namespace, release: pod });
  prometheus = await startPrometheus([
    { port: candidate.port, labels: labelsOf('b', 'new', 'models') },
    { port: live.port, labels: labelsOf('a', 'old', 'models') },
    { port: elsewhere.port, labels: labelsOf('a', 'elsewhere', 'models-staging') },
  ]);
  await vi.waitFor(async () => {
    const { canary, stable } = await sampleAt(Date.now() / 1000);
    if (canary.length + stable.length < 2) throw new Error('Prometheus has not scraped both versions yet');
  }, patience);
});
afterAll(async () => {
  await prometheus?.stop();
  for (const { server } of [candidate, live, elsewhere]) server.close();
});

const inActivity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);
const sampleAt = async (seconds: number) =>
  sampleOf(await inActivity(() => prometheusHttp.instant(prometheus.url, selectorFor(watched), seconds)), watched, seconds);
const watch = (changes: Partial<Parameters<MetricsPort['watchCanary']>[0]> = {}) => {
  const objectives = { ...watchInput.objectives, quality: watched.quality, weights: { errors: 0.4, latency: 0.4, quality: 0.2 } };
  const input = { ...watchInput, objectives, prometheus: prometheus.url, pollSeconds: 1, minimumSeconds: 1, atMostSeconds: 30, ...changes };
  return inActivity(() => metrics.watchCanary(input));
};

test('one query reads every series of both versions as whole numbers, and nothing of another environment', async () => {
  const sample = await vi.waitFor(async () => {
    const seen = await sampleAt(Date.now() / 1000);
    expect(seen.canary.length * seen.stable.length).toBeGreaterThan(0);
    return seen;
  }, patience);
  expect(sample.edgesSeconds).toEqual([0.05, 0.1]);
  expect([sample.canary.map(({ pod }) => pod), sample.stable.map(({ pod }) => pod)]).toEqual([['new'], ['old']]);
  for (const { requests, errors, atMost, quality } of [...sample.canary, ...sample.stable]) {
    const { events, of } = quality['unsure'] ?? {};
    expect([requests, errors, ...atMost, events, of].every((count) => Number.isInteger(count))).toBe(true);
  }
});

test('a range says at each instant what was said of that instant alone', async () => {
  const toSeconds = Math.floor(Date.now() / 1000) - 1;
  const grid = { fromSeconds: toSeconds - 2, toSeconds, stepSeconds: 1 };
  // What was scraped before an instant may be stored after it, between the two questions.
  await vi.waitFor(async () => {
    const range = await inActivity(() => prometheusHttp.range(prometheus.url, selectorFor(watched), grid));
    const alone = await Promise.all([-2, -1, 0].map((back) => sampleAt(toSeconds + back)));
    expect(range.map(({ instantSeconds, points }) => sampleOf(points, watched, instantSeconds))).toEqual(
      alone.filter(({ canary, stable }) => canary.length + stable.length > 0),
    );
  }, patience);
});

test('how often it scrapes is seen in what it has', async () => {
  await vi.waitFor(
    async () => expect(await inActivity(() => scrapeSpacing(prometheusHttp, prometheus.url, watched, Date.now() / 1000))).toBe(1),
    patience,
  );
});

test('the share that the counters show is observed', async () => {
  const input = { ...watchInput, prometheus: prometheus.url, weightPercent: 20, withinSeconds: 60 };
  expect((await inActivity(() => metrics.awaitShare(input))).kind).toBe('observed');
});

test('a good version passes, and a pod that restarts while it is watched neither fails nor counts twice', async () => {
  const began = Date.now();
  const watching = watch({ minimumSeconds: 8 });
  setTimeout(() => {
    candidate.startedAt = Date.now();
  }, 4_000);
  const { verdict, counts } = await watching;
  expect(verdict).toMatchObject({ kind: 'pass', calibration: { from: 'catalog' } });
  // Two seconds of scrape and base beside the time that the watch itself took.
  expect(verdict.canary.requests).toBeLessThanOrEqual(((Date.now() - began) / 1000 + 2) * candidate.perSecond);
  const kept = parseCounts((await store.get(counts ?? { digest: 'sha256:', bytes: 0 })).toString('utf8'), 'counts.csv');
  expect(kept.length).toBeGreaterThanOrEqual(5);
  expect(kept.at(-1)?.sample).toMatchObject({ edgesSeconds: [0.05, 0.1], stable: [{ pod: 'old', quality: { unsure: {} } }] });
});

test('a failing version is seen within seconds', async () => {
  candidate.errorShare = 0.5;
  candidate.startedAt = Date.now();
  const { verdict } = await watch();
  expect(verdict).toMatchObject({ kind: 'fail', reason: expect.stringContaining("of the new version's requests") as string });
});

test('a target that does not answer any more is silence, and silence never passes', async () => {
  // It was good before: what it had counted until then is no reason to say anything.
  Object.assign(candidate, { errorShare: 0, startedAt: Date.now() });
  const isGoodSince = async () => {
    const seconds = Date.now() / 1000 - 2;
    // A scrape a second: what is seen at this instant was counted after the restart, not by a version before it.
    expect(seconds).toBeGreaterThan(candidate.startedAt / 1000 + 1);
    expect((await sampleAt(seconds)).canary).toMatchObject([{ errors: 0 }]);
  };
  await vi.waitFor(isGoodSince, patience);
  candidate.silent = true;
  await vi.waitFor(async () => expect((await sampleAt(Date.now() / 1000)).canary).toEqual([]), patience);
  const { verdict } = await watch({ atMostSeconds: 4 });
  expect(verdict.kind).toBe('not enough');
  // The last scrape that worked may lie between the watch's base and its first instant.
  expect(verdict.canary.requests).toBeLessThanOrEqual(2 * candidate.perSecond);
  candidate.silent = false;
});

test('a query that Prometheus refuses is not retried; a Prometheus that is not there is', async () => {
  const asking = (url: string, selector: string) => inActivity(() => prometheusHttp.instant(url, selector, 0));
  await expect(asking(prometheus.url, '{')).rejects.toMatchObject({ type: 'tool.rejected', nonRetryable: true });
  await expect(asking('http://127.0.0.1:9', 'up')).rejects.toMatchObject({ type: 'metrics.unreachable' });
});
