/**
 * Against a real Prometheus that scrapes a model server of this test: what its answers look like, what a restart
 * and a dead target do, and that the watch sees it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { MetricsPort } from '../../domain/ports.ts';
import { findTool } from '../../test/support/find-tool.ts';
import { createPrometheusActivities } from './prometheus.ts';
import { queryInstant } from './query.ts';
import { queryFor, sampleOf } from './sample.ts';

/** One exporter for each slot; its counters grow with the clock, from when it was started. */
interface Exporter {
  readonly server: Server;
  readonly port: number;
  perSecond: number;
  errorShare: number;
  startedAt: number;
  silent: boolean;
}

async function exporter(perSecond: number): Promise<Exporter> {
  const server = createServer((_request, response) => {
    if (self.silent) return void response.destroy();
    const requests = Math.floor(((Date.now() - self.startedAt) / 1000) * self.perSecond);
    const errors = Math.floor(requests * self.errorShare);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      [
        '# TYPE model_requests_total counter',
        `model_requests_total{status="200"} ${requests - errors}`,
        `model_requests_total{status="500"} ${errors}`,
        '# TYPE model_request_duration_seconds histogram',
        ...['0.05', '0.1', '+Inf'].map((le) => `model_request_duration_seconds_bucket{le="${le}"} ${requests}`),
        `model_request_duration_seconds_count ${requests}`,
        `model_request_duration_seconds_sum ${requests * 0.01}`,
        '',
      ].join('\n'),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const self: Exporter = {
    server,
    port: (server.address() as AddressInfo).port,
    perSecond,
    errorShare: 0,
    startedAt: Date.now(),
    silent: false,
  };
  return self;
}

let folder: string;
let process_: ChildProcess;
let prometheus: string;
let candidate: Exporter;
let live: Exporter;

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

beforeAll(async () => {
  [candidate, live] = await Promise.all([exporter(40), exporter(160)]);
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-prometheus-'));
  const targets = [candidate, live].map(({ port }, index) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { service: 'fraud-scorer', slot: index === 0 ? 'b' : 'a', pod: index === 0 ? 'new' : 'old', version: '1', release: 'r' },
  }));
  const config = { scrape_configs: [{ job_name: 'models', scrape_interval: '1s', scrape_timeout: '1s', static_configs: targets }] };
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  prometheus = `http://127.0.0.1:${port}`;
  const args = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  process_ = spawn(findTool('prometheus'), [...args, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore', env: {} });
  await vi.waitFor(
    async () => {
      const { canary, stable } = await sampleNow();
      if (canary.length + stable.length < 2) throw new Error('Prometheus has not scraped both versions yet');
    },
    { timeout: 60_000, interval: 200 },
  );
});
afterAll(async () => {
  process_?.kill('SIGKILL');
  for (const { server } of [candidate, live]) server.close();
  await rm(folder, { recursive: true, force: true });
});

const metricsRef = {
  release: { releaseId: 'r', service: 'fraud-scorer', environment: 'production', team: 'risk' },
  series: { requests: 'model_requests_total', statusLabel: 'status', failureStatus: '5..', latency: 'model_request_duration_seconds' },
  candidate: 'b',
  live: 'a',
} as const;
const inActivity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);
const sampleNow = async () => {
  const now = Date.now() / 1000;
  return sampleOf(await inActivity(() => queryInstant(prometheus, queryFor(metricsRef), now)), metricsRef, now);
};

const metrics = createPrometheusActivities();
const watch = (changes: Partial<Parameters<MetricsPort['watchCanary']>[0]> = {}) =>
  inActivity(() =>
    metrics.watchCanary({
      ...metricsRef,
      prometheus,
      objectives: {
        errors: { marginRatio: 1.5, marginPoints: 0.1, limitPercent: 1 },
        latency: { guardedBucketsMs: [100], marginRatio: 1.25, limitPercent: 5 },
        minimumRequests: 100,
      },
      judge: null,
      nextStep: false,
      pollSeconds: 1,
      minimumSeconds: 1,
      atMostSeconds: 30,
      ...changes,
    }),
  );

test('one query reads every series of both versions as whole numbers', async () => {
  const sample = await sampleNow();
  expect(sample.edgesSeconds).toEqual([0.05, 0.1]);
  expect([sample.canary[0]?.pod, sample.stable[0]?.pod]).toEqual(['new', 'old']);
  for (const { requests, errors, atMost } of [...sample.canary, ...sample.stable]) {
    expect([requests, errors, ...atMost].every((count) => Number.isInteger(count))).toBe(true);
  }
});

test('the share that the counters show is observed', async () => {
  const answer = await inActivity(() => metrics.awaitShare({ ...metricsRef, prometheus, weightPercent: 20, withinSeconds: 60 }));
  expect(answer.kind).toBe('observed');
});

test('a good version passes, and a pod that restarts while it is watched neither fails nor counts twice', async () => {
  const began = Date.now();
  const watching = watch({ minimumSeconds: 8 });
  setTimeout(() => {
    candidate.startedAt = Date.now();
  }, 4_000);
  const { verdict } = await watching;
  expect(verdict.kind).toBe('pass');
  // Two seconds of scrape and base beside the time that the watch itself took.
  expect(verdict.canary.requests).toBeLessThanOrEqual(((Date.now() - began) / 1000 + 2) * candidate.perSecond);
});

test('a failing version is seen within seconds', async () => {
  candidate.errorShare = 0.5;
  candidate.startedAt = Date.now();
  const { verdict } = await watch();
  expect(verdict).toMatchObject({ kind: 'fail', reason: expect.stringContaining("of the new version's requests failed") });
  candidate.errorShare = 0;
});

test('a target that does not answer any more is silence, and silence never passes', async () => {
  candidate.silent = true;
  await vi.waitFor(async () => expect((await sampleNow()).canary).toEqual([]), { timeout: 20_000, interval: 200 });
  const { verdict } = await watch({ atMostSeconds: 4 });
  expect(verdict.kind).toBe('not enough');
  // The last scrape that worked may lie between the watch's base and its first instant.
  expect(verdict.canary.requests).toBeLessThanOrEqual(2 * candidate.perSecond);
  candidate.silent = false;
});

test('a query that Prometheus refuses is not retried; a Prometheus that is not there is', async () => {
  await expect(inActivity(() => queryInstant(prometheus, '{', 0))).rejects.toMatchObject({ type: 'tool.rejected', nonRetryable: true });
  await expect(inActivity(() => queryInstant('http://127.0.0.1:9', 'up', 0))).rejects.toMatchObject({ type: 'metrics.unreachable' });
});
