/**
 * The plain judge: shares against margins, with minimum counts. A statistical judge takes its place behind
 * the same interface; until then this one errs towards "not enough", and never takes silence for health.
 *
 * - A metric passes when the new version, over the requests of the present weight alone, is within the limit.
 * - It fails when the new version, over all its requests or those of the present weight, is above the limit by
 *   more than chance explains. So a good version is not rolled back for one unlucky request.
 * - Between the two it says how many requests are missing. Both need `minimumRequests` of each version; a
 *   gross excess needs half, since a version that is plainly broken should not have to break more requests.
 *
 * The old version is measured since the judge began: it changes little, and at 100 % it answers nothing any more.
 */
import type { Objectives } from '../catalog.ts';
import type { ArmIncrement, Increment } from './counters.ts';
import type { ArmTotals, Judge, JudgeState, MetricReading, Verdict } from './judge.ts';

interface PlainState extends JudgeState {
  readonly version: 1;
  readonly objectives: Objectives;
  readonly baseline: boolean;
  readonly edgesSeconds: readonly number[];
  /** Since the judge began. */
  readonly canary: ArmIncrement;
  readonly stable: ArmIncrement;
  /** The new version since the present weight. */
  readonly step: ArmIncrement;
}

/**
 * An excess counts from three standard errors on: about one in 740 for one look at a version that is exactly
 * at its limit. Looking often raises that, which is what the statistical judge is for.
 */
const significantDeviations = 3;
/** Three times what is allowed is not a matter of margins any more. */
const grossRatio = 3;
/** A live version without slow requests would allow none at all; one in a hundred is what a cold cache costs. */
const latencySlackShare = 0.01;

export const plainRule: Judge = {
  begin: (objectives, baseline, instantSeconds): PlainState => ({
    version: 1,
    lastInstantSeconds: instantSeconds,
    objectives,
    baseline,
    edgesSeconds: [],
    canary: nothing,
    stable: nothing,
    step: nothing,
  }),

  observe(state, increment) {
    const before = ours(state);
    if (increment.instantSeconds <= before.lastInstantSeconds) return before;
    return { ...added(before, increment), lastInstantSeconds: increment.instantSeconds };
  },

  nextStep: (state, instantSeconds): PlainState => ({
    ...ours(state),
    lastInstantSeconds: Math.max(instantSeconds, state.lastInstantSeconds),
    step: nothing,
  }),

  verdict(state) {
    const { objectives, baseline, edgesSeconds, canary, stable, step } = ours(state);
    const metrics = measuresOf(objectives, baseline, edgesSeconds).map((measure) =>
      readingOf(measure, objectives.minimumRequests, {
        total: measure.countOf(canary),
        step: measure.countOf(step),
        stable: baseline ? measure.countOf(stable) : null,
      }),
    );
    return {
      ...summaryOf(metrics, step.requests),
      metrics,
      canary: totalsOf(canary, edgesSeconds),
      stable: totalsOf(stable, edgesSeconds),
    };
  },
};

const nothing: ArmIncrement = { requests: 0, errors: 0, atMost: [] };

/** A state of another judge means that a release outlived a change of judges: start the worker that has it. */
function ours(state: JudgeState): PlainState {
  if (state.version !== 1) throw new Error(`this judge does not know state version ${state.version}`);
  return state as PlainState;
}

function added(state: PlainState, { edgesSeconds, canary, stable }: Increment): PlainState {
  const unchanged = edgesSeconds.length === 0 || sameEdges(state.edgesSeconds, edgesSeconds);
  // Counts under other bucket edges cannot be added up: latency starts over, errors go on.
  const keep = (arm: ArmIncrement): ArmIncrement => (unchanged ? arm : { ...arm, atMost: [] });
  return {
    ...state,
    edgesSeconds: edgesSeconds.length === 0 ? state.edgesSeconds : edgesSeconds,
    canary: sum(keep(state.canary), canary),
    stable: sum(keep(state.stable), stable),
    step: sum(keep(state.step), canary),
  };
}

const sameEdges = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((edge, index) => edge === b[index]);

function sum(a: ArmIncrement, b: ArmIncrement): ArmIncrement {
  const longer = a.atMost.length >= b.atMost.length ? a.atMost : b.atMost;
  return {
    requests: a.requests + b.requests,
    errors: a.errors + b.errors,
    atMost: longer.map((_, edge) => (a.atMost[edge] ?? 0) + (b.atMost[edge] ?? 0)),
  };
}

/* ---------------------------------------------------------------- what is measured */

/** How many of how many were bad. */
interface Count {
  readonly bad: number;
  readonly of: number;
}

interface Measure {
  readonly metric: string;
  readonly countOf: (arm: ArmIncrement) => Count;
  /** The share that is allowed, given the old version's (`null`: there is none). */
  readonly limit: (stableShare: number | null) => number;
  /** How much of the old version's uncertainty is in the limit. */
  readonly ratio: number;
}

function measuresOf({ errors, latency }: Objectives, baseline: boolean, edgesSeconds: readonly number[]): readonly Measure[] {
  const errorMeasure: Measure = {
    metric: 'errors',
    countOf: (arm) => ({ bad: arm.errors, of: arm.requests }),
    limit: (stable) =>
      stable === null
        ? errors.limitPercent / 100
        : Math.min(errors.limitPercent / 100, Math.max(stable * errors.marginRatio, stable + errors.marginPoints / 100)),
    ratio: errors.marginRatio,
  };
  // Without an old version only the last guarded edge has a limit of its own.
  const guarded = baseline ? latency.guardedBucketsMs : latency.guardedBucketsMs.slice(-1);
  const latencyMeasures = guarded.map((ms): Measure => {
    const edge = edgeFor(ms, edgesSeconds);
    return {
      metric: `latency ${ms}ms`,
      countOf: (arm) => slowerThan(arm, edge),
      limit: (stable) =>
        stable === null ? latency.limitPercent / 100 : Math.max(stable * latency.marginRatio, stable + latencySlackShare),
      ratio: latency.marginRatio,
    };
  });
  return [errorMeasure, ...latencyMeasures];
}

