/**
 * The judge's interface: increments of one instant in, state and verdict out.
 *
 * State is plain JSON of at most 16 KiB and passes from slice to slice and step to step: it is one judgement
 * for the whole release. It carries the last instant, so that a poll read twice counts once.
 */
import type { Objectives } from '../catalog.ts';
import type { Count, Increment, Interval } from './counters.ts';

/** What the stable version did before the canary, frozen when the judgement begins. */
export interface MetricHistory {
  /** Dispersion factor κ ≥ 1 that log-evidence is divided by. */
  readonly kappa: number;
  /** Share of events among the stable version's requests, 0 to 1; `null` when it was not asked. */
  readonly stableShare: number | null;
}

export interface Calibration {
  /** `history`: measured on stable alone; `catalog`: κ was set by hand; `none`: no history, careful defaults. */
  readonly from: 'history' | 'catalog' | 'none';
  readonly windowSeconds: number;
  /** Polls of stable that κ was estimated from; 0 without history. */
  readonly polls: number;
  /** By the metric's name, as in `MetricReading.metric`. Latency has one entry for every bucket edge. */
  readonly metrics: Readonly<Record<string, MetricHistory>>;
}

export interface JudgePlan {
  readonly objectives: Objectives;
  /** False on a service's first release and at 100 %: absolute limits only, by the one-sample form. */
  readonly baseline: boolean;
  /** Unix seconds; what happened before does not count. */
  readonly instantSeconds: number;
  /** How long the comparison may take at most, in seconds: one late-start stake a minute of it. */
  readonly plannedSeconds: number;
  readonly calibration: Calibration;
  /** A pass at the present weight promotes: every guarded metric has to show that it is not worse. */
  readonly promotes: boolean;
}

/** What one version has done since the judge began, for people to read. */
export interface ArmTotals {
  readonly requests: number;
  readonly errors: number;
  /** Upper bound of the bucket that holds the 99th percentile; `null` without requests or above the last edge. */
  readonly p99Seconds: number | null;
}

export interface MetricReading {
  /** `errors`, `latency 250ms`, or the name of a quality metric, with its edge where it is a histogram. */
  readonly metric: string;
  /** `pass`: shown to be no worse than its margin at this weight; `fail`: this metric decided the rollback. */
  readonly answer: 'pass' | 'fail' | 'not enough';
  /** Whether promotion needs this metric's pass; the others only count against the canary. */
  readonly guarded: boolean;
  /** Shares of requests, 0 to 1, over all that was counted. */
  readonly canaryShare: number;
  readonly stableShare: number | null;
  /** The share that the margin allows, given the stable version's. */
  readonly limitShare: number;
  readonly canary: Count;
  readonly stable: Count | null;
  /** Natural logarithms of e-values: against the canary, its highest so far, and for "no worse than the margin". */
  readonly logEvidence: number;
  readonly maxLogEvidence: number;
  readonly logPromotion: number;
  /** Odds ratio canary to stable with its 95 % confidence sequence; `null` without a baseline or data. */
  readonly oddsRatio: { readonly estimate: number | null; readonly interval: Interval } | null;
  /** Odds ratio up to which this metric is no regression, frozen at the beginning; `null` without a baseline. */
  readonly toleranceOddsRatio: number | null;
  readonly kappa: number;
  /** Unix seconds of the poll at which the evidence against this metric alone first passed its threshold. */
  readonly crossedAtSeconds: number | null;
  /** Requests of the new version that are still missing before promotion, if it is as good as the old one. */
  readonly missingRequests: number;
  /**
   * Requests of the new version within which ten times the old version's events would be noticed at this weight, in
   * 99 of 100 cases (`detection.ts`); `null` without a baseline or data.
   */
  readonly noticedWithin: number | null;
}

/** One point of the evidence over time; logarithms to base 10, as plots show them. */
export interface TracePoint {
  readonly instantSeconds: number;
  readonly log10Evidence: number;
  /** Smallest over the guarded metrics. */
  readonly log10Promotion: number;
}

export interface Verdict {
  readonly kind: 'pass' | 'fail' | 'not enough';
  /** One sentence for people: the metric, what was seen and what is allowed, or what is missing. */
  readonly reason: string;
  readonly metrics: readonly MetricReading[];
  readonly canary: ArmTotals;
  readonly stable: ArmTotals;
  /** Weighted mean over the metrics, and what it has to reach for a rollback. */
  readonly logEvidence: number;
  readonly logRollbackAt: number;
  readonly logPromoteAt: number;
  readonly calibration: Pick<Calibration, 'from' | 'windowSeconds' | 'polls'>;
  /** Thinned to at most 60 points. */
  readonly trace: readonly TracePoint[];
}

/** Versioned, since a release under way outlives a deployment of the worker. */
export interface JudgeState {
  readonly version: number;
  readonly lastInstantSeconds: number;
  readonly [key: string]: unknown;
}

export interface Judge {
  begin(plan: JudgePlan): JudgeState;
  /** An increment that is not newer than the state changes nothing. */
  observe(state: JudgeState, increment: Increment): JudgeState;
  /**
   * A new weight from this instant on: polls up to it hold two weights and are dropped, promotion has to be
   * shown again, what speaks against the canary is kept. `baseline` is false at 100 %, where the stable version
   * has no requests any more: from there on the absolute limits decide.
   */
  nextStep(state: JudgeState, step: Pick<JudgePlan, 'instantSeconds' | 'promotes' | 'baseline'>): JudgeState;
  /** `atDeadline`: spends the last share of α on one look at everything (judge.md 3.5); ask it once. */
  verdict(state: JudgeState, atDeadline?: boolean): Verdict;
}
