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
import { startShare } from './late-start.ts';
import { clamped, grain, grainsMax, grainsOf, logAddExp } from './log-space.ts';

/** What is fixed before the first poll. */
export interface TablePlan {
  /** ψ0 ≥ 1: an odds ratio up to this is no regression. */
  readonly toleranceRatio: number;
  /** δ > 1, or `null` where promotion does not ask this table. */
  readonly marginRatio: number | null;
  /** κ ≥ 1. */
  readonly kappa: number;
}

/** JSON; natural logarithms in grains (`log-space.ts`). */
export interface Table {
  /** log of the wealth on each alternative: what was staked at the start and later, times Π E_k(ψ; ψ0) since then. */
  readonly wealth: readonly number[];
  /** Σ log E_k(ψ; ψ0) since the table began, at the odds ratios that the interval is read from. */
  readonly likelihood: readonly number[];
  /** Σ log E_k(ψ; δ) since the present weight, at the odds ratios that are better than the margin. */
  readonly promotions: readonly number[];
}

export function newTable(plan: TablePlan): Table {
  const grid = gridFor(plan);
  const start = grainsOf(Math.log(startShare));
  return {
    wealth: Array.from(grid.alternatives, () => start),
    likelihood: Array.from(grid.shown, () => 0),
    promotions: Array.from(grid.better, () => 0),
  };
}

/** Stakes more on a regression that begins now (`late-start.ts`). Before the poll is read, or it were a bet on what is known. */
export function withLateStake<T extends Table>(table: T, stake: number): T {
  if (stake <= 0) return table;
  const logStake = Math.log(stake);
  return { ...table, wealth: table.wealth.map((grains) => grainsOf(logAddExp(grains * grain, logStake))) };
}

/** Promotion has to be shown again at a new weight; what speaks against the version stays. */
export const withNewWeight = (table: Table): Table => ({ ...table, promotions: table.promotions.map(() => 0) });

/** Scratch of the hot loop; as long as the longest grid. */
const tilted = new Float64Array(64);

/** A poll without one of the versions, without events, or with nothing but events says nothing. */
export function withPoll(plan: TablePlan, table: Table, canary: Count, stable: Count): Table {
  const events = canary.events + stable.events;
  if (canary.of <= 0 || stable.of <= 0 || events <= 0 || events >= canary.of + stable.of) return table;
  const grid = gridFor(plan);
  const { thetas, alternatives, shown, better, margin } = grid;
  logTilts(canary.of, stable.of, events, grid, tilted);
  const scale = 1 / (plan.kappa * grain);
  for (let g = 0; g < thetas.length; g++) tilted[g] = (canary.events * at(thetas, g) - at(tilted, g)) * scale;

  return {
    wealth: added(table.wealth, alternatives, grid.null, grainsMax),
    likelihood: added(table.likelihood, shown, grid.null, Infinity),
    promotions: margin < 0 ? table.promotions : added(table.promotions, better, margin, grainsMax),
  };
}

/** Adds this poll's log E against the odds ratio at `against`, rounded down. Likelihoods have no upper bound: they are compared with the largest. */
function added(grains: readonly number[], indices: Int32Array, against: number, most: number): readonly number[] {
  const base = at(tilted, against);
  const sum = grains.slice();
  for (let k = 0; k < sum.length; k++) sum[k] = clamped(of(sum, k) + Math.floor(at(tilted, at(indices, k)) - base), most);
  return sum;
}

/** log W against "the odds ratio was at most ψ0 in every poll"; `logReserve` of what was not staked yet. */
export const logEvidence = (plan: TablePlan, table: Table, logReserve: number): number =>
  logAddExp(logMixture(table.wealth, gridFor(plan).logPrior), logReserve);

/** log W against "the odds ratio was at least δ in every poll of this weight"; 0 where there is no margin. */
export const logBetterThanMargin = (plan: TablePlan, table: Table): number =>
  plan.marginRatio === null ? 0 : logMixture(table.promotions, gridFor(plan).logBetterPrior);