/** The nearest bucket edge that is not below; else the last one, which is stricter than what was asked for. */
function edgeFor(ms: number, edgesSeconds: readonly number[]): number {
  // A millionth of a second: edges are decimal text and do not divide by 1000 exactly.
  const index = edgesSeconds.findIndex((edge) => edge >= ms / 1000 - 1e-6);
  return index === -1 ? edgesSeconds.length - 1 : index;
}

/** A failed request counts as slower than every edge, or failing fast would look like speed. */
function slowerThan({ atMost, errors }: ArmIncrement, edge: number): Count {
  const of = atMost.at(-1) ?? 0;
  return { bad: Math.min(of, of - (atMost[edge] ?? 0) + errors), of };
}

/* ------------------------------------------------------------------- what it says */

interface Counts {
  /** The new version since the judge began, and since the present weight. */
  readonly total: Count;
  readonly step: Count;
  /** `null`: there is no old version. */
  readonly stable: Count | null;
}

function readingOf(measure: Measure, minimumRequests: number, { total, step, stable }: Counts): MetricReading {
  const stableShare = stable === null || stable.of === 0 ? null : shareOf(stable);
  const limitShare = measure.limit(stableShare);
  const missing = (count: Count, minimum: number) => Math.max(0, minimum - count.of, stable === null ? 0 : minimum - stable.of);
  const fails = (count: Count) => {
    const gross = shareOf(count) >= grossRatio * limitShare;
    const enough = missing(count, gross ? minimumRequests / 2 : minimumRequests) === 0;
    return enough && shareOf(count) > limitShare && deviationsAbove(measure, count, stable, limitShare) >= significantDeviations;
  };
  const reading = { metric: measure.metric, stableShare, limitShare };
  const failing = [step, total].find(fails);
  if (failing !== undefined) return { ...reading, answer: 'fail', canaryShare: shareOf(failing), missingRequests: 0 };

  const missingRequests = missing(step, minimumRequests);
  const canaryShare = shareOf(step);
  if (missingRequests > 0) return { ...reading, answer: 'not enough', canaryShare, missingRequests: Math.ceil(missingRequests) };
  if (canaryShare <= limitShare) return { ...reading, answer: 'pass', canaryShare, missingRequests: 0 };
  return { ...reading, answer: 'not enough', canaryShare, missingRequests: toSettle(measure, step, stable, limitShare) };
}

const shareOf = ({ bad, of }: Count): number => (of === 0 ? 0 : bad / of);

/** Standard errors between what was seen and what is allowed; the limit is as uncertain as the old version's share. */
function deviationsAbove({ ratio }: Measure, count: Count, stable: Count | null, limitShare: number): number {
  const variance = varianceOf(count) + (stable === null ? 0 : ratio ** 2 * varianceOf(stable));
  return (shareOf(count) - limitShare) / Math.sqrt(variance);
}

/** One imagined bad and one good request keep the variance of few requests above zero. */
function varianceOf({ bad, of }: Count): number {
  const share = (bad + 1) / (of + 2);
  return (share * (1 - share)) / Math.max(of, 1);
}

/** Requests until the excess is shown, if it lasts, or until it is diluted to the limit, if nothing bad follows. */
function toSettle(measure: Measure, count: Count, stable: Count | null, limitShare: number): number {
  const shown = count.of * ((significantDeviations / deviationsAbove(measure, count, stable, limitShare)) ** 2 - 1);
  const diluted = count.bad / limitShare - count.of;
  return Math.max(1, Math.ceil(Math.min(shown, diluted)));
}

function summaryOf(metrics: readonly MetricReading[], requests: number): Pick<Verdict, 'kind' | 'reason'> {
  const failing = metrics.find(({ answer }) => answer === 'fail');
  if (failing !== undefined) return { kind: 'fail', reason: sentenceOf(failing) };
  const [waiting] = metrics.filter(({ answer }) => answer === 'not enough').toSorted((a, b) => b.missingRequests - a.missingRequests);
  if (waiting === undefined)
    return { kind: 'pass', reason: `every metric is within its limit over ${requests} requests of the new version` };
  return { kind: 'not enough', reason: `${waiting.metric}: about ${waiting.missingRequests} more requests are needed` };
}

function sentenceOf({ metric, canaryShare, stableShare, limitShare }: MetricReading): string {
  const seen = metric === 'errors' ? 'failed' : `took longer than ${metric.slice('latency '.length)} or failed`;
  const old = stableShare === null ? '' : ` (old version: ${percent(stableShare)})`;
  return `${percent(canaryShare)} of the new version's requests ${seen}; allowed are ${percent(limitShare)}${old}`;
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.01 ? 2 : 1)} %`;

function totalsOf({ requests, errors, atMost }: ArmIncrement, edgesSeconds: readonly number[]): ArmTotals {
  const all = atMost.at(-1) ?? 0;
  const edge = all === 0 ? -1 : atMost.findIndex((count) => count >= 0.99 * all);
  return { requests, errors, p99Seconds: edgesSeconds[edge] ?? null };
}
