/**
 * The odds ratios that are bet on, and how much on each: fixed before any data, on a logarithmic scale.
 *
 * - Against the new version: uniform in log ψ on (ψ0, 32 ψ0], 16 points. Free of scale; it needs 8 to 27 % more
 *   requests than knowing the odds ratio.
 * - For "no worse than the margin": half on equality, half uniform in log ψ on [1/2, margin).
 * - For the interval: fewer of these beyond twice the null, and a few down to 1/4.
 */

import { type Tilts, tiltsOf } from './hypergeometric.ts';
import { logSumExp } from './log-space.ts';

export interface Grid extends Tilts {
  readonly null: number;
  /** Indices of the alternatives; ascending, the last one is the grid's last. */
  readonly alternatives: Int32Array;
  /** Logarithms of the prior on the alternatives. */
  readonly logPrior: Float64Array;
  /** −1 without a margin. */
  readonly margin: number;
  /** Odds ratios better than the margin, equality first. */
  readonly better: Int32Array;
  readonly logBetterPrior: Float64Array;
  /** What the interval and the look at the deadline are read from; ascending. */
  readonly shown: Int32Array;
  /** How wide each of those points' cells is, as a share of all. */
  readonly widths: Float64Array;
}

/**
 * Steps of 2^(1/8) as far as twice the null, where most regressions are; of 2^(1/2) beyond, up to 32 times. When
 * evidence is enough, log ψ is known to a third of itself: half a step is within that everywhere.
 */
const fineSteps = Array.from({ length: 8 }, (_, step) => ((step + 1) * Math.LN2) / 8);
const coarseSteps = Array.from({ length: 8 }, (_, step) => Math.LN2 * (1.5 + step / 2));
/** Distances in log ψ from the null to each alternative; limits of one version use the same. */
export const alternativeSteps = [...fineSteps, ...coarseSteps];
/** Below equality only promotion and the interval look: 2^(−1/4), 2^(−1/2), 1/2, 1/4. */
const lowerThetas = [-2, -1, -0.5, -0.25].map((power) => power * Math.LN2);
/** Beyond twice the null an interval is wide anyway: fewer points, so that a state stays small. */
const shownCoarsely = [1.5, 2, 3, 5].map((power) => power * Math.LN2);
/** Promotion bets on nothing better than half the events: a version that is so much better shows itself anyway. */
const bestTheta = -Math.LN2;
/** Two grid points closer than this are one. */
const sameTheta = 1e-9;

export function gridOf(toleranceRatio: number, marginRatio: number | null): Grid {
  const theta0 = Math.log(toleranceRatio);
  const marginThetas = marginRatio === null ? [] : [Math.log(marginRatio)];
  const thetas = [...lowerThetas, 0, theta0, ...alternativeSteps.map((step) => theta0 + step), ...marginThetas]
    .toSorted((a, b) => a - b)
    .filter((theta, index, all) => index === 0 || theta - (all[index - 1] ?? 0) > sameTheta);
  const indexOf = (wanted: number) => thetas.findIndex((theta) => Math.abs(theta - wanted) <= sameTheta);
  const indices = (holds: (theta: number) => boolean) => thetas.flatMap((theta, index) => (holds(theta) ? [index] : []));

  const shownThetas = [...lowerThetas, 0, theta0, ...[...fineSteps, ...shownCoarsely].map((step) => theta0 + step)];

  const shown = [...new Set(shownThetas.map(indexOf))].toSorted((a, b) => a - b);
  const nullIndex = indexOf(theta0);
  const alternatives = indices((theta) => theta > theta0 + sameTheta);
  const marginTheta = marginThetas[0];
  const equality = indexOf(0);
  const others =
    marginTheta === undefined
      ? []
      : indices((theta) => theta >= bestTheta - sameTheta && theta < marginTheta - sameTheta && Math.abs(theta) > sameTheta);
  return {
    ...tiltsOf(thetas),
    null: nullIndex,
    alternatives: Int32Array.from(alternatives),
    logPrior: Float64Array.from(logUniform(alternatives.map((index) => thetas[index] ?? 0))),
    shown: Int32Array.from(shown),
    widths: Float64Array.from(logUniform(shown.map((index) => thetas[index] ?? 0)), Math.exp),
    margin: marginTheta === undefined ? -1 : indexOf(marginTheta),
    better: Int32Array.from(marginTheta === undefined ? [] : [equality, ...others]),
    logBetterPrior: Float64Array.from(
      marginTheta === undefined ? [] : [-Math.LN2, ...logUniform(others.map((index) => thetas[index] ?? 0)).map((log) => log - Math.LN2)],
    ),
  };
}

/** Logarithms of weights that sum to 1, each as wide as the point's cell: uniform whatever the points are. */
export function logUniform(thetas: readonly number[]): readonly number[] {
  if (thetas.length <= 1) return thetas.map(() => 0);
  const at = (index: number) => thetas[index] ?? 0;
  const last = thetas.length - 1;
  const widths = thetas.map((theta, index) => {
    if (index === 0) return Math.log(at(1) - theta);
    if (index === last) return Math.log(theta - at(last - 1));
    return Math.log((at(index + 1) - at(index - 1)) / 2);
  });
  const total = logSumExp(widths);
  return widths.map((width) => width - total);
}
