/**
 * One stream of 2×2 tables, one a poll: events and requests of the new version and of the stable one.
 *
 * Given a poll's totals the base rate drops out (`hypergeometric.ts`), and
 *
 *     E_k(ψ; ψ0) = (ψ/ψ0)^yC · Z(ψ0)/Z(ψ)
 *
 * has mean at most 1 for every true odds ratio ≤ ψ0 when ψ > ψ0: log Z is convex in log ψ. So the null is "the
 * new version is nowhere worse than ψ0", while the base rate, the weight and even the odds ratio may move from
 * poll to poll. Products of it, mixed over ψ and over the minute at which a regression may begin, are e-processes
 * W with P(W ever ≥ 1/α) ≤ α (Ville): valid at every look. Mirrored, for ψ < δ, they show "better than margin δ".
 *
 * Dependent requests: log E is divided by κ ≥ 1 (`dispersion.ts`). Events that come in clusters of at most κ
 * keep the guarantee; in general it holds to second order.
 *
 * Sources: ter Schure, Pérez-Ortiz, Ly, Grünwald 2024 (arXiv 2011.06931), for tables that come one after the
 * other; Howard and others for mixtures. Never restart a table after having seen it: that doubles α.
 */
import type { Count, Interval } from './counters.ts';
import { type Grid, gridOf } from './grid.ts';
import { logTilts } from './hypergeometric.ts';
import { logAddExp, roundedDown } from './log-space.ts';

/** What is fixed before the first poll. */
export interface TablePlan {
  /** ψ0 ≥ 1: an odds ratio up to this is no regression. */
  readonly toleranceRatio: number;
  /** δ > 1, or `null` where promotion does not ask this table. */
  readonly marginRatio: number | null;
  /** κ ≥ 1. */
  readonly kappa: number;
  /** How many late starts the comparison may see: one for each minute that it is planned to last. */
  readonly slots: number;
}

/** JSON; logarithms are natural and rounded down. */
export interface Table {
  /** log of the wealth on each alternative, late stakes included. */
  readonly wealth: readonly number[];
  /** Wealth that is not bet yet. */
  readonly reserve: number;
  /** Σ log E_k(ψ; ψ0) at every odds ratio of the grid, since the table began. */
  readonly likelihood: readonly number[];
  /** Σ log E_k(ψ; δ) at every odds ratio better than the margin, since the present weight. */
  readonly promotion: readonly number[];
  /** Polls that said anything. */
  readonly polls: number;
}

/** Three quarters are bet at once: a regression from the start costs 0.29 nats more, a late one is found in half the time. */
const startShare = 0.75;

export function newTable(plan: TablePlan): Table {
  const grid = gridFor(plan);
  const start = roundedDown(Math.log(startShare));
  return {
    wealth: Array.from(grid.alternatives, () => start),
    reserve: 1 - startShare,
    likelihood: Array.from(grid.thetas, () => 0),
    promotion: Array.from(grid.better, () => 0),
    polls: 0,
  };
}

/** Bets `slots` late stakes on a regression that begins now. Call it before the poll is read. */
export function withLateStake(plan: TablePlan, table: Table, slots: number): Table {
  const stake = Math.min(table.reserve, ((1 - startShare) / plan.slots) * slots);
  if (stake <= 0) return table;
  const logStake = Math.log(stake);
  return {
    ...table,
    reserve: table.reserve - stake,
    wealth: table.wealth.map((log) => roundedDown(logAddExp(log, logStake))),
  };
}

/** Promotion has to be shown again at a new weight; what speaks against the version stays. */
export const withNewWeight = (table: Table): Table => ({ ...table, promotion: table.promotion.map(() => 0) });

/** Scratch of the hot loop; as long as the longest grid. */
const tilted = new Float64Array(64);

/** A poll without one of the versions, without events, or with nothing but events says nothing. */
export function withPoll(plan: TablePlan, table: Table, canary: Count, stable: Count): Table {
  const events = canary.events + stable.events;
  if (canary.of <= 0 || stable.of <= 0 || events <= 0 || events >= canary.of + stable.of) return table;
  const grid = gridFor(plan);
  const { thetas, alternatives, better, margin } = grid;
  logTilts(canary.of, stable.of, events, grid, tilted);
  const scale = 1 / plan.kappa;
  for (let g = 0; g < thetas.length; g++) tilted[g] = (canary.events * at(thetas, g) - at(tilted, g)) * scale;

  const atNull = at(tilted, grid.null);
  const likelihood = table.likelihood.slice();
  for (let g = 0; g < likelihood.length; g++) likelihood[g] = roundedDown(of(likelihood, g) + at(tilted, g) - atNull);
  const wealth = table.wealth.slice();
  for (let k = 0; k < wealth.length; k++) wealth[k] = roundedDown(of(wealth, k) + at(tilted, at(alternatives, k)) - atNull);
  const promotion = table.promotion.slice();
  if (margin >= 0) {
    const atMargin = at(tilted, margin);
    for (let k = 0; k < promotion.length; k++) promotion[k] = roundedDown(of(promotion, k) + at(tilted, at(better, k)) - atMargin);
  }
  return { wealth, reserve: table.reserve, likelihood, promotion, polls: table.polls + 1 };
}

