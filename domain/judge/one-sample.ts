/**
 * One version against an absolute limit ℓ: where there is nobody to compare with, and as the limit that holds
 * whatever the stable version does.
 *
 * The likelihood ratio of a share with odds ψ times those of ℓ against ℓ itself, of y events in n requests, is
 *
 *     L(ψ) = y log ψ − n log(1 − ℓ + ℓ ψ)
 *
 * Against "at most ℓ in every poll" it is a supermartingale for ψ > 1, against "at least ℓ" for ψ < 1, since it is
 * monotone in y. It depends on the totals alone. Dividing it by κ keeps that (a root of an e-value is one, by
 * Jensen). Mixture, late starts and thresholds are those of `table.ts`.
 */
import type { Count } from './counters.ts';
import { alternativeSteps, logUniform } from './grid.ts';
import { startShare } from './late-start.ts';
import { clamped, grain, grainsOf, logAddExp, logSumExp } from './log-space.ts';
import { deadlineEventsMin } from './table.ts';

export interface OneSamplePlan {
  /** ℓ, a share of requests between 0 and 1. */
  readonly limitShare: number;
  readonly kappa: number;
}

/** JSON; logarithms in grains (`log-space.ts`). */
export interface OneSample {
  /** log of the wealth on each alternative above the limit, late stakes included. */
  readonly wealth: readonly number[];
  readonly total: Count;
  /** Since the present weight: what "below the limit" is shown with. */
  readonly step: Count;
}

const logAbovePrior = logUniform(alternativeSteps);
/** Below the limit: half on a thousandth of its odds, which is a version without events, half between a 16th and the limit. */
const rareTheta = -Math.log(1000);
const rarerThetas = [-4, -3, -2.5, -2, -1.5, -1, -0.75, -0.5, -0.25].map((power) => power * Math.LN2);
const belowThetas = [rareTheta, ...rarerThetas];
const logBelowPrior = [-Math.LN2, ...logUniform(rarerThetas).map((log) => log - Math.LN2)];

export const newOneSample = (): OneSample => ({
  wealth: alternativeSteps.map(() => grainsOf(Math.log(startShare))),
  total: { events: 0, of: 0 },
  step: { events: 0, of: 0 },
});

export function withOneSampleStake<T extends OneSample>(sample: T, stake: number): T {
  if (stake <= 0) return sample;
  const logStake = Math.log(stake);
  return { ...sample, wealth: sample.wealth.map((grains) => grainsOf(logAddExp(grains * grain, logStake))) };
}

export const oneSampleAtNewWeight = (sample: OneSample): OneSample => ({ ...sample, step: { events: 0, of: 0 } });

export function withOneSamplePoll(plan: OneSamplePlan, sample: OneSample, count: Count): OneSample {
  if (count.of <= 0) return sample;
  const { above } = oddsFor(plan);
  const scale = 1 / (plan.kappa * grain);
  const wealth = sample.wealth.slice();
  for (const [k, meanOdds] of above.entries()) {
    const grains = Math.floor((count.events * (alternativeSteps[k] ?? 0) - count.of * meanOdds) * scale);
    wealth[k] = clamped((wealth[k] ?? 0) + grains);
  }
  return { wealth, total: sum(sample.total, count), step: sum(sample.step, count) };
}

/** log W against "the share was at most ℓ in every poll". */
export const logAboveLimit = (sample: OneSample, logReserve: number): number =>
  logAddExp(logSumExp(sample.wealth.map((grains, k) => grains * grain + (logAbovePrior[k] ?? 0))), logReserve);

/** log W against "the share was at least ℓ in every poll of this weight". */
export function logBelowLimit(plan: OneSamplePlan, { step: { events, of } }: OneSample): number {
  const { below } = oddsFor(plan);
  return logSumExp(belowThetas.map((theta, k) => (logBelowPrior[k] ?? 0) + (events * theta - of * (below[k] ?? 0)) / plan.kappa));
}

/** For one look at the deadline, in standard deviations: the signed root of the likelihood ratio of all that was seen; 0 of few events. */
export function aboveLimitDeviations(plan: OneSamplePlan, { total }: OneSample): number {
  if (total.events < deadlineEventsMin) return 0;
  const best = alternativeSteps.reduce((largest, theta) => Math.max(largest, logRatio(plan, total, theta)), 0);
  return Math.sqrt(2 * best);
}

/** Requests until "below the limit" is shown if events stay as rare as `share`, which has to be below the limit. */
export function requestsToShowBelow(plan: OneSamplePlan, sample: OneSample, share: number, logWanted: number): number {
  const requests = belowThetas.map((theta, k) => {
    const missing = logWanted - (logBelowPrior[k] ?? 0) - logRatio(plan, sample.step, theta);
    const growth = logRatio(plan, { events: share, of: 1 }, theta);
    return missing <= 0 ? 0 : growth > 0 ? missing / growth : Infinity;
  });
  return Math.min(...requests);
}

const logRatio = ({ limitShare, kappa }: OneSamplePlan, { events, of }: Count, theta: number): number =>
  (events * theta - of * logMeanOdds(limitShare, theta)) / kappa;

/** log of the mean of ψ^Y for one request at the limit. */
const logMeanOdds = (limitShare: number, theta: number): number => Math.log1p(limitShare * Math.expm1(theta));

interface LimitOdds {
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** By plan, which passes from state to state: the hot loop takes no logarithm. */
const limitOdds = new WeakMap<OneSamplePlan, LimitOdds>();

function oddsFor(plan: OneSamplePlan): LimitOdds {
  const known = limitOdds.get(plan);
  if (known !== undefined) return known;
  const meanOdds = (theta: number) => logMeanOdds(plan.limitShare, theta);
  const odds = { above: alternativeSteps.map(meanOdds), below: belowThetas.map(meanOdds) };
  limitOdds.set(plan, odds);
  return odds;
}

const sum = (a: Count, b: Count): Count => ({ events: a.events + b.events, of: a.of + b.of });
