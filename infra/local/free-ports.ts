/** Ports for what a person never asks for by number: a test's stack, and the parts of a cluster. */
import { createServer, type Server } from 'node:net';
import { host } from './stack/config.ts';

/**
 * Below what systems give to connections that go out (from 32768 on Linux, from 49152 on macOS and Windows): a port from
 * there may be somebody's end of a connection by the time a server wants it.
 */
const lowest = 20_000;
const highest = 32_000;

/** Ports that were free a moment ago, all of them at once, so that no two are the same. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  for (let attempts = 0; ports.length < count; attempts++) {
    if (attempts > highest - lowest) throw new Error(`no ${count} ports between ${lowest} and ${highest} are free on ${host}`);
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const server = await listening(port);
    if (server === undefined) continue;
    servers.push(server);
    ports.push(port);
  }
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

const listening = (port: number): Promise<Server | undefined> =>
  new Promise((settle) => {
    const server = createServer();
    server.once('error', () => settle(undefined));
    server.listen(port, host, () => settle(server));
  });
