/**
 * Who holds a slot for a Helm operation, and whether that operation is provably over.
 *
 * The holder is not only the worker: Helm runs in a process group of its own and lives on for a moment when
 * its worker is killed. So each operation has a token, Helm carries it in its environment, and the operation
 * is over when nobody on the machine carries it any more. No process number is kept, hence none can be reused.
 * Where the machine cannot be looked at, only time tells, and doubt means "alive".
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

export const tokenVariable = 'PLIMSOLL_HELM_LEASE';

export const holder = z.object({
  releaseId: z.string(),
  token: z.string(),
  /** `null` on a system without /proc. */
  machine: z.string().nullable(),
  worker: z.object({ pid: z.number(), start: z.string().nullable() }),
  /** Written when the operation broke: Helm is not running, but what it left may be half done. */
  ended: z.boolean(),
});
export type Holder = z.infer<typeof holder>;

/** This machine as it can be asked about its processes. */
export interface Machine {
  readonly id: string | null;
  /** When a process began, in the kernel's ticks; `null` when there is none. */
  startOf(pid: number): string | null;
  carrierOf(token: string): 'running' | 'gone' | 'unknown';
}

/**
 * For a holder that cannot be looked at. A Helm command is cut off after 180 s (commandSecondsMax) while its
 * worker lives, and ends within its own 120 s a hook when it does not; the rest is for clocks that differ.
 */
export const abandonedSeconds = 300;
/** A living worker renews every 10 s; six misses in a row mean that it could not give the lease back. */
export const silentSeconds = 60;

export function isOver(
  { ended, machine, token, worker }: Holder,
  renewedSecondsAgo: number,
  here: Machine,
  self: { readonly pid: number; works(token: string): boolean },
): boolean {
  if (ended) return true;
  if (machine === null || machine !== here.id) return renewedSecondsAgo > abandonedSeconds;
  switch (here.carrierOf(token)) {
    case 'running':
      return false;
    case 'unknown':
      return renewedSecondsAgo > abandonedSeconds;
    case 'gone':
      // Helm is not running: over, unless its worker is still before the start of it or after its end.
      if (worker.start === null || here.startOf(worker.pid) !== worker.start) return true;
      return worker.pid === self.pid ? !self.works(token) : renewedSecondsAgo > silentSeconds;
  }
}

/** Boot and process namespace are part of the name: after a reboot, or in another container, numbers mean nothing. */
export const thisMachine: Machine = {
  id: readOrNull(
    () => `${hostname()}/${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${readlinkSync('/proc/self/ns/pid')}`,
  ),
  startOf: (pid) =>
    readOrNull(() => {
      const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in brackets may itself hold spaces and brackets; the 20th field after it is the start time.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return fields[19] ?? null;
    }),
  carrierOf(token) {
    const wanted = `${tokenVariable}=${token}`;
    let unreadable = false;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        if (readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(wanted)) return 'running';
      } catch (error) {
        // Another user's Helm might be it; another user's anything else is not.
        if ((error as NodeJS.ErrnoException).code === 'EACCES') {
          unreadable ||= readOrNull(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) === 'helm';
        }
      }
    }
    return unreadable ? 'unknown' : 'gone';
  },
};

function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
