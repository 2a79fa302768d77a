/**
 * The load balancer's stand-in: a reverse proxy that sends each request to a backend by weight and to any of its
 * ready pods. It never repeats a request: what a client sees is what happened.
 */
import { Agent, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Counter, Registry } from 'prom-client';
import { drain, listen, loopback, sendJson } from './http.ts';
import type { Random } from './random.ts';
import { chooseBackend, chooseTarget, type RoutingTable } from './routing.ts';

/** Longer than any answer of a model server. */
const upstreamTimeoutMs = 15_000;

export interface Gateway {
  readonly port: number;
  readonly registry: Registry;
  /** From the next request on. */
  use(table: RoutingTable): void;
  close(): Promise<void>;
}

export async function startGateway(options: { readonly port: number; readonly random: Random }): Promise<Gateway> {
  const registry = new Registry();
  const requests = new Counter({
    name: 'lab_gateway_requests_total',
    help: 'Requests by route, backend (a Service, or none) and status.',
    labelNames: ['route', 'backend', 'status'],
    registers: [registry],
  });
  const agent = new Agent({ keepAlive: true });
  let table: RoutingTable = new Map();

  const { port, server } = await listen((request, response) => {
    const hostname = (request.headers.host ?? '').replace(/:\d+$/, '');
    const entry = table.get(hostname);
    const backend = entry === undefined ? null : chooseBackend(entry.backends, options.random);
    const target = backend === null ? null : chooseTarget(backend, options.random);
    response.once('close', () => {
      const status = response.headersSent ? String(response.statusCode) : 'client gone';
      requests.inc({ route: entry?.route ?? 'none', backend: backend?.name ?? 'none', status });
    });
    if (entry === undefined) return sendJson(response, 404, { error: 'no route has this hostname' });
    if (backend === null) return sendJson(response, 503, { error: 'no backend has any weight' });
    if (target === null) return sendJson(response, 503, { error: `${backend.name} has no ready pod` });
    forward(request, response, target.port, agent);
  }, options.port);

  return {
    port,
    registry,
    use(next) {
      table = next;
    },
    async close() {
      await drain(server, upstreamTimeoutMs);
      agent.destroy();
    },
  };
}

function forward(request: IncomingMessage, response: ServerResponse, port: number, agent: Agent): void {
  // Belongs to the client's connection, not to ours.
  const { connection: _, ...headers } = request.headers;
  const { method, url } = request;
  const upstream = ask({ host: loopback, port, method, path: url, headers, agent, timeout: upstreamTimeoutMs });
  const fail = (status: 502 | 504, error: string) => {
    if (response.headersSent) response.destroy();
    else sendJson(response, status, { error });
  };
  upstream.once('timeout', () => {
    fail(504, 'the pod did not answer in time');
    upstream.destroy();
  });
  upstream.on('error', () => {
    if (!response.writableEnded) fail(502, 'the pod did not answer');
  });
  upstream.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response).catch(() => response.destroy());
  });
  // Not after a whole answer: its connection is already kept for the next request.
  response.once('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });
  // Breaks with the client or with the pod; the listeners above speak for both.
  pipeline(request, upstream).catch(() => upstream.destroy());
}
