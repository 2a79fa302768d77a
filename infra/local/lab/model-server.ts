/**
 * One pod's model server: real HTTP, real waiting, real Prometheus metrics. Only the prediction is made up, and
 * how long it takes comes from the pod's annotations.
 *
 *   POST /predict → { prediction, version }      GET /metrics → Prometheus text      GET /healthz → 200
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Histogram, Registry } from 'prom-client';
import { type Behaviour, sampleAnswer } from './behaviour.ts';
import { drain, listen, readBody, sendJson } from './http.ts';
import { randomFrom } from './random.ts';

/** The edges that objectives may guard, in seconds; the chart's README tells real model servers the same. */
export const bucketEdgesSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** A request for a prediction is small; more is a mistake. */
const bodyBytesMax = 1024 * 1024;
/** A request that the gateway has just sent here still arrives; a pod's preStop hook is there for the same. */
const graceMs = 250;
/** A little more than the slowest answer. */
const drainMs = 12_000;

export interface ModelServer {
  readonly port: number;
  /** To be called when nobody chooses this server any more. Answers what is on its way, then closes. */
  close(): Promise<void>;
}

export interface ModelServerOptions {
  /** Seed of its behaviour. */
  readonly pod: string;
  readonly version: string;
  readonly behaviour: Behaviour;
  /** While true, /metrics answers 503, as a metrics store sees a broken exporter. */
  readonly isSilent: () => boolean;
}

export async function startModelServer({ pod, version, behaviour, isSilent }: ModelServerOptions): Promise<ModelServer> {
  const random = randomFrom(pod);
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({ name: 'model_requests_total', help: 'Requests answered.', labelNames: ['status'], registers });
  const seconds = new Histogram({
    name: 'model_request_duration_seconds',
    help: 'Time from request to answer.',
    buckets: bucketEdgesSeconds,
    registers,
  });
  // A series that appears with its first error would hide that error from a difference of two samples.
  for (const status of ['200', '500']) requests.inc({ status }, 0);

  const predict = async (request: IncomingMessage, response: ServerResponse) => {
    const begun = performance.now();
    if ((await readBody(request, bodyBytesMax)) === null) return sendJson(response, 413, { error: 'the request is too large' });
    const answer = sampleAnswer(behaviour, random);
    await sleep(answer.afterMs);
    if (answer.status === 200) sendJson(response, 200, { prediction: random(), version });
    else sendJson(response, 500, { error: 'the model failed', version });
    requests.inc({ status: String(answer.status) });
    seconds.observe((performance.now() - begun) / 1000);
  };

  const metrics = async (response: ServerResponse) => {
    if (isSilent()) return sendJson(response, 503, { error: 'silenced' });
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
  };

  const { port, server } = await listen((request, response) => {
    const route = `${request.method} ${request.url}`;
    // A client that went away while its body was read is all that can go wrong here.
    const giveUp = () => response.destroy();
    if (route === 'POST /predict') void predict(request, response).catch(giveUp);
    else if (route === 'GET /metrics') void metrics(response).catch(giveUp);
    else if (route === 'GET /healthz') sendJson(response, 200, { version });
    else sendJson(response, 404, { error: 'not found' });
  }, 0);

  return {
    port,
    async close() {
      await sleep(graceMs);
      await drain(server, drainMs);
    },
  };
}
