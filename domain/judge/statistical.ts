/**
 * The judge: is the new version worse than the stable one, and has it shown that it is not?
 *
 * - **Rollback** when the weighted mean of the e-values against it reaches 1/(0.8 α), at any poll. A version that is
 *   nowhere worse than the tolerance is rolled back with probability α at most, however often it is looked at.
 * - **Promotion** when every guarded metric has shown, at the last weight, that it is better than its margin, each
 *   at 1/α'. No correction for their number: each of them has to (intersection-union).
 * - **Not enough** otherwise, with what is missing. Never a pass by default.
 *
 * Where there is nobody to compare with (a first release, 100 %) absolute limits take the place of the stable
 * version. They are followed from the start: a limit that is shown broken holds the release at any weight.
 */
import type { ArmIncrement, Increment } from './counters.ts';
import type { Judge, JudgePlan } from './judge.ts';
import { reserveAtStart, slotsAtNewWeight, stakeOf } from './late-start.ts';
import { evenly } from './latency.ts';
import { logMeanOf, roundedDown } from './log-space.ts';
import {
  counterOf,
  countOf,
  errorLimit,
  errorMeasure,
  type Family,
  historyShare,
  latencyLimit,
  latencyMeasures,
  qualityMeasures,
} from './measures.ts';
import { withOneSampleStake } from './one-sample.ts';
import { type Deciding, deciding, judgeVersion, logPromoteAt, logRollbackAt, type State, stateOf, weightsOf } from './state.ts';
import { withLateStake } from './table.ts';
import { limitAtNewWeight, limitWithPoll, type Thresholds, tableAtNewWeight, tableWithPoll, trackLimit, trackTable } from './tracked.ts';
import { verdictOf } from './verdict.ts';

export const statisticalJudge: Judge = {
  begin,
  observe: (state, increment) => observed(stateOf(state), increment),
  nextStep: (state, step) => atNextStep(stateOf(state), step),
  verdict: (state, atDeadline = false) => verdictOf(stateOf(state), atDeadline),
};

const nothing: ArmIncrement = { requests: 0, errors: 0, atMost: [], quality: {} };
const emptyStep: State['step'] = { canary: 0, stable: 0, canaryTimed: 0, stableTimed: 0 };

function begin({ objectives, baseline, instantSeconds, plannedSeconds, calibration, promotes }: JudgePlan): State {
  const measures = baseline ? [errorMeasure(objectives, calibration), ...qualityMeasures(objectives, calibration)] : [];
  const { from, windowSeconds, polls } = calibration;
  const { weights, risk, minimumRequests } = objectives;
  return {
    version: judgeVersion,
    lastInstantSeconds: instantSeconds,
    begunSeconds: instantSeconds,
    plannedSeconds,
    calibration: { from, windowSeconds, polls },
    rules: { weights, risk, minimumRequests },
    baseline,
    compared: baseline,
    promotes,
    // A share of nothing: latency is not judged, and a service without a histogram can be released.
    undecided: weights.latency > 0 ? { objectives, calibration } : null,
    polls: 0,
    reserve: reserveAtStart,
    measures,
    tables: measures.map((measure) => trackTable(measure, historyShare(measure, calibration))),
    limits: [errorLimit(objectives, calibration)],
    samples: [trackLimit()],
    edgesSeconds: [],
    canary: nothing,
    stable: nothing,
    step: emptyStep,
    evidence: 0,
    highest: 0,
    crossedAtSeconds: null,
    trace: [],
    traceEvery: 1,
  };
}

/** Edges of the totals at most: what the 99th percentile is read from. */
const shownEdgesMax = 16;

/** With the first histogram the edges are known, and with them the tables of latency. What came before had none. */
function withLatency(state: State, edgesSeconds: readonly number[]): State {
  if (state.undecided === null || edgesSeconds.length === 0) return state;
  const { objectives, calibration } = state.undecided;
  const measures = state.baseline ? latencyMeasures(objectives, calibration, edgesSeconds) : [];
  const limit = latencyLimit(objectives, calibration, edgesSeconds);
  const looked = [...measures, limit].flatMap(({ source }) => (source.family === 'latency' ? [source.edgeSeconds] : []));
  return {
    ...state,
    undecided: null,
    measures: [...state.measures, ...measures],
    tables: [...state.tables, ...measures.map((measure) => trackTable(measure, historyShare(measure, calibration)))],
    limits: [...state.limits, limit],
    samples: [...state.samples, trackLimit()],
    edgesSeconds: [...new Set([...evenly(edgesSeconds, shownEdgesMax), ...looked])].toSorted((x, y) => x - y),
  };
}

function observed(before: State, increment: Increment): State {
  const { instantSeconds } = increment;
  if (instantSeconds <= before.lastInstantSeconds) return before;
  const state = withLatency(before, increment.edgesSeconds);
  const minutes = minuteOf(state, instantSeconds) - minuteOf(state, state.lastInstantSeconds);
  const stake = stakeOf(state.reserve, state.plannedSeconds, minutes);
  return withEvidence({
    ...state,
    ...polledTables(state, increment, stake),
    ...counted(state, increment),
    reserve: state.reserve - stake,
    lastInstantSeconds: instantSeconds,
    polls: state.polls + 1,
  });
}

const minuteOf = ({ begunSeconds }: State, instantSeconds: number): number => Math.floor((instantSeconds - begunSeconds) / 60);

