/** A recording: counters of both versions at instants, from a file, a release or Prometheus; and what happened in between. */
import { advance } from '../activities/prometheus/sample.ts';
import { type ArmIncrement, type Increment, type Sample, stableIncrements } from '../domain/judge/counters.ts';
import type { CountedInstant } from '../domain/judge/counts.ts';
import { BacktestError } from './errors.ts';

export interface Recording {
  /** A file's path, or what stands in its place. */
  readonly name: string;
  /** Ascending. */
  readonly instants: readonly CountedInstant[];
}

export interface Poll {
  readonly increment: Increment;
  readonly weightPercent: number | null;
  /** The weight was another one at the poll before: this one holds requests of both. */
  readonly isMixed: boolean;
  /** Which versions had any series at this instant. */
  readonly seen: { readonly canary: boolean; readonly stable: boolean };
  /** The stable version's pods one by one. */
  readonly stablePods: readonly ArmIncrement[];
}

export interface Polls {
  /** The stable version alone, before there was a new one. */
  readonly before: readonly Poll[];
  /** Counting begins here. */
  readonly startSeconds: number;
  readonly startWeightPercent: number | null;
  readonly during: readonly Poll[];
}

/** Counting begins with the last instant before the new version is there, so that its first requests count. */
export function pollsOf({ name, instants }: Recording): Polls {
  const first = instants.findIndex(({ sample }) => sample.canary.length > 0);
  if (first === -1) throw new BacktestError(`${name}: version: there is no line of the version canary, so that there is nothing to judge`);
  if (instants.length < 2) throw new BacktestError(`${name}: instant: there is one instant; counters say something from two on`);
  const start = instants[Math.max(0, first - 1)] ?? instants[0];
  const polls = differences(instants);
  return {
    before: polls.slice(0, Math.max(0, first - 1)),
    startSeconds: start?.sample.instantSeconds ?? 0,
    startWeightPercent: start?.weightPercent ?? null,
    during: polls.slice(Math.max(0, first - 1)),
  };
}

/** What happened between each instant and the next, by the rules of the watch: resets, lost scrapes, new pods. */
export function differences(instants: readonly CountedInstant[]): readonly Poll[] {
  const polls: Poll[] = [];
  let previous: Sample | undefined;
  let weight: number | null = null;
  for (const { sample, weightPercent } of instants) {
    if (previous === undefined) previous = sample;
    else {
      const step = advance(previous, sample);
      polls.push({
        increment: step.increment,
        weightPercent,
        isMixed: weightPercent !== weight,
        seen: { canary: sample.canary.length > 0, stable: sample.stable.length > 0 },
        stablePods: stableIncrements(step.base, sample),
      });
      previous = step.previous;
    }
    weight = weightPercent;
  }
  return polls;
}
