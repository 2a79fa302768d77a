/**
 * How many requests of the new version are still needed before promotion, if it is exactly as good as the stable
 * one: what is missing to the threshold, divided by what a request is expected to add. Expected, so about half
 * of the good versions need fewer and half need more.
 */
import { divergence, expectedGrowth } from './absolute.ts';
import type { Count } from './counters.ts';
import type { Measure } from './measures.ts';
import { logEqualToStable } from './table.ts';
import type { TrackedTable } from './tracked.ts';

/** Without any traffic nothing is known about its share; one in ten is what a first weight usually is. */
const usualWeight = 0.1;
/** A number that nobody waits for, and that JSON can hold. */
const longest = 1e12;

export function requestsToPromotion(
  measure: Measure,
  tracked: TrackedTable,
  total: { readonly canary: Count; readonly stable: Count },
  weight: number | null,
  logWanted: number,
): number {
  const { marginRatio, slackShare, kappa } = measure;
  if (tracked.shown || marginRatio === null) return 0;
  const w = weight ?? usualWeight;
  // Half an event more than there were: a share of none is still not zero.
  const share = (total.canary.events + total.stable.events + 0.5) / (total.canary.of + total.stable.of + 1);
  const both = slackShare === null || tracked.margin === null ? 0 : -Math.LN2;

  const byRatio = requestsTo(logWanted - both - logEqualToStable(measure, tracked), share * divergence(w, tilted(w, marginRatio)), kappa);
  const bySlack =
    slackShare === null || tracked.margin === null
      ? longest
      : requestsTo(logWanted - both - tracked.margin.log, expectedGrowth(w, 1 - w, Math.min(0.5, share), slackShare), kappa);
  return Math.ceil(Math.min(longest, Math.max(1, w * Math.min(byRatio, bySlack))));
}

/** The new version's share of the events when its odds are `ratio` times the stable one's. */
const tilted = (weight: number, ratio: number): number => (weight * ratio) / (1 - weight + weight * ratio);

const requestsTo = (logMissing: number, growth: number, kappa: number): number =>
  growth > 0 ? (Math.max(0, logMissing) * kappa) / growth : longest;
