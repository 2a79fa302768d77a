/**
 * Starts the pieces in order, waits until each is ready, and ends them in reverse. It does not stay: pieces are
 * processes of their own, and what it knows of them is in `run/`. Whatever runs already and is right, stays.
 *
 * The stack is ephemeral as a whole. AWS's stand-in and the cluster keep their state only while they run, and what
 * Temporal remembers is about them; so when one of the two is gone, everything begins anew.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, processesWithin, whileLocked } from '../processes.ts';
import { demoCatalog, envFile, type StackConfig } from './config.ts';
import { endOfLog, forget, isTaken, logFile, type Piece, readRecord, runs, type Stack, untilReady, writeRecord } from './piece.ts';
import { localStack } from './pieces.ts';

/** A message for a person, complete as it is. */
export class StackError extends Error {}

export interface Options {
  /** Names of pieces; none means all. */
  readonly only?: readonly string[];
  readonly tell?: (line: string) => void;
  readonly stack?: Stack;
}

interface Work {
  readonly config: StackConfig;
  readonly tell: (line: string) => void;
  readonly pieces: readonly Piece[];
}

export async function up(config: StackConfig, options: Options = {}): Promise<void> {
  const { only = [], stack = localStack(config) } = options;
  const named = chosen(stack.rows, only);
  await locked(config, options, async (work) => {
    makeFolders(config);
    const cleared = await clearIfVoid(work);
    const rows = cleared.length === 0 || only.length === 0 ? named : chosen(stack.rows, [...only, ...cleared]);
    const missing = rows.map((row) => row.filter((piece) => !isRight(config, piece)));
    for (const piece of missing.flat().toReversed()) await end(config, piece.name);
    await refuseTakenPorts(config, missing.flat());
    stack.writeFiles();
    for (const row of missing) await startRow(work, row);
    writeWhole(join(config.home, 'stack.env'), envFile(config.env));
  });
}

export async function down(config: StackConfig, options: Options = {}): Promise<void> {
  const { only = [], stack = localStack(config) } = options;
  const pieces = chosen(stack.rows, only).flat();
  const all = only.length === 0;
  const lost = all ? [] : pieces.filter(({ holdsState }) => holdsState).map(({ name }) => name);
  if (lost.length > 0) throw new StackError(`${lost.join(' and ')}: the others know things about it, so it stops only with them all`);
  await locked(config, options, async (work) => {
    if (all) rmSync(join(config.home, 'stack.env'), { force: true });
    for (const { name } of pieces.toReversed()) if (await end(config, name)) work.tell(`  ${name.padEnd(12)} stopped`);
    if (!all) return;
    await endStrays(work);
    rmSync(demoCatalog(config.home), { recursive: true, force: true });
  });
}

export interface PieceStatus {
  readonly name: string;
  readonly state: 'ready' | 'not answering' | 'stopped' | 'outdated';
  readonly pids: readonly number[];
}

export const status = (config: StackConfig, { stack = localStack(config) }: Options = {}): Promise<PieceStatus[]> =>
  Promise.all(
    stack.rows.flat().map(async (piece) => {
      const { name } = piece;
      const record = readRecord(config, name);
      if (record === undefined || !runs(record)) return { name, state: 'stopped', pids: [] };
      const pids = record.processes.map(({ pid }) => pid);
      if (!isRight(config, piece)) return { name, state: 'outdated', pids };
      const answering = await piece.probe().then(
        () => true,
        () => false,
      );
      return { name, state: answering ? 'ready' : 'not answering', pids };
    }),
  );

/** Two commands at once on one home would start everything twice. */
function locked(config: StackConfig, { tell = console.log, stack = localStack(config) }: Options, act: (work: Work) => Promise<void>) {
  const waiting = () => tell('another command is at this stack: waiting');
  return whileLocked(join(config.home, 'run', 'lock'), waiting, () => act({ config, tell, pieces: stack.rows.flat() }));
}

function chosen(rows: Stack['rows'], only: readonly string[]): Stack['rows'] {
  const known = rows.flat().map(({ name }) => name);
  const strangers = only.filter((name) => !known.includes(name));
  if (strangers.length > 0) throw new StackError(`no piece is called ${strangers.join(', ')}; there are ${known.join(', ')}`);
  return only.length === 0 ? rows : rows.map((row) => row.filter(({ name }) => only.includes(name)));
}

