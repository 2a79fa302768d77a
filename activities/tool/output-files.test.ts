/** A program whose worker is killed with SIGKILL goes on writing, and ends its work. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTool } from './run-tool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-output-'));
});
afterEach(() => rm(folder, { recursive: true }));

const node = (script: string, onLine?: (line: string) => void) =>
  new MockActivityEnvironment().run(() =>
    runTool({
      file: process.execPath,
      args: ['-e', script],
      cwd: folder,
      env: {},
      timeoutSeconds: 20,
      outputFolder: folder,
      secrets: ['hunter2'],
      ...(onLine === undefined ? {} : { onLine }),
    }),
  );

test('lines are heard, whole and redacted, and the answer holds everything', async () => {
  const heard: string[] = [];
  const script =
    'console.log("a hunter2"); console.error("e"); process.stdout.write("b"); setTimeout(() => process.stdout.write("c\\nd"), 300)';
  const answer = await node(script, (line) => heard.push(line));
  expect(heard).toEqual(['a •••', 'bc', 'd']);
  expect(answer).toEqual({ exitCode: 0, stdout: 'a •••\nbc\nd', stderr: 'e' });
});

test('a program that is not there is still named', async () => {
  const missing = () => runTool({ file: 'no-such-program', args: [], cwd: folder, env: {}, timeoutSeconds: 5, outputFolder: folder });
  await expect(new MockActivityEnvironment().run(missing)).rejects.toMatchObject({ type: 'tool.missing' });
});

test('a killed worker does not take its program along', async () => {
  // Writes lines, ten more of them after its worker is gone; one that cannot be written ends it.
  const program = `
    const worker = process.ppid;
    let after = 0;
    setInterval(() => {
      process.stdout.write('line\\n');
      if (process.ppid !== worker && ++after === 10) { require('node:fs').writeFileSync('finished', ''); process.exit(); }
    }, 20)`;
  const worker = `
    import { writeFileSync } from 'node:fs';
    import { MockActivityEnvironment } from ${JSON.stringify(import.meta.resolve('@temporalio/testing'))};
    import { runTool } from ${JSON.stringify(new URL('./run-tool.ts', import.meta.url).href)};
    await new MockActivityEnvironment().run(() => runTool({
      file: process.execPath, args: ['-e', ${JSON.stringify(program)}], cwd: ${JSON.stringify(folder)}, env: { PLIMSOLL_LEASE: 'held' },
      timeoutSeconds: 60, outputFolder: ${JSON.stringify(folder)}, onLine: () => writeFileSync(${JSON.stringify(join(folder, 'started'))}, ''),
    }));`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', worker], { stdio: 'inherit' });
  const fileIsThere = (name: string) => async () => (await readFile(join(folder, name), 'utf8').catch(() => null)) !== null;
  await expect.poll(fileIsThere('started')).toBe(true);
  child.kill('SIGKILL');
  await new Promise((ended) => child.once('exit', ended));
  await expect.poll(fileIsThere('finished')).toBe(true);
});
