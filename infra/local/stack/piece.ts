/** One piece of the stack: how it starts, how it says that it is ready, and what is known of it afterwards. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity, readJson } from '../processes.ts';
import { host, type PortName, type StackConfig } from './config.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Piece {
  readonly name: string;
  readonly ports: readonly PortName[];
  /** Loses what it knew when it stops; without it, what the other pieces know is about nothing. */
  readonly holdsState: boolean;
  readonly readyWithinSeconds: number;
  /** What it runs with: when that changes, a running one is no longer the right one. */
  fingerprint(): string;
  start(logFile: string): Promise<ProcessIdentity[]>;
  /** Asks it. Rejects, saying why, while it is not ready. */
  probe(): Promise<unknown>;
  /** Once, when it is ready: what must be in it before anyone uses it. */
  prepare?(): Promise<void>;
  /** Processes of an interrupted start, of which nothing else is known. */
  leftovers?(): ProcessIdentity[];
}

export interface Stack {
  /** In the order they start; those of one row start together. */
  readonly rows: readonly (readonly Piece[])[];
  /** Files that pieces and their users read. */
  writeFiles(): void;
}

export interface PieceRecord {
  readonly fingerprint: string;
  readonly processes: readonly ProcessIdentity[];
  /** Asked, answered and prepared; a start that was interrupted is not. */
  readonly ready: boolean;
}

const recordFile = ({ home }: StackConfig, name: string) => join(home, 'run', `${name}.json`);
export const logFile = ({ home }: StackConfig, name: string): string => join(home, 'logs', `${name}.log`);

export const readRecord = (config: StackConfig, name: string): PieceRecord | undefined =>
  readJson(recordFile(config, name)) as PieceRecord | undefined;

export function writeRecord(config: StackConfig, name: string, record: PieceRecord): void {
  mkdirSync(dirname(recordFile(config, name)), { recursive: true });
  writeFileSync(recordFile(config, name), JSON.stringify(record));
}

export const forget = (config: StackConfig, name: string): void => rmSync(recordFile(config, name), { force: true });

export const runs = (record: PieceRecord | undefined): boolean =>
  record !== undefined && record.processes.length > 0 && record.processes.every(isRunning);

/** Starts a program that outlives us, in a process group of its own, with nothing of our environment. */
export function launch({ file, args, env, cwd }: Command, log: string): ProcessIdentity[] {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  try {
    const child = spawn(file, args, { detached: true, stdio: ['ignore', output, output], env, ...(cwd === undefined ? {} : { cwd }) });
    // Told by its absence below; without a listener Node would end us.
    child.on('error', () => {});
    child.unref();
    if (child.pid === undefined) throw new Error(`${file} did not start`);
    const identity = identify(child.pid);
    // On a busy machine it may be over before anybody looks.
    if (identity === undefined) throw new Error(endedWhileStarting);
    return [identity];
  } finally {
    closeSync(output);
  }
}

const endedWhileStarting = 'it ended while starting';
const pollMilliseconds = 100;

/** Until it answers; gives up when its process ends or the time is over. */
export async function untilReady(piece: Piece, processes: readonly ProcessIdentity[]): Promise<void> {
  const deadline = Date.now() + piece.readyWithinSeconds * 1000;
  for (;;) {
    if (!processes.every(isRunning)) throw new Error(endedWhileStarting);
    try {
      await piece.probe();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`not ready after ${piece.readyWithinSeconds} s: ${reasonOf(error)}`, { cause: error });
    }
    await sleep(pollMilliseconds);
  }
}

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
};

/** It answers in milliseconds; a machine that is busy with others makes seconds of them, and it is ready all the same. */
const answerMilliseconds = 10_000;

export async function answers(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerMilliseconds) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return text;
}

export async function isTaken(port: number): Promise<boolean> {
  if (await accepts(port)) return true;
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', () => settle(true));
    server.listen(port, host, () => server.close(() => settle(false)));
  });
}

/** A server on all addresses lets another bind to one of them, on some systems; so ask it, too. */
const accepts = (port: number): Promise<boolean> =>
  new Promise((settle) => {
    const socket = connect({ port, host });
    socket.once('connect', () => socket.destroy() && settle(true));
    socket.once('error', () => settle(false));
  });

/** The end of a log: what a person would look at first. */
export function endOfLog(file: string, lines = 20): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
