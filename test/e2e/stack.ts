/** The running stack: its addresses, and its processes, which some tests end. */
import { freePorts } from '../../infra/local/free-ports.ts';
import { endProcess, isRunning } from '../../infra/local/processes.ts';
import { type StackConfig, stackConfig } from '../../infra/local/stack/config.ts';
import { logFile, readRecord, untilReady } from '../../infra/local/stack/piece.ts';
import { localStack } from '../../infra/local/stack/pieces.ts';
import { up } from '../../infra/local/stack/supervisor.ts';
import { until } from './wait.ts';

export function address(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is missing from stack.env`);
  return value;
}

let known: StackConfig | undefined;
export const stack = (): StackConfig => (known ??= stackConfig(process.env));

/** SIGKILL: nothing of it gets to clean up. Resolves when it is gone, so that a start sees that it is missing. */
export async function kill(piece: 'worker' | 'api' | 'temporal'): Promise<void> {
  for (const identity of readRecord(stack(), piece)?.processes ?? []) {
    process.kill(identity.pid, 'SIGKILL');
    await until(`${piece} is gone`, () => Promise.resolve(isRunning(identity) ? undefined : true));
  }
}

let lastRestart: Promise<void> = Promise.resolve();
/** Killed and started again; one after the other, whoever asks. */
export function restartWorker(): Promise<void> {
  lastRestart = lastRestart.then(async () => {
    await kill('worker');
    await start('worker');
  });
  return lastRestart;
}

/** What of the stack does not run is started; resolves when it is ready. */
export const start = (piece: 'worker' | 'api' | 'temporal'): Promise<void> => up(stack(), { only: [piece], tell: () => {} });

/** A second worker beside the stack's, as a deployment would have. */
export async function secondWorker(): Promise<{ end(): Promise<void> }> {
  const [port] = await freePorts(1);
  const config = stackConfig({ ...process.env, PLIMSOLL_PORT_WORKER_METRICS: String(port) });
  const worker = localStack(config)
    .rows.flat()
    .find(({ name }) => name === 'worker');
  if (worker === undefined) throw new Error('the stack has no worker');
  const processes = await worker.start(logFile(config, 'worker-2'));
  await untilReady(worker, processes);
  return {
    async end() {
      for (const identity of processes) await endProcess(identity);
    },
  };
}

/** The metrics of every pod of a service answer 503 while this runs. */
export async function silently<T>(service: string, act: () => Promise<T>): Promise<T> {
  const say = (state: 'on' | 'off') => tellLab('POST', 'silence', { state, service });
  await say('on');
  try {
    return await act();
  } finally {
    await say('off');
  }
}

/** This hostname gets so many requests a second while this runs; every other one keeps its rate. */
export async function atRate<T>(hostname: string, rps: number, act: () => Promise<T>): Promise<T> {
  await tellLab('PUT', 'load', { hostname, rps });
  try {
    return await act();
  } finally {
    await tellLab('PUT', 'load', { hostname, rps: null });
  }
}

/** What the lab did not understand would leave a story in a world that it does not expect. */
async function tellLab(method: 'POST' | 'PUT', door: string, order: object): Promise<void> {
  const { ok, status } = await fetch(`${address('PLIMSOLL_LAB_URL')}/${door}`, { method, body: JSON.stringify(order) });
  if (!ok) throw new Error(`the lab answers ${status} to ${method} /${door}`);
}
