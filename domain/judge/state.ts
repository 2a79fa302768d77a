/**
 * The state of one judgement: plain JSON of at most 16 KiB, so that it travels in heartbeats and from slice to
 * slice. Version 1 was the plain rule's; its counts cannot be continued, so a watch that finds one begins anew.
 */
import type { Objectives } from '../catalog.ts';
import type { ArmIncrement } from './counters.ts';
import type { Calibration, JudgeState } from './judge.ts';
import type { Family, Limit, Measure, Source } from './measures.ts';
import type { TrackedLimit, TrackedTable } from './tracked.ts';

export interface State extends JudgeState {
  readonly version: 2;
  readonly begunSeconds: number;
  readonly plannedSeconds: number;
  readonly calibration: Pick<Calibration, 'from' | 'windowSeconds' | 'polls'>;
  readonly rules: Pick<Objectives, 'weights' | 'risk' | 'minimumRequests'>;
  /** There is a stable version to compare with, now; and there was one at an earlier weight. */
  readonly baseline: boolean;
  readonly compared: boolean;
  readonly promotes: boolean;
  /** What latency is judged by, until the first histogram says which edges there are. */
  readonly undecided: { readonly objectives: Objectives; readonly calibration: Calibration } | null;

  readonly polls: number;
  /** Wealth that no table has staked yet. */
  readonly reserve: number;
  readonly measures: readonly Measure[];
  readonly tables: readonly TrackedTable[];
  readonly limits: readonly Limit[];
  readonly samples: readonly TrackedLimit[];

  /** Over all weights, at these edges; the last count of `atMost` is all requests of the histogram. */
  readonly edgesSeconds: readonly number[];
  readonly canary: ArmIncrement;
  readonly stable: ArmIncrement;
  /** At this weight: requests, and those of the histogram. */
  readonly step: { readonly canary: number; readonly stable: number; readonly canaryTimed: number; readonly stableTimed: number };

  /** Weighted mean over what decides now, its highest since it decides, and when that passed the threshold. */
  readonly evidence: number;
  readonly highest: number;
  readonly crossedAtSeconds: number | null;
  /** Three numbers a point: seconds since the beginning, evidence and promotion as powers of ten. Every `traceEvery`th poll. */
  readonly trace: readonly number[];
  readonly traceEvery: number;
}

export const judgeVersion = 2;

/** A state of another judge means that a release outlived a change of judges. */
export function stateOf(state: JudgeState): State {
  if (state.version !== judgeVersion)
    throw new Error(`the judge's state has version ${state.version}, this judge knows version ${judgeVersion}: begin the judgement anew`);
  return state as State;
}

/** A metric that decides about a rollback now, and its share of the evidence. */
export interface Deciding {
  readonly weight: number;
  readonly source: Source;
  readonly guarded: boolean;
  readonly tracked: TrackedTable | TrackedLimit;
}

/** The comparison, or the limits where there is nobody to compare with. */
export function deciding(state: State): readonly Deciding[] {
  const weights = weightsOf(state);
  if (state.baseline)
    return state.measures.map(({ source, guarded }, index) => ({
      weight: weights[source.family],
      source,
      guarded,
      tracked: state.tables[index] as TrackedTable,
    }));
  return state.limits.map(({ source }, index) => ({
    weight: weights[source.family],
    source,
    guarded: true,
    tracked: state.samples[index] as TrackedLimit,
  }));
}

/**
 * One table's share of the evidence: its family's, divided among the family's tables. Without a comparison quality
 * has no limits, so that errors and latency share what it had.
 */
export function weightsOf({ rules: { weights }, measures, baseline }: State): Readonly<Record<Family, number>> {
  if (!baseline) {
    const both = weights.errors + weights.latency;
    return { errors: weights.errors / both, latency: weights.latency / both, quality: 0 };
  }
  const tables = { errors: 0, latency: 0, quality: 0 };
  for (const { source } of measures) tables[source.family]++;
  return {
    errors: weights.errors / Math.max(1, tables.errors),
    latency: weights.latency / Math.max(1, tables.latency),
    quality: weights.quality / Math.max(1, tables.quality),
  };
}

/** Most of the risk is for looking at any time; the rest for one look at the deadline, or for the watch at 100 %. */
const sequentialShare = 0.8;
const lastShare = 1 - sequentialShare;

/**
 * Log evidence that rolls back. A watch at 100 % after a comparison has the share that no look at a deadline
 * needed: so a release that reaches 100 % before its deadline is rolled back by chance with probability α at most.
 */
export const logRollbackAt = ({ rules: { risk }, baseline, compared }: State): number =>
  -Math.log(risk.rollback * (!baseline && compared ? lastShare : sequentialShare));

export const logPromoteAt = ({ rules: { risk } }: State): number => -Math.log(risk.promote);

/** Risk of one look at the deadline. */
export const deadlineRisk = ({ rules: { risk } }: State): number => risk.rollback * lastShare;
