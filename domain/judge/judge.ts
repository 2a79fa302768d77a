/**
 * The judge's interface: increments of one instant in, state and verdict out.
 *
 * State is plain JSON of at most 16 KiB and passes from slice to slice and step to step: it is one judgement
 * for the whole release. It carries the last instant, so that a poll read twice counts once.
 */
import type { Objectives } from '../catalog.ts';
import type { Increment } from './counters.ts';

/** What one version has done since the judge began, for people to read. */
export interface ArmTotals {
  readonly requests: number;
  readonly errors: number;
  /** Upper bound of the bucket that holds the 99th percentile; `null` without requests or above the last edge. */
  readonly p99Seconds: number | null;
}

export interface MetricReading {
  /** `errors`, or `latency 250ms`. */
  readonly metric: string;
  readonly answer: 'pass' | 'fail' | 'not enough';
  /** Shares of requests, 0 to 1. */
  readonly canaryShare: number;
  readonly stableShare: number | null;
  readonly limitShare: number;
  /** Requests of the slower-counting version that are still missing before this metric says anything. */
  readonly missingRequests: number;
}

export interface Verdict {
  readonly kind: 'pass' | 'fail' | 'not enough';
  /** One sentence for people: the metric, what was seen and what is allowed, or what is missing. */
  readonly reason: string;
  readonly metrics: readonly MetricReading[];
  readonly canary: ArmTotals;
  readonly stable: ArmTotals;
}

/** Versioned, since a release under way outlives a deployment of the worker. */
export interface JudgeState {
  readonly version: number;
  readonly lastInstantSeconds: number;
  readonly [key: string]: unknown;
}

export interface Judge {
  /** `baseline: false` on a service's first release: absolute limits only. */
  begin(objectives: Objectives, baseline: boolean, instantSeconds: number): JudgeState;
  /** An increment that is not newer than the state changes nothing. */
  observe(state: JudgeState, increment: Increment): JudgeState;
  /** A new weight: what promotion needs has to be shown again at this step; what fails is kept. */
  nextStep(state: JudgeState, instantSeconds: number): JudgeState;
  verdict(state: JudgeState): Verdict;
}
