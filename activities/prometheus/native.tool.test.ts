/**
 * Native histograms against a real Prometheus with that feature on, which scrapes them as protocol buffers: the only
 * form that they have on the wire.
 */
import type { Server } from 'node:http';
import { MockActivityEnvironment } from '@temporalio/testing';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { watchInput } from '../../test/support/metrics-world.ts';
import { startExporter, startPrometheus } from '../../test/support/real-prometheus.ts';
import { createPrometheusActivities } from './prometheus.ts';
import { prometheusHttp } from './query.ts';
import { sampleOf, selectorFor, type Watched } from './sample.ts';

/** What of Prometheus' own metrics.proto is used here. */
const { root } = protobuf.parse(`
  syntax = "proto2";
  message LabelPair { optional string name = 1; optional string value = 2; }
  message Counter { optional double value = 1; }
  message BucketSpan { optional sint32 offset = 1; optional uint32 length = 2; }
  message Histogram {
    optional uint64 sampleCount = 1; optional double sampleSum = 2; optional sint32 schema = 5; optional double zeroThreshold = 6;
    optional uint64 zeroCount = 7; repeated BucketSpan positiveSpan = 12; repeated sint64 positiveDelta = 13;
  }
  message Metric { repeated LabelPair label = 1; optional Counter counter = 3; optional Histogram histogram = 7; }
  message MetricFamily { optional string name = 1; optional string help = 2; optional int32 type = 3; repeated Metric metric = 4; }
`);
const family = root.lookupType('MetricFamily');
const delimited = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** Buckets 9 % wide: `(2^((i-1)/8), 2^(i/8)]`. */
const schema = 3;
const indexOf = (seconds: number) => Math.ceil(Math.log2(seconds) * 2 ** schema);

interface Exporter {
  readonly server: Server;
  readonly port: number;
  startedAt: number;
  /** Seconds → requests of each hundred that take so long. */
  latency: Readonly<Record<string, number>>;
}

async function exporter(perSecond: number): Promise<Exporter> {
  const { server, port } = await startExporter((_request, response) => {
    const hundreds = Math.floor((((Date.now() - self.startedAt) / 1000) * perSecond) / 100);
    const buckets = Object.entries(self.latency)
      .map(([seconds, share]) => ({ index: indexOf(Number(seconds)), count: hundreds * share }))
      .toSorted((a, b) => a.index - b.index);
    const histogram = {
      sampleCount: hundreds * 100,
      sampleSum: hundreds,
      schema,
      zeroThreshold: 2 ** -128,
      zeroCount: 0,
      // An offset counts from the end of the span before, a count from the bucket before.
      positiveSpan: buckets.map(({ index }, place) => ({ offset: index - (buckets[place - 1]?.index ?? -1) - 1, length: 1 })),
      positiveDelta: buckets.map(({ count }, place) => count - (buckets[place - 1]?.count ?? 0)),
    };
    const counter = { label: [{ name: 'status', value: '200' }], counter: { value: hundreds * 100 } };
    const families = [
      { name: 'requests_total', help: 'Requests.', type: 0, metric: [counter] },
      { name: 'seconds', help: 'How long they took.', type: 4, metric: [{ histogram }] },
    ];
    response.setHeader('content-type', delimited);
    response.end(Buffer.concat(families.map((one) => family.encodeDelimited(family.fromObject(one)).finish())));
  });
  const self: Exporter = { server, port, startedAt: Date.now(), latency: usual };
  return self;
}

const usual = { '0.04': 50, '0.09': 45, '0.3': 5 };
const watched: Watched = { ...watchInput, quality: [] };
const patience = { timeout: 60_000, interval: 200 };
let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
let exporters: readonly [candidate: Exporter, live: Exporter];

beforeAll(async () => {
  exporters = await Promise.all([exporter(200), exporter(800)]);
  const targets = exporters.map(({ port }, index) => ({
    port,
    labels: { service: 'fraud-scorer', slot: index === 0 ? 'b' : 'a', pod: index === 0 ? 'new' : 'old', namespace: 'models' },
  }));
  prometheus = await startPrometheus(targets, { features: ['native-histograms'] });
  await vi.waitFor(async () => {
    const { canary, stable } = await sampleNow();
    if ((canary[0]?.requests ?? 0) === 0 || stable.length === 0) throw new Error('Prometheus has not scraped both versions yet');
  }, patience);
});
afterAll(async () => {
  await prometheus?.stop();
  for (const { server } of exporters) server.close();
});

const inActivity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);
const sampleNow = async () => {
  const now = Date.now() / 1000;
  return sampleOf(await inActivity(() => prometheusHttp.instant(prometheus.url, selectorFor(watched), now)), watched, now);
};
const watch = (minimumSeconds: number) =>
  inActivity(() =>
    createPrometheusActivities({ store: createMemoryStore() }).watchCanary({
      ...watchInput,
      prometheus: prometheus.url,
      pollSeconds: 1,
      minimumSeconds,
      atMostSeconds: 30,
    }),
  );

test('are counted up at edges of their own', async () => {
  const { edgesSeconds, canary, stable } = await sampleNow();
  const shareAt = (seconds: number) => {
    const edge = edgesSeconds.findIndex((one) => one >= seconds);
    return [...canary, ...stable].map(({ atMost }) => (atMost[edge] ?? 0) / (atMost.at(-1) ?? 0));
  };
  expect([shareAt(0.03), shareAt(0.06), shareAt(0.12), shareAt(0.4)]).toEqual([
    [0, 0],
    [0.5, 0.5],
    [0.95, 0.95],
    [1, 1],
  ]);
});

test('say at each instant of a range what was said of that instant alone', async () => {
  const toSeconds = Math.ceil(Date.now() / 1000);
  const grid = { fromSeconds: toSeconds, toSeconds, stepSeconds: 1 };
  await vi.waitFor(() => expect(Date.now() / 1000).toBeGreaterThan(toSeconds + 1), patience);
  // What was scraped before the instant may be stored after it, between the two questions.
  await vi.waitFor(async () => {
    const [range, alone] = await inActivity(() =>
      Promise.all([
        prometheusHttp.range(prometheus.url, selectorFor(watched), grid),
        prometheusHttp.instant(prometheus.url, selectorFor(watched), toSeconds),
      ]),
    );
    expect(range[0]?.points.filter(({ value }) => typeof value !== 'number')).toHaveLength(2);
    expect(sampleOf(range[0]?.points ?? [], watched, toSeconds)).toEqual(sampleOf(alone, watched, toSeconds));
  }, patience);
});

test('a version that is as fast passes, and one that has become slow does not', async () => {
  const good = await watch(1);
  expect(good.verdict).toMatchObject({ kind: 'pass' });
  expect(good.verdict.metrics.map(({ metric }) => metric)).toContain('latency 105.112ms');
  // Its counters begin again, as those of another pod would.
  exporters[0].startedAt = Date.now();
  exporters[0].latency = { '0.04': 20, '0.09': 20, '0.3': 60 };
  // The first instants still hold what was before, also where a busy machine scrapes late.
  const bad = await watch(25);
  expect(bad.verdict).toMatchObject({ kind: 'fail', reason: expect.stringContaining('took longer than') as string });
});
