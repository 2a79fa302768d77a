/**
 * The few lines of HTTP that the model servers, the gateway and the control server share. Listens on 127.0.0.1
 * and nowhere else: the lab answers to anyone who can reach it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const loopback = '127.0.0.1';

export interface Listening {
  readonly port: number;
  readonly server: Server;
}

/** Port 0 lets the system choose. */
export async function listen(handler: RequestListener, port: number): Promise<Listening> {
  const server = createServer(handler);
  server.listen(port, loopback);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

/** A connection that becomes idle after `close` would otherwise stay for its keep-alive time. */
const lookForIdleMs = 50;

/** Requests under way are answered, for a while; idle connections are closed. */
export async function drain(server: Server, withinMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const tidy = setInterval(() => server.closeIdleConnections(), lookForIdleMs);
  const impatient = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearInterval(tidy);
  clearTimeout(impatient);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** `null` when the body is longer than allowed. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