/** The part of the bet on promotion that grows fastest when both versions are alike: what a forecast starts from. */
export const logEqualToStable = (plan: TablePlan, table: Table): number =>
  plan.marginRatio === null ? 0 : of(table.promotions, 0) * grain + at(gridFor(plan).logBetterPrior, 0);

/** Logarithm of the wealth that is bet on the odds ratio next to this one: what a forecast of detection starts from. */
export function logPriorNear(plan: TablePlan, ratio: number): number {
  const { thetas, alternatives, logPrior } = gridFor(plan);
  const theta = Math.log(ratio);
  let nearest = 0;
  for (let k = 1; k < alternatives.length; k++) {
    const distance = Math.abs(at(thetas, at(alternatives, k)) - theta);
    if (distance < Math.abs(at(thetas, at(alternatives, nearest)) - theta)) nearest = k;
  }
  return at(logPrior, nearest);
}

/**
 * Confidence sequence for the odds ratio: it contains the true one at every look at once, with probability
 * 1 − α. By inversion on the grid: ψ is out when the mixture of what lies beyond it exceeds 2/α.
 * `polls`: how often the table was rounded at most, which may have moved two points apart.
 */
export function oddsRatioInterval(plan: TablePlan, table: Table, polls: number, alpha = 0.05): Interval {
  const { likelihood } = table;
  const { thetas, shown, widths } = gridFor(plan);
  let largest = 0;
  for (const grains of likelihood) largest = Math.max(largest, grains);
  const relative = likelihood.map((grains) => Math.exp((grains - largest) * grain));
  const threshold = (2 / alpha) * Math.exp(polls * grain);
  const last = shown.length - 1;
  const low = firstKept(relative, widths, threshold, 0, 1);
  const high = firstKept(relative, widths, threshold, last, -1);
  return {
    low: low === 0 ? 0 : Math.exp(at(thetas, at(shown, low - 1))),
    high: high === last ? null : Math.exp(at(thetas, at(shown, high + 1))),
  };
}

/**
 * Going from one end of the grid, the first point that is not rejected in favour of what lies behind it: of the
 * mixture, uniform in log ψ, over all points from the other end up to it. The most likely point never is.
 */
function firstKept(relative: readonly number[], widths: Float64Array, threshold: number, start: number, step: 1 | -1): number {
  const end = relative.length - 1 - start;
  let sum = 0;
  let width = 0;
  let kept = end;
  for (let k = end; k !== start; k -= step) {
    sum += at(widths, k) * of(relative, k);
    width += at(widths, k);
    if (sum < threshold * width * of(relative, k - step)) kept = k - step;
  }
  return kept;
}

/** Fewer events than this, and the normal approximation below is not to be trusted. */
export const deadlineEventsMin = 20;

/**
 * For one look at the deadline: the signed root of the conditional likelihood ratio, in standard deviations
 * (to first order the score test of Cochran, Mantel and Haenszel). Asymptotic: 0 with fewer than 20 events.
 */
export function deadlineDeviations(plan: TablePlan, table: Table, events: number): number {
  if (events < deadlineEventsMin) return 0;
  const grid = gridFor(plan);
  // Only odds ratios above the tolerance speak against the version; equality is below it, and its likelihood is highest.
  const best = table.likelihood.reduce((largest, grains, k) => (at(grid.shown, k) > grid.null ? Math.max(largest, grains) : largest), 0);
  return Math.sqrt(2 * grain * best);
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
function logMixture(grains: readonly number[], prior: Float64Array): number {
  let largest = -Infinity;
  for (let k = 0; k < grains.length; k++) largest = Math.max(largest, of(grains, k) * grain + at(prior, k));
  let sum = 0;
  for (let k = 0; k < grains.length; k++) sum += Math.exp(of(grains, k) * grain + at(prior, k) - largest);
  return largest + Math.log(sum);
}
