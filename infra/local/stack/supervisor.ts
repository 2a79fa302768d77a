/**
 * Starts the pieces in order, waits until each is ready, and ends them in reverse. It does not stay: pieces are
 * processes of their own, and what it knows of them is in `run/`. Whatever runs already and is right, stays.
 *
 * The stack is ephemeral as a whole. AWS's stand-in and the cluster keep their state only while they run, and what
 * Temporal remembers is about them; so when one of the two is gone, everything begins anew.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, processesWithin, whileLocked } from '../processes.ts';
import { envFile, type StackConfig, terraformCliConfig } from './config.ts';
import { clusterProcesses } from './kubernetes.ts';
import { endOfLog, forget, isTaken, logFile, type Piece, readRecord, runs, untilReady, writeRecord } from './piece.ts';
import { makeFolders, stackPieces } from './pieces.ts';

type Tell = (line: string) => void;

/** A message for a person, complete as it is. */
export class StackError extends Error {}

const locked = <T>(config: StackConfig, tell: Tell, work: () => Promise<T>): Promise<T> =>
  whileLocked(join(config.home, 'run', 'lock'), () => tell('another command is at this stack: waiting'), work);

export async function up(config: StackConfig, only: readonly string[] = [], tell: Tell = console.log): Promise<void> {
  const rows = chosen(stackPieces(config), only);
  await locked(config, tell, async () => {
    makeFolders(config);
    await clearIfVoid(config, tell);
    const missing = rows.map((row) => row.filter((piece) => !isRight(config, piece)));
    for (const piece of missing.flat().toReversed()) await end(config, piece.name);
    await refuseTakenPorts(config, missing.flat());
    writeWhole(config.env['PLIMSOLL_TERRAFORM_CLI_CONFIG'] ?? '', terraformCliConfig());
    for (const row of missing) await startRow(config, row, tell);
    writeWhole(join(config.home, 'stack.env'), envFile(config.env));
  });
}

export async function down(config: StackConfig, only: readonly string[] = [], tell: Tell = console.log): Promise<void> {
  const pieces = chosen(stackPieces(config), only).flat();
  const lost = only.length === 0 ? [] : pieces.filter(({ holdsState }) => holdsState).map(({ name }) => name);
  if (lost.length > 0)
    throw new StackError(`${lost.join(' and ')} cannot be stopped alone: the others know things about it. Stop everything.`);
  await locked(config, tell, async () => {
    if (only.length === 0) rmSync(join(config.home, 'stack.env'), { force: true });
    for (const piece of pieces.toReversed()) if (await end(config, piece.name)) tell(`  ${piece.name.padEnd(12)} stopped`);
    if (only.length === 0) await endStrays(config, tell);
  });
}

export interface PieceStatus {
  readonly name: string;
  readonly state: 'ready' | 'not answering' | 'stopped' | 'outdated';
  readonly pids: readonly number[];
}

export const status = (config: StackConfig): Promise<PieceStatus[]> =>
  Promise.all(
    stackPieces(config)
      .flat()
      .map(async (piece) => {
        const record = readRecord(config, piece.name);
        const pids = record?.processes.map(({ pid }) => pid) ?? [];
        if (!runs(record)) return { name: piece.name, state: 'stopped', pids: [] };
        if (!isRight(config, piece)) return { name: piece.name, state: 'outdated', pids };
        const state = await piece.probe().then(
          () => 'ready' as const,
          () => 'not answering' as const,
        );
        return { name: piece.name, state, pids };
      }),
  );

function chosen(rows: readonly (readonly Piece[])[], only: readonly string[]): readonly (readonly Piece[])[] {
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

/** When a piece that held state is gone or wrong, or nothing with state is there, what the others remember is void. */
async function clearIfVoid(config: StackConfig, tell: Tell): Promise<void> {
  const pieces = stackPieces(config).flat();
  const stateful = pieces.filter(({ holdsState }) => holdsState);
  const lost = stateful.filter((piece) => readRecord(config, piece.name) !== undefined && !isRight(config, piece));
  const alive = pieces.filter(({ name }) => runs(readRecord(config, name)));
  const remembers = alive.some(({ name, holdsState }) => holdsState || name === 'temporal');
  if (lost.length === 0 && remembers) return;
  if (lost.length > 0) tell(`${lost.map(({ name }) => name).join(' and ')} stopped or changed: the whole stack begins anew`);
  if (lost.length > 0) for (const piece of pieces.toReversed()) await end(config, piece.name);
  // What an interrupted start left behind has no record, only a pid file of kwokctl's.
  for (const identity of clusterProcesses(config)) await endProcess(identity);
  for (const folder of ['state', 'work', ...(alive.length === 0 ? ['logs'] : [])]) {
    rmSync(join(config.home, folder), { recursive: true, force: true });
  }
  makeFolders(config);
}

async function refuseTakenPorts(config: StackConfig, pieces: readonly Piece[]): Promise<void> {
  const wanted = pieces.flatMap(({ name, ports }) => ports.map((port) => ({ name, port })));
  const taken = await Promise.all(wanted.map(async ({ port }) => isTaken(config.ports[port])));
  const lines = wanted
    .filter((_, index) => taken[index])
    .map(({ name, port }) => `port ${config.ports[port]} of ${name} is taken: set PLIMSOLL_PORT_${port} to another`);
  if (lines.length > 0) throw new StackError(lines.join('\n'));
}

async function startRow(config: StackConfig, row: readonly Piece[], tell: Tell): Promise<void> {
  const results = await Promise.allSettled(row.map((piece) => startPiece(config, piece, tell)));
  const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => (reason as Error).message);
  if (failures.length > 0) throw new StackError(failures.join('\n\n'));
}

async function startPiece(config: StackConfig, piece: Piece, tell: Tell): Promise<void> {
  const begun = Date.now();
  const log = logFile(config, piece.name);
  try {
    const fingerprint = piece.fingerprint();
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

/** Tools of a worker that was killed, and a cluster whose start was interrupted. */
async function endStrays(config: StackConfig, tell: Tell): Promise<void> {
  const strays = [...clusterProcesses(config), ...processesWithin(join(config.home, 'work'))];
  for (const identity of strays) {
    await endProcess(identity);
    tell(`  process ${identity.pid} was left over: stopped`);
  }
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
