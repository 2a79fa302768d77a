/**
 * Goal: what a killed worker leaves at work is ended, and nothing else.
 * Method: a real worker process that runs one tool, killed as nothing can be tidied up after.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { endStrays, leaseVariable, thisMachine } from './machine.ts';

/** A tool with a plugin: neither writes anything, so that neither notices that nobody reads. */
const tool = 'sleep 300 & echo $! $$; wait';

const workers: ChildProcess[] = [];
let tools: readonly number[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  for (const pid of tools.filter(isRunning)) process.kill(pid, 'SIGKILL');
});

const isRunning = (pid: number): boolean => thisMachine.startOf(pid) !== null;

/** Answers when the tool and its plugin run. */
async function workerWithTool(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const script = `
    import { MockActivityEnvironment } from ${JSON.stringify(import.meta.resolve('@temporalio/testing'))};
    import { runTool } from ${JSON.stringify(new URL('./run-tool.ts', import.meta.url).href)};
    await new MockActivityEnvironment().run(() => runTool({
      file: 'sh', args: ['-c', ${JSON.stringify(tool)}], cwd: '.', env: ${JSON.stringify({ PATH: process.env['PATH'], ...env })},
      timeoutSeconds: 60, onLine: (line) => console.log(line),
    }));`;
  const worker = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  workers.push(worker);
  const [line] = (await once(worker.stdout, 'data')) as [Buffer];
  tools = line.toString().trim().split(' ').map(Number);
  expect(tools.map(isRunning)).toEqual([true, true]);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

describe.runIf(thisMachine.id !== null)('on a machine that can be looked at', () => {
  test('the tool of a killed worker is ended, its plugin too', async () => {
    await kill(await workerWithTool({}));
    expect(tools.map(isRunning), 'neither ends by itself').toEqual([true, true]);
    expect(await endStrays()).toEqual(expect.arrayContaining([...tools]));
    await expect.poll(() => tools.map(isRunning)).toEqual([false, false]);
  });

  test('the tool of a worker that lives goes on', async () => {
    await workerWithTool({});
    expect((await endStrays()).filter((pid) => tools.includes(pid))).toEqual([]);
    expect(tools.map(isRunning)).toEqual([true, true]);
  });

  test('what works under a lease is left to whoever takes the lease over', async () => {
    await kill(await workerWithTool({ [leaseVariable]: 'some-lease' }));
    expect((await endStrays()).filter((pid) => tools.includes(pid))).toEqual([]);
    expect(tools.map(isRunning)).toEqual([true, true]);
  });

  test('what says that its worker is on another machine is left alone', async () => {
    await kill(await workerWithTool({ PLIMSOLL_WORKER: JSON.stringify({ machine: 'another', pid: 1, start: '1' }) }));
    expect((await endStrays()).filter((pid) => tools.includes(pid))).toEqual([]);
    expect(tools.map(isRunning)).toEqual([true, true]);
  });
});
