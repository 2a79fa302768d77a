/**
 * Goal: a test run that is told to stop leaves no process behind.
 * Method: a runner that starts a tool as ours do, in a group of its own, and the tool a plugin that hears nothing.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identify, isRunning, type ProcessIdentity } from '../processes.ts';
import { createRunner } from './runner.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-runner-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const program = (script: string, quiet = false) => ({
  file: process.execPath,
  args: ['-e', script],
  cwd: folder,
  env: { PATH: process.env['PATH'] },
  quiet,
});

const plugin = "for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {}); setInterval(() => {}, 1000)";
/** Starts another, detached, and writes both numbers down. */
const starting = (name: string, inner: string) => `
  const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { detached: true, stdio: 'ignore' });
  require('node:fs').writeFileSync('${name}.json', JSON.stringify([process.pid, child.pid]));
  setInterval(() => {}, 1000)`;

function started(name: string): readonly ProcessIdentity[] {
  const pids = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as number[];
  return pids.flatMap((pid) => identify(pid) ?? []);
}

test('programs that run beside each other are told to stop: they are gone with everything they started, and nothing more starts', async () => {
  const runner = createRunner();
  const running = ['one', 'two'].map((name) => runner.run(program(starting(name, starting(`tool of ${name}`, plugin)))));
  const processes = () => ['one', 'tool of one', 'two', 'tool of two'].flatMap(started);
  await expect.poll(() => processes().length).toBe(8);
  const begun = processes();
  await runner.stop();
  expect(begun.filter(isRunning)).toEqual([]);
  for (const { exitCode } of await Promise.all(running)) expect(exitCode).not.toBe(0);
  expect(runner.isStopped()).toBe(true);
  await expect(runner.run(program(''))).rejects.toThrow('told to stop');
});

test('a program that ends by itself answers with its status and what it said', async () => {
  expect(await createRunner().run(program("console.log('counted'); process.exitCode = 3", true))).toEqual({
    exitCode: 3,
    stdout: 'counted\n',
  });
});
