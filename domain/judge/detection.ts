/**
 * How soon a version that is clearly worse would be noticed: what somebody wants to know before a canary is left
 * alone with its share of the traffic.
 *
 * Of the events, a version whose odds are ψ times the stable one's has the share q(ψ) = wψ / (1 − w + wψ), where w
 * is its share of the requests. So an event adds log q(ψ)/q(ψ0) or log (1 − q(ψ))/(1 − q(ψ0)) to the evidence, as
 * Poisson counts would; a finite share s of events leaves 1 − s of that, which is what drawing without replacement
 * does to the variance of the hypergeometric law. Events come at random, so that what n of them add on average has
 * n times the mean square of a step as its variance (a compound Poisson sum).
 */
import type { Count } from './counters.ts';
import { startShare } from './late-start.ts';
import type { Measure } from './measures.ts';
import { logPriorNear } from './table.ts';

/** Ten times the odds: for rare events, ten times as many. */
const noticedRatio = 10;
/** 2.33 below the mean would be one case in a hundred, were the stable version's share known; as it is estimated, it takes more. */
const deviations = 3.5;

/**
 * Requests of the new version within which `noticedRatio` times the stable version's odds of this metric's events
 * cross the threshold at this weight, with probability 99 %. `null` while nothing is known about the weight or the
 * stable version.
 *
 * @param stable   the stable version's events so far
 * @param weight   the new version's share of the requests, 0 to 1
 * @param logWanted   log evidence that rolls back, of this metric alone
 */
export function requestsToNotice(measure: Measure, stable: Count, weight: number | null, logWanted: number): number | null {
  if (weight === null || weight <= 0 || weight >= 1 || stable.of === 0) return null;
  // Half an event more than there were: a share of none is still not zero.
  const stableShare = (stable.events + 0.5) / (stable.of + 1);
  const canaryShare = (noticedRatio * stableShare) / (1 - stableShare + noticedRatio * stableShare);
  const share = weight * canaryShare + (1 - weight) * stableShare;
  const step = stepOfEvidence(weight, measure.toleranceRatio);
  const mean = ((1 - share) * step.mean) / measure.kappa;
  // Events that depend on each other vary κ times as much; evidence is divided by κ.
  const variance = ((1 - share) * step.meanSquare) / measure.kappa;
  const wanted = logWanted - Math.log(startShare) - logPriorNear(measure, noticedRatio);
  const root = (deviations * Math.sqrt(variance) + Math.sqrt(deviations ** 2 * variance + 4 * mean * wanted)) / (2 * mean);
  return Math.ceil((root ** 2 / share) * weight);
}

/** What one event adds, by the bet on the true odds ratio. */
function stepOfEvidence(weight: number, toleranceRatio: number): { readonly mean: number; readonly meanSquare: number } {
  const [bet, tolerated] = [shareOfEvents(weight, noticedRatio), shareOfEvents(weight, toleranceRatio)];
  const [ofCanary, ofStable] = [Math.log(bet / tolerated), Math.log((1 - bet) / (1 - tolerated))];
  return { mean: bet * ofCanary + (1 - bet) * ofStable, meanSquare: bet * ofCanary ** 2 + (1 - bet) * ofStable ** 2 };
}

const shareOfEvents = (weight: number, ratio: number): number => (weight * ratio) / (1 - weight + weight * ratio);
