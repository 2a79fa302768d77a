/**
 * Steady traffic for every hostname of the gateway, as clients would send it: the next request does not wait for
 * the last answer (open loop), so a slow model is not spared. Speaks only to the gateway on 127.0.0.1.
 */
import { Agent, request as ask } from 'node:http';
import { Counter, type Registry } from 'prom-client';
import { loopback } from './http.ts';

/** At most so many unanswered requests a hostname; beyond, a request is dropped and counted. */
const inFlightMax = 200;
/** Several requests may share a tick: a timer for each would cost more than the requests. */
const tickMsMin = 10;
const tickMsMax = 1000;
/** After the process was held up, it does not make up for more than this. */
const catchUpSeconds = 1;

const body = JSON.stringify({ features: [0.1, 0.7, 0.2] });
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };

export interface Load {
  rps(): number;
  /** Requests a second for each hostname; 0 is silence. */
  setRps(rps: number): void;
  stop(): void;
}

interface LoadOptions {
  readonly gatewayPort: number;
  readonly rps: number;
  readonly hostnames: () => Iterable<string>;
  readonly registry: Registry;
}

export function startLoad({ gatewayPort, rps: initialRps, hostnames, registry }: LoadOptions): Load {
  const dropped = new Counter({
    name: 'lab_load_dropped_total',
    help: 'Requests not sent, because too many were unanswered.',
    labelNames: ['hostname'],
    registers: [registry],
  });
  const agent = new Agent({ keepAlive: true });
  const inFlight = new Map<string, number>();
  let rps = initialRps;
  let timer: NodeJS.Timeout | undefined;

  const send = (hostname: string) => {
    const before = inFlight.get(hostname) ?? 0;
    if (before >= inFlightMax) return dropped.inc({ hostname });
    inFlight.set(hostname, before + 1);
    const request = ask({
      host: loopback,
      port: gatewayPort,
      method: 'POST',
      path: '/predict',
      headers: { ...headers, host: hostname },
      agent,
    });
    request.once('response', (response) => response.resume());
    // The gateway counts what went wrong.
    request.on('error', () => {});
    request.once('close', () => inFlight.set(hostname, (inFlight.get(hostname) ?? 1) - 1));
    request.end(body);
  };

  const restart = () => {
    clearInterval(timer);
    if (rps === 0) return;
    let last = performance.now();
    let due = 0;
    timer = setInterval(
      () => {
        const now = performance.now();
        due = Math.min(due + ((now - last) / 1000) * rps, Math.max(1, catchUpSeconds * rps));
        last = now;
        const count = Math.floor(due);
        due -= count;
        if (count > 0) for (const hostname of hostnames()) for (let sent = 0; sent < count; sent += 1) send(hostname);
      },
      Math.min(tickMsMax, Math.max(tickMsMin, 1000 / rps)),
    );
  };
  restart();

  return {
    rps: () => rps,
    setRps(next) {
      rps = next;
      restart();
    },
    stop() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
