/**
 * What the judge holds a version to where the catalog says nothing, each value with its reason, and what an
 * order lacks that was made before a value could be said: releases under way then end by these.
 */
import type { Objectives } from './catalog.ts';

export const defaultObjectives: Objectives = {
  errors: {
    /** Real pods differ: of good versions with as much noise of their own, a strict judge rolls back one in twenty. */
    toleranceRatio: 1.1,
    /** Half as many failures again is what an engineer on call would notice. */
    marginRatio: 1.5,
    /** A tenth of a point: at very low error rates a ratio alone forgives nothing. */
    marginPoints: 0.1,
    limitPercent: 1,
  },
  latency: {
    guardedBucketsMs: 'auto',
    /** One in twenty slower is a cold cache, not a regression. */
    toleranceFactor: 1.05,
    marginFactor: 1.25,
    /** One request in twenty may take longer than half a second: what most callers of a scorer wait for. */
    limitPercent: 5,
    limitMs: 500,
  },
  quality: [],
  weights: { errors: 0.5, latency: 0.5, quality: 0 },
  risk: {
    /** One good release in a hundred is rolled back by chance at most … */
    rollback: 0.01,
    /** … and one in twenty that is beyond a margin is promoted at most. */
    promote: 0.05,
  },
  dispersion: 'auto',
  /** Below a few hundred requests one failure is a percentage. */
  minimumRequests: 200,
};

/** What a quality metric is held to; its ratios are those of errors, for the same reasons. */
export const defaultQualityRatios = {
  toleranceRatio: defaultObjectives.errors.toleranceRatio,
  marginRatio: defaultObjectives.errors.marginRatio,
} as const;

/** Whatever is judged has the same say. */
export const defaultWeights = (hasQuality: boolean): Objectives['weights'] =>
  hasQuality ? { errors: 1 / 3, latency: 1 / 3, quality: 1 / 3 } : defaultObjectives.weights;

/** As an order has them that was made when there were margins and limits only. */
export interface EarlierObjectives {
  readonly errors: Pick<Objectives['errors'], 'marginRatio' | 'marginPoints' | 'limitPercent'>;
  /** Its margin was a ratio of shares, which says nothing about how much slower is too slow. */
  readonly latency: { readonly guardedBucketsMs: readonly number[]; readonly marginRatio: number; readonly limitPercent: number };
  readonly minimumRequests: number;
}

export function completeObjectives(objectives: Objectives | EarlierObjectives): Objectives {
  if ('weights' in objectives) return objectives;
  const { errors, latency, minimumRequests } = objectives;
  const { toleranceRatio } = defaultObjectives.errors;
  return {
    ...defaultObjectives,
    errors: {
      ...defaultObjectives.errors,
      ...errors,
      // A margin within the tolerance could never be shown: such a release would wait until its deadline.
      marginRatio: errors.marginRatio > toleranceRatio ? errors.marginRatio : defaultObjectives.errors.marginRatio,
    },
    latency: {
      ...defaultObjectives.latency,
      guardedBucketsMs: latency.guardedBucketsMs,
      limitPercent: latency.limitPercent,
      // Without an old version only the last guarded edge had a limit.
      limitMs: latency.guardedBucketsMs.at(-1) ?? defaultObjectives.latency.limitMs,
    },
    minimumRequests,
  };
}