/** What the tables of the comparison and the limits make of a poll. Without a comparison its tables rest as they are. */
function polledTables(
  state: State,
  { instantSeconds, edgesSeconds, canary, stable }: Increment,
  stake: number,
): Pick<State, 'tables' | 'samples'> {
  const { measures, limits } = state;
  const thresholds = thresholdsOf(state, instantSeconds, state.reserve - stake);
  const tables = state.tables.map((table, index) => {
    if (!state.baseline) return table;
    const measure = at(measures, index);
    const { source } = measure;
    const [ours, theirs] = [countOf(source, canary, edgesSeconds), countOf(source, stable, edgesSeconds)];
    return tableWithPoll(measure, table, ours, theirs, stake, thresholds[source.family]);
  });
  const samples = state.samples.map((sample, index) => {
    const limit = at(limits, index);
    // While there is a comparison a limit only holds a release; it does not roll it back.
    const deciding = state.baseline ? { ...thresholds[limit.source.family], crossesAt: Infinity } : thresholds[limit.source.family];
    return limitWithPoll(limit, sample, countOf(limit.source, canary, edgesSeconds), stake, deciding);
  });
  return { tables, samples };
}

/** By family: each of its tables has the same share of the evidence. */
function thresholdsOf(state: State, instantSeconds: number, reserve: number): Readonly<Record<Family, Thresholds>> {
  const weights = weightsOf(state);
  const of = (family: Family): Thresholds => ({
    crossesAt: logRollbackAt(state) - Math.log(weights[family]),
    logPromoteAt: logPromoteAt(state),
    logReserve: Math.log(reserve),
    instantSeconds,
  });
  return { errors: of('errors'), latency: of('latency'), quality: of('quality') };
}

const at = <T>(values: readonly T[], index: number): T => values[index] as T;

function counted(state: State, { edgesSeconds, canary, stable }: Increment): Pick<State, 'canary' | 'stable' | 'step'> {
  const { step } = state;
  return {
    canary: summed(state, state.canary, canary, edgesSeconds),
    stable: summed(state, state.stable, stable, edgesSeconds),
    step: {
      canary: step.canary + canary.requests,
      stable: step.stable + stable.requests,
      canaryTimed: step.canaryTimed + timed(canary),
      stableTimed: step.stableTimed + timed(stable),
    },
  };
}

const timed = ({ atMost }: ArmIncrement): number => atMost.at(-1) ?? 0;

function summed({ edgesSeconds, measures }: State, total: ArmIncrement, arm: ArmIncrement, edges: readonly number[]): ArmIncrement {
  const quality = { ...total.quality };
  for (const { source } of measures) {
    const counter = source.family === 'quality' ? counterOf(source) : null;
    const count = counter === null ? undefined : arm.quality[counter];
    if (counter === null || count === undefined) continue;
    const before = total.quality[counter] ?? { events: 0, of: 0 };
    quality[counter] = { events: before.events + count.events, of: before.of + count.of };
  }
  return {
    requests: total.requests + arm.requests,
    errors: total.errors + arm.errors,
    atMost: [...edgesSeconds.map((edge) => arm.atMost[edges.indexOf(edge)] ?? 0), timed(arm)].map(
      (count, index) => count + (total.atMost[index] ?? 0),
    ),
    quality,
  };
}

/* ---------------------------------------------------------------- conclusions */

function withEvidence(state: State): State {
  const parts = deciding(state);
  const evidence = roundedDown(logMeanOf(parts.map(({ weight, tracked }) => ({ weight, log: tracked.evidence }))));
  const crosses = evidence >= logRollbackAt(state);
  return {
    ...state,
    evidence,
    highest: Math.max(state.highest, evidence),
    crossedAtSeconds: state.crossedAtSeconds ?? (crosses ? state.lastInstantSeconds : null),
    ...(state.polls % state.traceEvery === 0 ? traced(state, evidence, parts) : {}),
  };
}

/** Points of the trace at most; then every second one goes, and half as many come. */
const tracePointsMax = 30;

function traced(state: State, evidence: number, parts: readonly Deciding[]): Pick<State, 'trace' | 'traceEvery'> {
  const promotions = parts.flatMap(({ guarded, tracked }) => (guarded ? [tracked.promotion] : []));
  const promotion = promotions.length === 0 ? 0 : Math.min(...promotions);
  const trace = [...state.trace, state.lastInstantSeconds - state.begunSeconds, powerOfTen(evidence), powerOfTen(promotion)];
  const { traceEvery } = state;
  if (trace.length < 3 * tracePointsMax) return { trace, traceEvery };
  return { trace: trace.filter((_, index) => Math.floor(index / 3) % 2 === 1), traceEvery: traceEvery * 2 };
}

/** Two decimals, without the sign of zero, which JSON does not keep. */
const powerOfTen = (log: number): number => Math.round((log / Math.LN10) * 100) / 100 + 0;

/**
 * What speaks against the version stays, as never restarting asks for; promotion begins anew. A new weight is a
 * likely moment for a regression to begin, and gets more of the reserve.
 */
function atNextStep(
  state: State,
  { instantSeconds, promotes, baseline }: Pick<JudgePlan, 'instantSeconds' | 'promotes' | 'baseline'>,
): State {
  const stake = stakeOf(state.reserve, state.plannedSeconds, slotsAtNewWeight);
  const next: State = {
    ...state,
    lastInstantSeconds: Math.max(state.lastInstantSeconds, instantSeconds),
    promotes,
    baseline: state.baseline && baseline,
    reserve: state.reserve - stake,
    tables: state.tables.map((table) => tableAtNewWeight(withLateStake(table, stake))),
    samples: state.samples.map((sample) => limitAtNewWeight(withOneSampleStake(sample, stake))),
    step: emptyStep,
  };
  // From here on the limits decide: the highest of the comparison says nothing about them.
  return next.baseline === state.baseline ? next : { ...next, evidence: 0, highest: 0 };
}
