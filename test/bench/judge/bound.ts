/**
 * How few requests any test can do with on average, if its risk of a false alarm is α at all looks together:
 *
 *     E[requests] ≥ log(1/α) / I,  I = w·KL(C ‖ M) + (1 − w)·KL(S ‖ M),  M = w·C + (1 − w)·S
 *
 * where C and S are what a request of each version shows, and w is the new version's share (Wald 1947; Lorden
 * 1971; for "no difference, whatever it was" the reverse information projection M). It knows both laws and looks
 * after each request, so no judge that has to find out reaches it.
 */
import { defaultEdgesSeconds, type Slowdown, shareSlower, unchanged } from './latency.ts';

/** Probabilities of what one request can show; they sum to 1. */
type Law = readonly number[];

export function requestsAtLeast(alpha: number, canaryShare: number, canary: Law, stable: Law): number {
  const mixed = canary.map((p, index) => canaryShare * p + (1 - canaryShare) * (stable[index] ?? 0));
  const information = canaryShare * divergence(canary, mixed) + (1 - canaryShare) * divergence(stable, mixed);
  // Two equal laws leave nothing but rounding.
  return information > 1e-15 ? -Math.log(alpha) / information : Number.POSITIVE_INFINITY;
}

const divergence = (p: Law, q: Law): number =>
  p.reduce((sum, value, index) => (value > 0 ? sum + value * Math.log(value / (q[index] ?? 0)) : sum), 0);

export const errorLaw = (share: number): Law => [share, 1 - share];

/** The bucket that a request falls into. */
export function latencyLaw(slowdown: Slowdown = unchanged): Law {
  const slower = [1, ...defaultEdgesSeconds.map((edge) => shareSlower(edge, slowdown)), 0];
  return slower.slice(1).map((share, index) => Math.max(0, (slower[index] ?? 0) - share));
}