/** Runs, was ready once, and was started as it would be now. */
function isRight(config: StackConfig, piece: Piece): boolean {
  const record = readRecord(config, piece.name);
  return record !== undefined && record.ready && runs(record) && record.fingerprint === fingerprintOf(piece);
}

function fingerprintOf(piece: Piece): string {
  try {
    return piece.fingerprint();
  } catch (error) {
    throw new StackError(`${piece.name} cannot start: ${(error as Error).message}`, { cause: error });
  }
}

/** When a piece that held state is gone or wrong, what the others remember is void. Names those that ran until now. */
async function clearIfVoid({ config, tell, pieces }: Work): Promise<string[]> {
  const known = pieces.filter(({ name }) => readRecord(config, name) !== undefined);
  const lost = known.filter((piece) => piece.holdsState && !isRight(config, piece));
  if (lost.length === 0 && known.some(({ name }) => runs(readRecord(config, name)))) return [];
  if (lost.length > 0) tell(`${lost.map(({ name }) => name).join(' and ')} stopped or changed: the whole stack begins anew`);
  for (const piece of pieces.toReversed()) await end(config, piece.name);
  for (const identity of pieces.flatMap((piece) => piece.leftovers?.() ?? [])) await endProcess(identity);
  for (const folder of ['state', 'work', 'logs']) rmSync(join(config.home, folder), { recursive: true, force: true });
  makeFolders(config);
  return known.map(({ name }) => name);
}

function makeFolders({ home }: StackConfig): void {
  for (const folder of ['run', 'logs', 'state', 'work']) mkdirSync(join(home, folder), { recursive: true });
}

async function refuseTakenPorts(config: StackConfig, pieces: readonly Piece[]): Promise<void> {
  const wanted = pieces.flatMap(({ name, ports }) => ports.map((port) => ({ name, port })));
  const taken = await Promise.all(wanted.map(async ({ port }) => isTaken(config.ports[port])));
  const lines = wanted
    .filter((_, index) => taken[index])
    .map(({ name, port }) => `port ${config.ports[port]} of ${name} is taken: set PLIMSOLL_PORT_${port} to another`);
  if (lines.length > 0) throw new StackError(lines.join('\n'));
}

async function startRow(work: Work, row: readonly Piece[]): Promise<void> {
  const results = await Promise.allSettled(row.map((piece) => startPiece(work, piece)));
  const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => (reason as Error).message);
  if (failures.length > 0) throw new StackError(failures.join('\n\n'));
}

async function startPiece({ config, tell }: Work, piece: Piece): Promise<void> {
  const begun = Date.now();
  const log = logFile(config, piece.name);
  try {
    const fingerprint = fingerprintOf(piece);
    const processes = await piece.start(log);
    // Written before it is ready, so that an interrupted start can be ended, too.
    writeRecord(config, piece.name, { fingerprint, processes, ready: false });
    await untilReady(piece, processes);
    await piece.prepare?.();
    writeRecord(config, piece.name, { fingerprint, processes, ready: true });
    tell(`  ${piece.name.padEnd(12)} ready in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  } catch (error) {
    await end(config, piece.name);
    throw new StackError(`${piece.name} did not start: ${(error as Error).message}\n--- the end of ${log}\n${endOfLog(log)}`, {
      cause: error,
    });
  }
}

/** True if there was something to end. */
async function end(config: StackConfig, name: string): Promise<boolean> {
  const record = readRecord(config, name);
  for (const identity of record?.processes ?? []) await endProcess(identity);
  forget(config, name);
  return record !== undefined;
}

/** Tools of a worker that was killed, and whatever an interrupted start left. */
async function endStrays({ config, tell, pieces }: Work): Promise<void> {
  const leftovers = pieces.flatMap((piece) => piece.leftovers?.() ?? []);
  for (const identity of [...leftovers, ...processesWithin(join(config.home, 'work'))]) {
    await endProcess(identity);
    tell(`  process ${identity.pid} was left over: stopped`);
  }
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