/** log W against "the odds ratio was at most ψ0 in every poll". */
export const logEvidence = (plan: TablePlan, table: Table): number =>
  logAddExp(logMixture(table.wealth, gridFor(plan).logPrior), Math.log(table.reserve));

/** log W against "the odds ratio was at least δ in every poll of this weight"; 0 where there is no margin. */
export const logBetterThanMargin = (plan: TablePlan, table: Table): number =>
  plan.marginRatio === null ? 0 : logMixture(table.promotion, gridFor(plan).logBetterPrior);

/** The part of the bet on promotion that grows fastest when both versions are alike: what a forecast starts from. */
export const logEqualToStable = (plan: TablePlan, table: Table): number =>
  plan.marginRatio === null ? 0 : of(table.promotion, 0) + at(gridFor(plan).logBetterPrior, 0);

/**
 * Confidence sequence for the odds ratio: it contains the true one at every look at once, with probability
 * 1 − α. By inversion on the grid: ψ is out when the mixture of what lies beyond it exceeds 2/α.
 */
export function oddsRatioInterval(plan: TablePlan, table: Table, alpha = 0.05): Interval {
  const { thetas } = gridFor(plan);
  // What rounding down may have moved two points apart.
  const largest = Math.max(...table.likelihood.map(Math.abs));
  const rounding = table.polls * Math.max(1e-6, 2e-8 * largest);
  const threshold = Math.log(2 / alpha) + rounding;
  const points = Array.from(thetas, (theta, g) => ({ theta, log: of(table.likelihood, g) }));
  const low = lastBeyond(points, threshold);
  const high = lastBeyond(points.toReversed(), threshold);
  return { low: low === null ? 0 : Math.exp(low), high: high === null ? null : Math.exp(high) };
}

interface Point {
  readonly theta: number;
  readonly log: number;
}

/** The last point, from the front, up to which every one is rejected in favour of those behind it. */
function lastBeyond(points: readonly Point[], threshold: number): number | null {
  // Sums from the back: mixture over everything behind a point, uniform in log ψ.
  const width = (index: number) => {
    const [before, here, after] = [points[index - 1], points[index], points[index + 1]];
    if (here === undefined) return 0;
    return Math.abs((after ?? here).theta - (before ?? here).theta) / (after === undefined || before === undefined ? 1 : 2);
  };
  const logSums: number[] = [];
  let logSum = -Infinity;
  let total = 0;
  for (let index = points.length - 1; index > 0; index--) {
    logSum = logAddExp(logSum, Math.log(width(index)) + (points[index]?.log ?? 0));
    total += width(index);
    logSums[index - 1] = logSum - Math.log(total);
  }
  let last: number | null = null;
  for (const [index, { theta, log }] of points.entries()) {
    const logMixed = logSums[index];
    if (logMixed === undefined || logMixed - log < threshold) break;
    last = theta;
  }
  return last;
}

/** Fewer events than this, and the normal approximation below is not to be trusted. */
const deadlineEventsMin = 20;

/**
 * For one look at the deadline: the signed root of the conditional likelihood ratio, in standard deviations
 * (to first order the score test of Cochran, Mantel and Haenszel). Asymptotic: 0 with fewer than 20 events.
 */
export function deadlineDeviations(plan: TablePlan, table: Table, events: number): number {
  if (events < deadlineEventsMin) return 0;
  const best = gridFor(plan).alternatives.reduce((largest, g) => Math.max(largest, of(table.likelihood, g)), 0);
  return Math.sqrt(2 * best);
}

/* ------------------------------------------------------------------------ */

/** Grids by plan: a plan is frozen and passes from state to state, so that this is computed once a watch. */
const grids = new WeakMap<TablePlan, Grid>();

function gridFor(plan: TablePlan): Grid {
  const known = grids.get(plan);
  if (known !== undefined) return known;
  const grid = gridOf(plan.toleranceRatio, plan.marginRatio);
  grids.set(plan, grid);
  return grid;
}

const at = (values: Float64Array | Int32Array, index: number): number => values[index] as number;
const of = (values: readonly number[], index: number): number => values[index] as number;

/** log Σ exp(prior + log). Two passes without an array between them. */
function logMixture(logs: readonly number[], prior: Float64Array): number {
  let largest = -Infinity;
  for (let k = 0; k < logs.length; k++) largest = Math.max(largest, of(logs, k) + at(prior, k));
  let sum = 0;
  for (let k = 0; k < logs.length; k++) sum += Math.exp(of(logs, k) + at(prior, k) - largest);
  return largest + Math.log(sum);
}
