/**
 * Who judges: Plimsoll's judge as it ships and in stricter settings, the rules of other tools at their documented
 * settings and tuned with knowledge that nobody has, and tests from the literature.
 *
 * "Tuned" means a limit half way between the rates of a good and of the bad version, both known exactly.
 */
import type { Objectives } from '../../../domain/catalog.ts';
import type { Calibration, Judge, JudgeState } from '../../../domain/judge/judge.ts';
import { stateOf } from '../../../domain/judge/state.ts';
import { statisticalJudge } from '../../../domain/judge/statistical.ts';
import { defaultObjectives } from '../../../domain/objectives.ts';
import { argoRollouts } from '../../../domain/peers/argo-rollouts.ts';
import { flagger } from '../../../domain/peers/flagger.ts';
import { kayenta } from '../../../domain/peers/kayenta.ts';
import { histogramQuantile, type PeerRule } from '../../../domain/peers/peer.ts';
import { zTest } from '../../../domain/peers/z-test.ts';
import { defaultEdgesSeconds, type Slowdown, shareSlower, unchanged } from './latency.ts';
import { asymptoticSequence, distributionBands, pooledShare } from './sequential.ts';
import { durationSeconds, type Traffic } from './traffic.ts';

export interface Decision {
  readonly kind: 'rollback' | 'promote' | 'undecided';
  readonly atSeconds: number;
}

export interface Contender {
  readonly name: string;
  decide(traffic: Traffic, calibration: Calibration): Decision;
}

/** The risk that every test here is run at. */
export const alpha = defaultObjectives.risk.rollback;

/* ------------------------------------------------------------------- Plimsoll */

/**
 * What ships, but for the absolute limit: the simulated services fail up to 30 % of their requests in both
 * versions at once, and a table about comparing versions should not end there.
 */
const shipped: Objectives = { ...defaultObjectives, errors: { ...defaultObjectives.errors, limitPercent: 99 } };

/** No tolerance at all, one family, requests taken as independent: what the theory is about. */
export const strict = (family: 'errors' | 'latency', rollback = alpha): Objectives => ({
  ...shipped,
  errors: { ...shipped.errors, toleranceRatio: 1 },
  latency: { ...shipped.latency, toleranceFactor: 1 },
  weights: { errors: family === 'errors' ? 1 : 0, latency: family === 'latency' ? 1 : 0, quality: 0 },
  risk: { ...shipped.risk, rollback },
});

interface Watch {
  readonly objectives: Objectives;
  /** `measured`: from history; a number: set by hand; `unknown`: no history at all. */
  readonly kappa: 'measured' | 'unknown' | number;
  /** Ends at the first pass of the last weight, as a release does; otherwise it is watched for the whole hour. */
  readonly promotes: boolean;
}

function plimsoll(name: string, watch: Watch): Contender {
  return { name, decide: (traffic, measured) => watched(statisticalJudge, watch, traffic, calibrationFor(watch.kappa, measured)) };
}

const noHistory: Calibration = { from: 'none', windowSeconds: 0, polls: 0, metrics: {} };

function calibrationFor(kappa: Watch['kappa'], measured: Calibration): Calibration {
  if (kappa === 'measured') return measured;
  if (kappa === 'unknown') return noHistory;
  const metrics = Object.fromEntries(Object.entries(measured.metrics).map(([name, history]) => [name, { ...history, kappa }]));
  return { ...measured, from: 'catalog', metrics };
}

function watched(judge: Judge, watch: Watch, traffic: Traffic, calibration: Calibration): Decision {
  const { startSeconds, increments, steps } = traffic;
  let state: JudgeState = judge.begin({
    objectives: watch.objectives,
    baseline: true,
    instantSeconds: startSeconds,
    plannedSeconds: durationSeconds,
    calibration,
    promotes: steps.length === 0,
  });
  for (const increment of increments) {
    state = judge.observe(state, increment);
    if (mayAnswer(state, watch.promotes)) {
      const { kind } = judge.verdict(state);
      if (kind === 'fail') return { kind: 'rollback', atSeconds: increment.instantSeconds };
      if (kind === 'pass' && watch.promotes) return { kind: 'promote', atSeconds: increment.instantSeconds };
    }
    const step = steps.findIndex(({ instantSeconds }) => instantSeconds === increment.instantSeconds);
    if (step !== -1)
      state = judge.nextStep(state, { instantSeconds: increment.instantSeconds, promotes: step === steps.length - 1, baseline: true });
  }
  const atSeconds = increments.at(-1)?.instantSeconds ?? startSeconds;
  return { kind: judge.verdict(state, true).kind === 'fail' ? 'rollback' : 'undecided', atSeconds };
}

/**
 * Whether a verdict can be anything but "not enough". It costs more than the poll, since it forecasts and draws
 * intervals for people; the answer itself is always the verdict's.
 */
function mayAnswer(judgement: JudgeState, promotes: boolean): boolean {
  const state = stateOf(judgement);
  return (
    state.crossedAtSeconds !== null || (promotes && state.measures.every(({ guarded }, index) => !guarded || state.tables[index]?.shown))
  );
}

export const defaults = plimsoll('**Plimsoll, defaults**', { objectives: shipped, kappa: 'measured', promotes: false });
export const withoutHistory = plimsoll('Plimsoll, no history', { objectives: shipped, kappa: 'unknown', promotes: false });
export const releasing = plimsoll('**Plimsoll, defaults**', { objectives: shipped, kappa: 'measured', promotes: true });
export const strictly = (family: 'errors' | 'latency') =>
  plimsoll('Plimsoll, no tolerance, one metric, κ = 1', { objectives: strict(family), kappa: 1, promotes: false });
