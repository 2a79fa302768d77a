/**
 * Promotion where events are too rare for a ratio: the new version's share is less than ε above the stable one's.
 *
 * Null: p_C ≥ p_B + ε in every poll. With p the pooled share of the polls before, and (t, u = t + ε) the point of
 * the null line nearest to (p, p) in Kullback-Leibler divergence, weighted by the poll's requests,
 *
 *     E_k = (p/u)^yC ((1−p)/(1−u))^(nC−yC) · (p/t)^yB ((1−p)/(1−t))^(nB−yB)
 *
 * has mean at most 1 under every (p_B, p_C) of the null, poll by poll: its factors are linear in each request, so
 * the arithmetic mean bounds the product, and the nearest point of a convex null makes that mean at most 1
 * (Turner, Ly, Grünwald 2024, arXiv 2106.02693, for blocks of unequal size). The κ-th root keeps that.
 */
import type { Count } from './counters.ts';
import { roundedDown } from './log-space.ts';

/** JSON. */
export interface AbsoluteMargin {
  /** Σ log E_k since the present weight. */
  readonly log: number;
  /** Pooled events and requests of the polls before, older ones fading: the guess p, which no poll's own data may enter. */
  readonly events: number;
  readonly of: number;
}

/** What a first guess weighs, in requests: little beside one poll of a busy service, enough for a quiet one. */
const guessRequests = 200;
/** Half is forgotten in 140 polls: a guess that follows the time of day. */
const fading = 0.995;
const guessMin = 1e-6;
const guessMax = 1 - 1e-6;
/** Half an event more than there were (Krichevsky and Trofimov): after a quiet hour one failure is no surprise without end. */
const unseenEvents = 0.5;

export const newAbsoluteMargin = (guessShare: number): AbsoluteMargin => ({
  log: 0,
  events: guessShare * guessRequests,
  of: guessRequests,
});

export const atNewWeight = (margin: AbsoluteMargin): AbsoluteMargin => ({ ...margin, log: 0 });

export function withAbsolutePoll(
  before: AbsoluteMargin,
  canary: Count,
  stable: Count,
  { margin, kappa }: { readonly margin: number; readonly kappa: number },
): AbsoluteMargin {
  if (canary.of <= 0 && stable.of <= 0) return before;
  const guess = guessOf(before);
  return {
    log: roundedDown(before.log + logFactor(canary, stable, guess, margin) / kappa),
    // A guess needs no more digits, and a state has many of them.
    events: tenths((before.events + canary.events + stable.events) * fading),
    of: tenths((before.of + canary.of + stable.of) * fading),
  };
}

const tenths = (value: number): number => Math.round(value * 10) / 10;

const guessOf = ({ events, of }: AbsoluteMargin): number =>
  Math.min(guessMax, Math.max(guessMin, (events + unseenEvents) / (of + 2 * unseenEvents)));

/** A margin of everything has no null. */
function logFactor(canary: Count, stable: Count, guess: number, margin: number): number {
  if (canary.of <= 0 || margin >= 1) return 0;
  const low = nearest(canary.of, stable.of, guess, margin);
  const high = low + margin;
  return (
    canary.events * Math.log(guess / high) +
    (canary.of - canary.events) * (Math.log1p(-guess) - Math.log1p(-high)) +
    stable.events * Math.log(guess / low) +
    (stable.of - stable.events) * (Math.log1p(-guess) - Math.log1p(-low))
  );
}

/** Expected log E a poll of these sizes, before κ, if both versions have the guessed share. */
export function expectedGrowth(canaryOf: number, stableOf: number, guess: number, margin: number): number {
  if (canaryOf <= 0 || margin >= 1) return 0;
  const low = nearest(canaryOf, stableOf, guess, margin);
  return canaryOf * divergence(guess, low + margin) + stableOf * divergence(guess, low);
}

/** Kullback-Leibler divergence between two shares. */
export const divergence = (p: number, q: number): number =>
  (p > 0 ? p * Math.log(p / q) : 0) + (p < 1 ? (1 - p) * (Math.log1p(-p) - Math.log1p(-q)) : 0);

/** Newton's steps double the digits; more than a dozen only where the bracket has to be halved first. */
const stepsMax = 60;
/** Relative to the bracket: what is left changes E_k by less than its rounding. */
const closeEnough = 1e-14;

/**
 * t of the null's nearest point: where the weighted divergence's derivative along the line is 0. It rises with t,
 * so that a bracket around the root holds; a step of Newton's that leaves it halves it instead.
 */
function nearest(canaryOf: number, stableOf: number, guess: number, margin: number): number {
  let low = Math.max(guess - margin, guess * 1e-9);
  // The line ends where u is 1: a guess close to that still has a nearest point on it.
  let high = Math.min(guess, 1 - margin);
  // With alike variances the excess is shared by weight: most often within a step or two of the root.
  let t = Math.min(high, Math.max(low, guess - (margin * canaryOf) / (canaryOf + stableOf)));
  const noise = guess * (1 - guess);
  for (let step = 0; step < stepsMax; step++) {
    const u = t + margin;
    const [varianceOfT, varianceOfU] = [t * (1 - t), u * (1 - u)];
    const slope = (stableOf * (t - guess)) / varianceOfT + (canaryOf * (u - guess)) / varianceOfU;
    if (slope > 0) high = t;
    else low = t;
    const curvature =
      (stableOf * ((t - guess) ** 2 + noise)) / (varianceOfT * varianceOfT) +
      (canaryOf * ((u - guess) ** 2 + noise)) / (varianceOfU * varianceOfU);
    const newton = t - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - t) <= closeEnough * t) return next;
    t = next;
  }
  return t;
}
