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
  rps(hostname?: string): number;
  /** Requests a second for each hostname that has no rate of its own; 0 is silence. */
  setRps(rps: number): void;
  /** A rate of its own for one hostname; `null`: that of all again. */
  setOwnRps(hostname: string, rps: number | null): void;
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
  /** Hostnames with a rate of their own. */
  const own = new Map<string, number>();
  const rpsOf = (hostname: string) => own.get(hostname) ?? rps;
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

  /** Whole requests that are due; what is left of one waits for the next tick. */
  const due = new Map<string, number>();
  const sendDue = (elapsedSeconds: number) => {
    for (const hostname of hostnames()) {
      const rate = rpsOf(hostname);
      const owed = Math.min((due.get(hostname) ?? 0) + elapsedSeconds * rate, Math.max(1, catchUpSeconds * rate));
      const count = Math.floor(owed);
      due.set(hostname, owed - count);
      for (let sent = 0; sent < count; sent += 1) send(hostname);
    }
  };

  const restart = () => {
    clearInterval(timer);
    const highest = Math.max(rps, ...own.values());
    if (highest === 0) return;
    let last = performance.now();
    timer = setInterval(
      () => {
        const now = performance.now();
        sendDue((now - last) / 1000);
        last = now;
      },
      Math.min(tickMsMax, Math.max(tickMsMin, 1000 / highest)),
    );
  };
  restart();

  return {
    rps: (hostname) => (hostname === undefined ? rps : rpsOf(hostname)),
    setRps(next) {
      rps = next;
      restart();
    },
    setOwnRps(hostname, next) {
      if (next === null) own.delete(hostname);
      else own.set(hostname, next);
      restart();
    },
    stop() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
