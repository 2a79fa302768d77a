/**
 * Whether a program that some worker started is still at work on this machine, and the way to end it.
 *
 * Such a program runs in a process group of its own and lives on when its worker is killed. So it carries a token
 * in its environment, which its children inherit: it is found even when its worker died before it could note a
 * number, and never mistaken for a later process with the same one. Where the machine cannot be looked at (Linux
 * alone has /proc), the answer is "unknown", and whoever asks has to go by time.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { withHeartbeats } from './heartbeat.ts';
import { environmentOf, fieldsOf, nameOf, pids, readOrNull } from './proc.ts';

/** The variable of a program's environment that names the lease it works under. */
export const leaseVariable = 'PLIMSOLL_LEASE';
/** Of a program that works under no lease: whom it works for. */
export const workerVariable = 'PLIMSOLL_WORKER';

/** A process by its number and the instant it began: numbers come round again. `null` without /proc. */
export const workerRef = z.object({ pid: z.number(), start: z.string().nullable() });
export type WorkerRef = z.infer<typeof workerRef>;

/** What the program carries. */
export interface Mark {
  /** The lease it works under. */
  readonly token: string;
  /** The program whose life counts, as the kernel names it; its children are the others. */
  readonly program: string;
}

export type Carriers =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'seen'; readonly programs: readonly number[]; readonly others: readonly number[] };

export interface Machine {
  /** Boot and process namespace are part of it: after a reboot, or in another container, numbers mean nothing. */
  readonly id: string | null;
  /** When a process began, in the kernel's ticks; `null` when there is none. */
  startOf(pid: number): string | null;
  carriersOf(mark: Mark): Promise<Carriers>;
}

export const thisMachine: Machine = {
  id: readOrNull(
    () => `${hostname()}/${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${readlinkSync('/proc/self/ns/pid')}`,
  ),
  startOf: (pid) => {
    const fields = fieldsOf(pid);
    // A zombie has ended, and waits for its parent to ask how.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  },
  async carriersOf({ token, program }) {
    const found = await pids();
    if (found === null) return { kind: 'unknown' };
    const [programs, others]: [number[], number[]] = [[], []];
    for (const pid of found) {
      const environment = await environmentOf(pid);
      if (environment !== 'unreadable' && environment.get(leaseVariable) !== token) continue;
      const isProgram = (await nameOf(pid)) === program;
      // Another user's program of this name might be it; another user's anything else is not.
      if (environment !== 'unreadable') (isProgram ? programs : others).push(pid);
      else if (isProgram) return { kind: 'unknown' };
    }
    return { kind: 'seen', programs, others };
  },
};

export const thisWorker = (machine: Machine = thisMachine): WorkerRef => ({ pid: process.pid, start: machine.startOf(process.pid) });

/** Only for a worker of this very machine. Doubt counts as alive. */
export const hasEnded = ({ pid, start }: WorkerRef, machine: Machine = thisMachine): boolean =>
  start !== null && machine.startOf(pid) !== start;

/* ------------------------------------------------------------------ ending */

/** An ended process is gone within milliseconds; what waits for an answer of AWS takes longer. */
const endPollMilliseconds = 100;

/**
 * As Ctrl-C would, once, to the program's whole group, so that it gives its locks back; after the grace SIGKILL to
 * whatever is left, children included. For programs whose worker is dead, and whose half-done work is no loss.
 */
export async function endCarriers(mark: Mark, graceSeconds: number, machine: Machine = thisMachine): Promise<void> {
  const activity = Context.current();
  const deadline = Date.now() + graceSeconds * 1000;
  for (const pid of await carriers(mark, machine)) if (isLeader(pid)) send(-pid, 'SIGINT');
  await withHeartbeats(async () => {
    while (Date.now() < deadline && (await isAtWork(mark, machine))) await activity.sleep(endPollMilliseconds);
    for (let left = await carriers(mark, machine); left.length > 0; left = await carriers(mark, machine)) {
      for (const pid of left) send(pid, 'SIGKILL');
      await activity.sleep(endPollMilliseconds);
    }
  });
}

async function isAtWork(mark: Mark, machine: Machine): Promise<boolean> {
  const found = await machine.carriersOf(mark);
  return found.kind === 'seen' && found.programs.length > 0;
}

async function carriers(mark: Mark, machine: Machine): Promise<readonly number[]> {
  const found = await machine.carriersOf(mark);
  return found.kind === 'unknown' ? [] : [...found.programs, ...found.others];
}

/** Only a group that one of ours leads is wholly ours. */
const isLeader = (pid: number): boolean => Number(fieldsOf(pid)[2]) === pid;

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}

/** For the environment of a program that is nothing without its worker. */
export const endsWithWorker = (): Readonly<Record<string, string>> => ({
  [workerVariable]: JSON.stringify({ machine: thisMachine.id, ...thisWorker() }),
});

const employer = workerRef.extend({ machine: z.string() });

/**
 * Kills what dead workers of this machine left at work, and answers their numbers. Most of it dies by itself on
 * its next line, which nobody reads; plugins and what waits for an answer do not. Nothing is lost: what must not be
 * ended in the middle works under a lease, and is left to whoever takes that over.
 */
export async function endStrays(machine: Machine = thisMachine): Promise<readonly number[]> {
  const found = (await pids()) ?? [];
  const strays = (await Promise.all(found.map(async (pid) => ((await isStray(pid, machine)) ? pid : [])))).flat();
  for (const pid of strays) send(pid, 'SIGKILL');
  return strays;
}

async function isStray(pid: number, machine: Machine): Promise<boolean> {
  const environment = await environmentOf(pid);
  const text = environment === 'unreadable' ? undefined : environment.get(workerVariable);
  if (text === undefined) return false;
  const worker = employer.safeParse(readOrNull(() => JSON.parse(text) as unknown));
  return worker.success && worker.data.machine === machine.id && hasEnded(worker.data, machine);
}
