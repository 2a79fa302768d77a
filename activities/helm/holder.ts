/**
 * Who holds a slot for a Helm operation, and whether that operation is provably over.
 *
 * The holder is not only the worker: Helm lives on for a moment when its worker is killed. So each operation has a
 * token, Helm carries it, and the operation is over when nobody on the machine carries it any more. Where the
 * machine cannot be looked at, only time tells, and doubt means "alive". A Helm whose worker is dead is waited
 * for, never ended: it is in the middle of a change, and done sooner than what it leaves would be put in order.
 */
import { z } from 'zod';
import { hasEnded, type Machine, type Mark, workerRef } from '../tool/machine.ts';

export const markOf = (token: string): Mark => ({ token, program: 'helm' });

export const holder = z.object({
  releaseId: z.string(),
  token: z.string(),
  /** `null` on a system without /proc. */
  machine: z.string().nullable(),
  worker: workerRef,
  /** Written when the operation broke: Helm is not running, but what it left may be half done. */
  ended: z.boolean(),
});
export type Holder = z.infer<typeof holder>;

/**
 * For a holder that cannot be looked at. A Helm command is cut off after 180 s (commandSecondsMax) while its
 * worker lives, and ends within its own 120 s a hook when it does not; the rest is for clocks that differ.
 */
export const abandonedSeconds = 300;
/** A living worker renews every 10 s; six misses in a row mean that it could not give the lease back. */
export const silentSeconds = 60;

export async function isOver(
  { ended, machine, token, worker }: Holder,
  renewedSecondsAgo: number,
  here: Machine,
  self: { readonly pid: number; works(token: string): boolean },
): Promise<boolean> {
  if (ended) return true;
  if (machine === null || machine !== here.id) return renewedSecondsAgo > abandonedSeconds;
  const carriers = await here.carriersOf(markOf(token));
  if (carriers.kind === 'unknown') return renewedSecondsAgo > abandonedSeconds;
  if (carriers.programs.length + carriers.others.length > 0) return false;
  // Helm is not running: over, unless its worker is still before the start of it or after its end.
  if (hasEnded(worker, here)) return true;
  return worker.pid === self.pid ? !self.works(token) : renewedSecondsAgo > silentSeconds;
}
