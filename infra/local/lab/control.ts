/**
 * The lab's own door, for Prometheus, the supervisor and tests.
 *
 *   GET  /readyz    200 when the gateway follows the cluster; otherwise 503 with what is missing
 *   GET  /targets   Prometheus http_sd
 *   GET  /metrics   of the gateway and the load
 *   POST /silence   { "seconds": 30 } or { "state": "on" | "off" }; with { "service": … } of that one alone
 *   PUT  /load      { "rps": 40 }; with { "hostname": … } of that one alone, until { "hostname": …, "rps": null }
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { drain, listen, readBody, sendJson } from './http.ts';
import type { Load } from './load.ts';
import type { Silence } from './silence.ts';
import type { TargetGroup } from './targets.ts';

const bodyBytesMax = 4096;
/** More would measure this process, not a model. */
const rpsMax = 500;

const serviceName = z.string().min(1).optional();
const silenceSchema = z.union([
  z.strictObject({ seconds: z.number().positive().max(3600), service: serviceName }),
  z.strictObject({ state: z.enum(['on', 'off']), service: serviceName }),
]);
const rps = z.number().min(0).max(rpsMax);
const loadSchema = z.union([z.strictObject({ rps }), z.strictObject({ rps: rps.nullable(), hostname: z.string().min(1) })]);

export interface ControlOptions {
  readonly port: number;
  /** What is not ready yet; empty when all is. */
  readonly missing: () => readonly string[];
  readonly targets: () => readonly TargetGroup[];
  readonly registry: Registry;
  readonly silence: Silence;
  readonly load: Load;
}

export async function startControl(options: ControlOptions): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { missing, targets, registry, silence, load } = options;

  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void>> = {
    'GET /readyz': (_, response) => sendJson(response, missing().length === 0 ? 200 : 503, { missing: missing() }),
    'GET /targets': (_, response) => sendJson(response, 200, targets()),
    'GET /metrics': async (_, response) => {
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
    },
    'POST /silence': async (request, response) => {
      const order = await parseBody(request, response, silenceSchema);
      if (order === null) return;
      if ('state' in order && order.state === 'off') silence.off(order.service);
      else silence.on('seconds' in order ? order.seconds : Number.POSITIVE_INFINITY, order.service);
      sendJson(response, 200, { silent: silence.isSilent(order.service) });
    },
    'PUT /load': async (request, response) => {
      const order = await parseBody(request, response, loadSchema);
      if (order === null) return;
      if ('hostname' in order) load.setOwnRps(order.hostname, order.rps);
      else load.setRps(order.rps);
      sendJson(response, 200, { rps: load.rps('hostname' in order ? order.hostname : undefined) });
    },
  };

  const { port, server } = await listen((request, response) => {
    const route = routes[`${request.method} ${request.url}`];
    if (route === undefined) return sendJson(response, 404, { error: `one of: ${Object.keys(routes).join(', ')}` });
    Promise.resolve(route(request, response)).catch(() => response.destroy());
  }, options.port);

  /** Nothing here takes longer than a moment. */
  return { port, close: () => drain(server, 1000) };
}

/** Answers 400 itself and gives `null` when the body is not what the schema wants. */
async function parseBody<T>(request: IncomingMessage, response: ServerResponse, schema: z.ZodType<T>): Promise<T | null> {
  const parsed = schema.safeParse(jsonOf(await readBody(request, bodyBytesMax)));
  if (parsed.success) return parsed.data;
  sendJson(response, 400, { error: z.prettifyError(parsed.error) });
  return null;
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
