/**
 * Goal: what is up is ready, what is down is gone, and nobody else's process is ever touched.
 * Method: pieces that are small real programs (Node, HTTP), with a home folder and ports of their own.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identify, isRunning } from '../processes.ts';
import { type PortName, type StackConfig, stackConfig } from './config.ts';
import { answers, launch, logFile, type Piece, readRecord, writeRecord } from './piece.ts';
import { down, status, up } from './supervisor.ts';

let config: StackConfig;
let told: string[];
let version: string;
const tell = (line: string) => told.push(line);

/** Answers on its port; with `more`, does that first. Starts a child, as real tools do, and says who it is. */
const serving = (port: number, more = '') => `
  ${more};
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  console.log('child ' + child.pid);
  require('node:http').createServer((_, response) => response.end('ok')).listen(${port}, '127.0.0.1')`;

function piece(name: string, port: PortName, script: (port: number) => string, more: Partial<Piece> = {}): Piece {
  return {
    name,
    ports: [port],
    holdsState: false,
    readyWithinSeconds: 20,
    fingerprint: () => `${name} ${version}`,
    start: async (log) => launch({ file: process.execPath, args: ['-e', script(config.ports[port])], env: {} }, log),
    probe: () => answers(`http://127.0.0.1:${config.ports[port]}/`),
    ...more,
  };
}

const good = () => [
  [piece('store', 'AWS', serving, { holdsState: true }), piece('engine', 'TEMPORAL', serving)],
  [piece('front', 'API', serving)],
];

const options = (rows: Piece[][] = good(), only: string[] = []) => ({ only, tell, stack: { rows, writeFiles: () => {} } });
const pidOf = (name: string) => readRecord(config, name)?.processes[0]?.pid ?? 0;
const childOf = (name: string) => Number(/child (\d+)/.exec(readFileSync(logFile(config, name), 'utf8'))?.[1]);
const states = async (rows = good()) => Object.fromEntries((await status(config, options(rows))).map(({ name, state }) => [name, state]));

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return { server, port: (server.address() as AddressInfo).port };
}

const closed = (server: Server) => new Promise((settle) => server.close(settle));

beforeEach(async () => {
  const servers = await Promise.all([listening(), listening(), listening()]);
  await Promise.all(servers.map(({ server }) => closed(server)));
  const [a, b, c] = servers.map(({ port }) => String(port));
  const home = mkdtempSync(join(tmpdir(), 'stack-'));
  config = stackConfig({ PLIMSOLL_HOME: home, PLIMSOLL_PORT_AWS: a, PLIMSOLL_PORT_TEMPORAL: b, PLIMSOLL_PORT_API: c });
  told = [];
  version = 'one';
});

afterEach(async () => {
  await down(config, options());
  rmSync(config.home, { recursive: true });
});

test('what is up answers, its environment is written down, and down leaves no process, not even a child', async () => {
  await up(config, options());
  expect(await states()).toEqual({ store: 'ready', engine: 'ready', front: 'ready' });
  expect(readFileSync(join(config.home, 'stack.env'), 'utf8')).toContain(`AWS_ENDPOINT_URL=http://127.0.0.1:${config.ports.AWS}\n`);

  const pids = ['store', 'engine', 'front'].flatMap((name) => [pidOf(name), childOf(name)]);
  expect(pids.map(identify)).not.toContain(undefined);
  await down(config, options());
  // A child that was killed with its group is gone a moment later than its leader, whose end is waited for.
  await expect.poll(() => pids.map(identify)).toEqual(pids.map(() => undefined));
  expect(existsSync(join(config.home, 'stack.env'))).toBe(false);
});

test('up again leaves alone what runs', async () => {
  await up(config, options());
  const before = ['store', 'engine', 'front'].map(pidOf);
  told = [];
  await up(config, options());
  expect(['store', 'engine', 'front'].map(pidOf)).toEqual(before);
  expect(told).toEqual([]);
});

test('a row starts only when the row before it is ready', async () => {
  await up(config, options());
  expect(told.at(-1)).toMatch(/^ {2}front/);
});

test('a piece that was killed is started again without what it left, and the others are left alone', async () => {
  await up(config, options());
  const [store, front, child] = [pidOf('store'), pidOf('front'), childOf('front')];
  process.kill(front, 'SIGKILL');
  await expect.poll(() => identify(front)).toBeUndefined();
  expect(await states()).toMatchObject({ front: 'stopped' });
  await up(config, options());
  expect(await states()).toMatchObject({ front: 'ready' });
  await expect.poll(() => identify(child)).toBeUndefined();
  expect(pidOf('store')).toBe(store);
});

