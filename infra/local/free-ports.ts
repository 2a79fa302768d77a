/** Ports for what a person never asks for by number: a test's stack, and the parts of a cluster. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { host } from './stack/config.ts';

/** Ports that were free a moment ago, all of them at once, so that no two are the same. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

const listening = (): Promise<Server> =>
  new Promise((settle, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => settle(server));
  });
