/**
 * Processes that outlive the command that started them. A process is a pid *and* the instant it started:
 * pids come round again, and the stack must never end somebody else's program.
 */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** What is running under that pid now; a zombie is not running. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    if (process.platform !== 'linux') {
      const startedAt = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
      return startedAt === '' ? undefined : { pid, startedAt };
    }
    const fields = fieldsOf(pid);
    const [state, threads, startTicks] = [fields[0], Number(fields[17]), fields[19]];
    // A zombie some of whose threads have not ended yet still holds its ports and files.
    if ((state === 'Z' && threads <= 1) || state === 'X' || startTicks === undefined) return undefined;
    // Ticks count from boot, so two boots could agree on them.
    return { pid, startedAt: `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${startTicks}` };
  } catch {
    return undefined;
  }
}

/** State first. The program's name stands in brackets before it and may itself hold any character. */
const fieldsOf = (pid: number): readonly string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];

export const isRunning = (identity: ProcessIdentity): boolean => identify(identity.pid)?.startedAt === identity.startedAt;

/** A tool needs time to give its locks back; more than this is a hang. */
const graceMilliseconds = 15_000;
const pollMilliseconds = 50;

/** SIGTERM to the process and its group, SIGKILL to whatever is left of either. */
export async function endProcess(identity: ProcessIdentity, graceMs = graceMilliseconds): Promise<void> {
  if (!isRunning(identity)) return endOrphans(identity);
  signal(identity.pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (isRunning(identity) && Date.now() < deadline) await sleep(pollMilliseconds);
  // The leader's pid cannot be taken by another while its group lives, so the group is still ours.
  signalGroup(identity.pid, 'SIGKILL');
  if (isRunning(identity)) signal(identity.pid, 'SIGKILL');
  while (isRunning(identity)) await sleep(pollMilliseconds);
}

/**
 * What a leader that was killed has left in its group. No process gets the group's number while the group lives, so
 * that one which has it now says that the group is gone.
 */
function endOrphans({ pid }: ProcessIdentity): void {
  if (identify(pid) === undefined) signalGroup(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (!signalGroup(pid, name)) tryKill(pid, name);
}

const signalGroup = (pid: number, name: NodeJS.Signals): boolean => tryKill(-pid, name);

function tryKill(pid: number, name: NodeJS.Signals): boolean {
  return tryOr(false, () => process.kill(pid, name));
}

/**
 * Ends a process and everything it started, also what has left its group, as tools do that a runner starts. All are
 * stopped first, so that none starts another one meanwhile, or loses its parent, by which it is found. Nothing gets
 * to tidy up. On Linux; elsewhere only the groups that the process itself leads are ended.
 */
export async function endTree(leader: ProcessIdentity): Promise<void> {
  if (process.platform !== 'linux') return endProcess(leader);
  const stopped = new Map<number, ProcessIdentity>();
  for (;;) {
    const fresh = treeOf(leader).filter(({ pid }) => !stopped.has(pid));
    for (const identity of fresh) {
      tryKill(identity.pid, 'SIGSTOP');
      stopped.set(identity.pid, identity);
    }
    if (fresh.length === 0 && [...stopped.values()].every(standsStill)) break;
    await sleep(pollMilliseconds);
  }
  for (const { pid } of stopped.values()) tryKill(pid, 'SIGKILL');
  while ([...stopped.values()].some(isRunning)) await sleep(pollMilliseconds);
}

/** A process, its children, theirs, and so on. */
function treeOf(leader: ProcessIdentity): ProcessIdentity[] {
  const childrenOf = new Map<number, number[]>();
  for (const pid of allPids()) {
    const parent = Number(tryOr([], () => fieldsOf(pid))[1]);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  const within = (pid: number): number[] => [pid, ...(childrenOf.get(pid) ?? []).flatMap(within)];
  return isRunning(leader) ? within(leader.pid).flatMap((pid) => identify(pid) ?? []) : [];
}

const standsStill = (identity: ProcessIdentity): boolean => !isRunning(identity) || tryOr([], () => fieldsOf(identity.pid))[0] === 'T';

function tryOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

const allPids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Processes that work inside a folder: children that a killed worker left behind. Linux only; elsewhere none are found. */
export function processesWithin(folder: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  return allPids()
    .filter((pid) => pid !== process.pid && worksWithin(pid, folder))
    .flatMap((pid) => identify(pid) ?? []);
}

const worksWithin = (pid: number, folder: string): boolean =>
  tryOr(false, () => `${readlinkSync(`/proc/${pid}/cwd`)}${sep}`.startsWith(`${folder}${sep}`));

/** Runs `work` while no other process holds the same lock; a holder that died no longer holds it. */
export async function whileLocked<T>(file: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!tryLock(file)) {
    if (!told) waiting();
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  // Linked, not written in place: a lock must never be seen without its holder's name in it.
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    if (link(mine, file)) return true;
    const holder = readJson(file) as ProcessIdentity | undefined;
    if (holder === undefined || isRunning(holder)) return false;
    // The holder died. Of all who see it only one takes the lock away; if it took a newer one instead, it gives it back.
    renameSync(file, mine);
    const taken = readJson(mine) as ProcessIdentity | undefined;
    if (taken !== undefined && isRunning(taken)) link(mine, file);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
