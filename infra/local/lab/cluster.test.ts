/**
 * Following a list through bad days: an API server that is not up yet, and a watch that breaks while things
 * change. The API server here is a few lines of HTTP; `lab.tool.test.ts` asks a real one.
 */
import { rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { connectCluster, type Followed } from './cluster.ts';
import { drain, listen, sendJson } from './http.ts';
import type { Service } from './objects.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});
const patience = { timeout: 100_000 };

const serviceNamed = (name: string) => ({ metadata: { name, namespace: 'models' }, spec: { selector: { name } } });

/** Lists `services`, or fails while `down`; holds watches open until told otherwise. */
async function apiServer() {
  const state = { services: [serviceNamed('one')] as unknown[], down: false, watches: new Set<ServerResponse>() };
  const { port, server } = await listen((request, response) => {
    if (state.down) return sendJson(response, 503, { message: 'starting' });
    if (!new URL(request.url ?? '', 'http://api').searchParams.has('watch')) {
      return sendJson(response, 200, { kind: 'ServiceList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: state.services });
    }
    state.watches.add(response);
    response.once('close', () => state.watches.delete(response));
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  }, 0);
  cleanups.push(() => drain(server, 0));

  const kubeconfig = join(tmpdir(), `lab-kubeconfig-${process.pid}-${port}`);
  cleanups.push(() => rm(kubeconfig));
  const named = { name: 'here' };
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ ...named, cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ ...named, user: {} }],
      contexts: [{ ...named, context: { cluster: 'here', user: 'here' } }],
      'current-context': 'here',
    }),
  );
  return { state, cluster: connectCluster(kubeconfig, 'models', pino({ level: 'silent' })) };
}

const namesOf = (followed: Followed<Service>) => followed.items().map(({ name }) => name);

test('an API server that is not up yet is asked again until it is', async () => {
  const { state, cluster } = await apiServer();
  state.down = true;
  const onChange = vi.fn<() => void>();
  const services = cluster.followServices(onChange);
  cleanups.push(() => services.stop());
  expect(services.synced()).toBe(false);
  state.down = false;
  await vi.waitFor(() => expect(services.synced()).toBe(true), patience);
  await vi.waitFor(() => expect(namesOf(services)).toEqual(['one']), patience);
  expect(onChange).toHaveBeenCalled();
});

test('what changed while the watch was broken is seen afterwards', async () => {
  const { state, cluster } = await apiServer();
  const services = cluster.followServices(() => {});
  cleanups.push(() => services.stop());
  await vi.waitFor(() => expect(state.watches.size).toBe(1), patience);
  await vi.waitFor(() => expect(namesOf(services)).toEqual(['one']), patience);

  state.services = [serviceNamed('two')];
  for (const watch of state.watches) watch.destroy();
  await vi.waitFor(() => expect(namesOf(services)).toEqual(['two']), patience);
});

test('a watch tells of a change at once, and of an object that is not understood nothing', async () => {
  const { state, cluster } = await apiServer();
  const services = cluster.followServices(() => {});
  cleanups.push(() => services.stop());
  await vi.waitFor(() => expect(state.watches.size).toBe(1), patience);
  const added = [{ metadata: { name: 'odd', namespace: 'models' } }, serviceNamed('two')];
  for (const watch of state.watches) {
    for (const object of added) watch.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
  }
  await vi.waitFor(() => expect(namesOf(services)).toEqual(['one', 'two']), patience);
});

test('nobody is asked any more after the end', async () => {
  const { state, cluster } = await apiServer();
  const services = cluster.followServices(() => {});
  await vi.waitFor(() => expect(state.watches.size).toBe(1), patience);
  await services.stop();
  await vi.waitFor(() => expect(state.watches.size).toBe(0), patience);
});
