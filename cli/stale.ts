/** Looks that a worker takes by itself, and after how long the last one is no answer any more. */
import type { Terminal } from './terminal.ts';

/** After so long one look was left out at least: a worker is away, or the one before does not end. */
const staleAfterHours = { rescan: 48, drift: 3, strays: 3 } as const;

/** By the name of the schedule. */
export type Looking = keyof typeof staleAfterHours;

export const isStale = (looking: Looking, at: string, now: number): boolean => now - Date.parse(at) > staleAfterHours[looking] * 3_600_000;

export const staleText = (looking: Looking, at: string, colors: Terminal['colors'], now: number): string =>
  isStale(looking, at, now)
    ? colors.red(`nobody has looked for ${staleAfterHours[looking]} h: see the schedule ${looking} in the Temporal UI\n`)
    : '';