test('when a piece that held state is gone, everything begins anew, also what was not asked for', async () => {
  await up(config, options());
  const [store, engine, child] = [pidOf('store'), pidOf('engine'), childOf('store')];
  const remembered = join(config.home, 'state', 'remembered');
  writeFileSync(remembered, 'about a store that is gone');
  process.kill(store, 'SIGKILL');
  await expect.poll(() => identify(store)).toBeUndefined();
  await up(config, options(good(), ['front']));
  expect(await states()).toEqual({ store: 'ready', engine: 'ready', front: 'ready' });
  expect(pidOf('engine')).not.toBe(engine);
  await expect.poll(() => identify(child)).toBeUndefined();
  expect(existsSync(remembered)).toBe(false);
  expect(told.join('\n')).toContain('store stopped or changed: the whole stack begins anew');
});

test('what runs with other settings than asked for is replaced', async () => {
  await up(config, options(good(), ['engine']));
  const before = pidOf('engine');
  version = 'two';
  expect(await states()).toMatchObject({ engine: 'outdated' });
  await up(config, options(good(), ['engine']));
  expect(pidOf('engine')).not.toBe(before);
});

test('a piece that ends while starting is named, with the end of its log, and nothing of it stays', async () => {
  const rows = [[piece('front', 'API', () => 'console.error("no such table"); process.exit(3)')]];
  const failed = up(config, options(rows));
  await expect(failed).rejects.toThrow(/front did not start: it ended while starting[^]*no such table/);
  expect(readRecord(config, 'front')).toBeUndefined();
});

test('a piece that never becomes ready is named with what it last answered, and ended', async () => {
  let pid = 0;
  const rows = [
    [
      piece('front', 'API', serving, {
        readyWithinSeconds: 1,
        probe: async () => {
          pid = pidOf('front');
          throw new Error('still loading');
        },
      }),
    ],
  ];
  await expect(up(config, options(rows))).rejects.toThrow(/front did not start: not ready after 1 s: still loading/);
  expect(pid).toBeGreaterThan(0);
  expect(identify(pid)).toBeUndefined();
});

test('a taken port is named, with the variable to change it, before anything starts', async () => {
  const { server, port } = await listening();
  config = stackConfig({ PLIMSOLL_HOME: config.home, PLIMSOLL_PORT_AWS: String(config.ports.AWS), PLIMSOLL_PORT_API: String(port) });
  try {
    await expect(up(config, options())).rejects.toThrow(`port ${port} of front is taken: set PLIMSOLL_PORT_API to another`);
    expect(readRecord(config, 'store')).toBeUndefined();
  } finally {
    await closed(server);
  }
});

test('a pid that came round again is not ours: its process is left alone', async () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const identity = identify(stranger.pid ?? 0);
  if (identity === undefined) throw new Error('the stranger did not start');
  try {
    writeRecord(config, 'front', { fingerprint: 'front one', processes: [{ ...identity, startedAt: 'long ago' }], ready: true });
    expect(await states()).toMatchObject({ front: 'stopped' });
    await down(config, options());
    expect(isRunning(identity)).toBe(true);
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a start that was interrupted is ended and done again', async () => {
  await up(config, options(good(), ['front']));
  const record = readRecord(config, 'front');
  if (record === undefined) throw new Error('front has no record');
  writeRecord(config, 'front', { ...record, ready: false });
  await up(config, options(good(), ['front']));
  expect(record.processes.map(isRunning)).toEqual([false]);
  expect(await states()).toMatchObject({ front: 'ready' });
});

test('a tool that a killed worker left in its work folder does not outlive the stack', async () => {
  await up(config, options(good(), ['front']));
  const tool = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    cwd: join(config.home, 'work'),
    detached: true,
    stdio: 'ignore',
  });
  const identity = identify(tool.pid ?? 0);
  expect(identity).toBeDefined();
  await down(config, options());
  expect(identify(tool.pid ?? 0)).toBeUndefined();
});

test('one piece can be stopped alone, unless the others know things about it', async () => {
  await up(config, options());
  await down(config, options(good(), ['engine']));
  expect(await states()).toEqual({ store: 'ready', engine: 'stopped', front: 'ready' });
  await expect(down(config, options(good(), ['store']))).rejects.toThrow(/store: .* stops only with them all/);
});

test('a name that no piece has is refused with those there are', async () => {
  await expect(up(config, options(good(), ['sotre']))).rejects.toThrow('no piece is called sotre; there are store, engine, front');
});

test('two commands at once do not start anything twice', async () => {
  await Promise.all([up(config, options()), up(config, options())]);
  expect(told.filter((line) => line.includes('store'))).toHaveLength(1);
  expect(told).toContain('another command is at this stack: waiting');
});