export const strictlyMeasured = (family: 'errors' | 'latency') =>
  plimsoll('Plimsoll, no tolerance, one metric, κ measured', { objectives: strict(family), kappa: 'measured', promotes: false });

/** The judge spends a fifth of its risk on the deadline; the theory's bound is about the other four. */
export const strictAtBound = (family: 'errors' | 'latency') =>
  plimsoll('Plimsoll, no tolerance', { objectives: strict(family, alpha / 0.8), kappa: 1, promotes: false });

/** How often "no worse than the margin" is shown for errors, or at every guarded edge of latency, with rollback switched off. */
export const marginOnly = (family: 'errors' | 'latency'): Contender => ({
  name: 'shown to be within the margin',
  decide(traffic, calibration) {
    // A risk that no evidence of one hour reaches.
    const objectives = { ...shipped, risk: { ...shipped.risk, rollback: 1e-300 } };
    const plan = { objectives, baseline: true, instantSeconds: 0, plannedSeconds: durationSeconds, calibration, promotes: true };
    let state = statisticalJudge.begin(plan);
    for (const increment of traffic.increments) {
      state = statisticalJudge.observe(state, increment);
      const { measures, tables } = stateOf(state);
      const guarded = tables.filter((_, index) => measures[index]?.guarded === true && measures[index].source.family === family);
      if (guarded.length > 0 && guarded.every(({ shown }) => shown)) return { kind: 'promote', atSeconds: increment.instantSeconds };
    }
    return { kind: 'undecided', atSeconds: durationSeconds };
  },
});

/* ------------------------------------------------------------------- others */

const other = (rule: PeerRule): Contender => ({
  name: rule.name,
  decide: ({ startSeconds, increments }) => rule.decide({ startSeconds, polls: increments }),
});

const [flaggerTutorial, flaggerTuned] = ['Flagger tutorial (99 % / 500 ms, 5 fails)', 'Flagger, limit tuned to the midpoint'];
const [argoExample, argoTuned] = ['Argo docs example (95 %, 5m, failureLimit 3)', 'Argo, 1m, midpoint limit, failureLimit 3'];
const kayentaOften = 'Kayenta, judged every 5 min (growing)';

/** On the error rate alone, at a constant weight and without promoting: only how they find regressions is compared. */
export function errorRules(goodShare: number, badShare: number): readonly Contender[] {
  const limit = (goodShare + badShare) / 2;
  const watching = { duration: null, checksToPromote: null };
  return [
    flagger({ ...watching, name: flaggerTutorial }),
    flagger({ ...watching, name: flaggerTuned, successRate: { minimumPercent: 100 * (1 - limit), windowSeconds: 60 } }),
    argoRollouts({ name: argoExample, runSeconds: durationSeconds }),
    argoRollouts({
      name: argoTuned,
      intervalSeconds: 60,
      windowSeconds: 60,
      successRate: { minimumShare: 1 - limit },
      runSeconds: durationSeconds,
    }),
    kayenta({ p99: false }),
    kayenta({ p99: false, intervalSeconds: 300, name: kayentaOften }),
    asymptoticSequence(alpha),
    pooledShare(alpha),
    zTest({ name: 'z-test, once at 60 min', look: durationSeconds }),
    zTest(),
  ].map(other);
}

/** On the p99 alone; the tests look at the share slower than 250 ms, where the p99 is. */
export function latencyRules(bad: Slowdown): readonly Contender[] {
  const limitMs = 1000 * ((readP99(unchanged) + readP99(bad)) / 2);
  const event = { slowerThanSeconds: 0.25 };
  const flaggerOf = (name: string, maximumP99Ms: number, windowSeconds: number) =>
    flagger({ name, successRate: null, checksToPromote: null, duration: { maximumP99Ms, windowSeconds } });
  return [
    flaggerOf(flaggerTutorial, 500, 30),
    flaggerOf(flaggerTuned, limitMs, 60),
    argoRollouts({
      name: argoTuned,
      intervalSeconds: 60,
      windowSeconds: 60,
      successRate: null,
      duration: { maximumP99Ms: limitMs },
      runSeconds: durationSeconds,
    }),
    kayenta({ errors: null }),
    kayenta({ errors: null, intervalSeconds: 300, name: kayentaOften }),
    distributionBands(alpha),
    zTest({ name: 'z-test, once at 60 min', event, look: durationSeconds }),
    zTest({ event }),
  ].map(other);
}

/** What a p99 query reads of this law through the default buckets, with requests without end. */
function readP99(slowdown: Slowdown): number {
  const many = 1e9;
  const atMost = [...defaultEdgesSeconds.map((edge) => many * (1 - shareSlower(edge, slowdown))), many];
  return histogramQuantile(0.99, defaultEdgesSeconds, atMost);
}

/** As documented, promotion included: what would have become of the release. */
export const releasingRules: readonly Contender[] = [
  flagger({ name: 'Flagger tutorial' }),
  argoRollouts({ name: 'Argo docs example' }),
  kayenta({ name: 'Kayenta, once at 60 min' }),
  kayenta({ name: 'Kayenta, every 5 min', intervalSeconds: 300 }),
].map(other);
