/**
 * Latency as events: "slower than this bucket edge", one table an edge. No quantile is ever interpolated, and a
 * tail is tested with the tail's variance. Which edges are looked at, and how much slower is allowed there, is
 * decided from the stable version's history before the first poll: choosing after a look would void the rest.
 */
import type { Objectives } from '../catalog.ts';
import type { ArmIncrement, Count } from './counters.ts';
import type { Calibration } from './judge.ts';

/** `latency 250ms`, `latency 2.5ms`: milliseconds, at most three decimals. */
export const latencyName = (edgeSeconds: number): string => `latency ${Number((edgeSeconds * 1000).toFixed(3))}ms`;

/**
 * A failed request counts as slower than every edge, or failing fast would look like speed. One that is slow
 * as well counts twice, up to all requests: buckets do not say how their requests ended.
 */
export function slowerThan({ atMost, errors }: ArmIncrement, edge: number): Count {
  const of = atMost[atMost.length - 1] ?? 0;
  return { events: Math.min(of, of - (atMost[edge] ?? 0) + errors), of };
}

/** What is fixed for one edge. */
export interface LatencyEdge {
  readonly edgeSeconds: number;
  readonly guarded: boolean;
  readonly toleranceRatio: number;
  readonly marginRatio: number;
  /** So much more of the requests may be slower, where the ratio would never be shown; `null` elsewhere. */
  readonly slackShare: number | null;
}

/** Shares of slower requests at which an edge tells versions apart; outside, nearly all requests are on one side. */
const informative = { above: 1e-4, below: 0.98 };
/** Shares that have enough events on both sides to show a ratio within an ordinary rollout. */
const guardable = { from: 0.005, to: 0.6 };
/** Faster and slower halves of a tail differ by less than this in practice; a larger tolerance would hide regressions. */
const toleranceRatioMax = 1.5;
/** A margin keeps this distance to the tolerance, so that there is something between them to show. */
const marginOverTolerance = 1.1;
const marginRatioMax = 10;
/** Where ratios cannot be shown, one request in a hundred more may be slower: what a cold cache costs. */
const slackShare = 0.01;
/**
 * Without history: with a log-logistic latency of shape β, "f times slower" is the odds ratio f^β at every edge. Two
 * for the tolerance makes 5 % an odds ratio of 1.1; three for the margin makes 25 % one of 1.95.
 */
const shapeOfTolerance = 2;
const shapeOfMargin = 3;

/**
 * The edges to look at, ascending: what promotion asks for, and others evenly chosen up to `tablesMax`.
 * Edges that no history tells apart are all looked at, since nothing is known against them.
 */
export function latencyEdges(
  { latency, errors }: Pick<Objectives, 'latency' | 'errors'>,
  calibration: Calibration,
  edgesSeconds: readonly number[],
  tablesMax: number,
): readonly LatencyEdge[] {
  const history = edgesSeconds.map((edge) => calibration.metrics[latencyName(edge)]?.stableShare ?? null);
  const known = history.some((share) => share !== null);
  // Failures count as slow at every edge; which edges tell speed apart is about the others.
  const failing = calibration.metrics['errors']?.stableShare ?? 0;
  const slow = history.map((share) => Math.max(0, (share ?? 0) - failing));
  const share = (index: number) => slow[index] ?? 0;
  const indices = edgesSeconds.map((_, index) => index);

  const isInformative = (index: number) => !known || (share(index) > informative.above && share(index) < informative.below);
  const isGuardable = (index: number) => !known || (share(index) >= guardable.from && share(index) <= guardable.to);
  const wanted =
    latency.guardedBucketsMs === 'auto'
      ? evenly(indices.filter(isGuardable), tablesMax)
      : [...new Set(latency.guardedBucketsMs.map((ms) => edgeFor(ms / 1000, edgesSeconds)))].slice(0, tablesMax);
  const guarded = new Set(wanted);
  const others = evenly(
    indices.filter((index) => isInformative(index) && !guarded.has(index)),
    tablesMax - guarded.size,
  );
  /** Odds ratio at an edge of a version so many times slower that also fails `failingRatio` times as often. */
  const ratioAt = (index: number, factor: number, failingRatio: number, shape: number) => {
    if (!known) return factor ** shape;
    const slower = slowerShare(edgesSeconds, slow, index, factor);
    return Math.exp(logOdds(slower + failing * failingRatio) - logOdds(share(index) + failing));
  };
  return [...guarded, ...others]
    .toSorted((a, b) => a - b)
    .map((index) => {
      // Both tolerances at once: what errors are forgiven must not be held against latency. A margin is about speed alone.
      const tolerated = ratioAt(index, latency.toleranceFactor, errors.toleranceRatio, shapeOfTolerance);
      const toleranceRatio = Math.min(toleranceRatioMax, Math.max(1, tolerated));
      const margin = Math.max(toleranceRatio * marginOverTolerance, ratioAt(index, latency.marginFactor, 1, shapeOfMargin));
      return {
        edgeSeconds: edgesSeconds[index] ?? 0,
        guarded: guarded.has(index),
        toleranceRatio,
        marginRatio: Math.min(marginRatioMax, margin),
        slackShare: known && isGuardable(index) ? null : slackShare,
      };
    });
}

/** The nearest bucket edge that is not below; else the last one, which is stricter than what was asked for. */
export function edgeFor(seconds: number, edgesSeconds: readonly number[]): number {
  // A millionth of a second: edges are decimal text and do not divide by 1000 exactly.
  const index = edgesSeconds.findIndex((edge) => edge >= seconds - 1e-6);
  return index === -1 ? edgesSeconds.length - 1 : index;
}

/** `count` of the values, the first and the last among them, evenly spread by position. */
export function evenly<T>(values: readonly T[], count: number): readonly T[] {
  if (count <= 0) return [];
  if (values.length <= count) return values;
  const spread = (index: number) => Math.round((index * (values.length - 1)) / Math.max(1, count - 1));
  return values.filter((_, position) => Array.from({ length: count }, (_unused, index) => spread(index)).includes(position));
}

/**
 * Share of requests slower than an edge when every one takes `factor` times as long: S(edge / factor), S being the
 * stable version's share of slower requests. Between edges, log odds are linear in log seconds.
 */
function slowerShare(edgesSeconds: readonly number[], shares: readonly number[], index: number, factor: number): number {
  const logOddsAt = (position: number) => logOdds(shares[position] ?? 0);
  const logEdge = (position: number) => Math.log(edgesSeconds[position] ?? 0);
  const wanted = logEdge(index) - Math.log(factor);
  // The segment that holds the faster point; the first edge has none below it, so the one above it goes on.
  const below = edgesSeconds.findLastIndex((edge, position) => position < index && Math.log(edge) <= wanted);
  const from = Math.max(0, below);
  const to = Math.min(from + 1, edgesSeconds.length - 1);
  if (from === to) return shareOfLogOdds(logOddsAt(index) + shapeOfMargin * Math.log(factor));
  const slope = (logOddsAt(to) - logOddsAt(from)) / (logEdge(to) - logEdge(from));
  return shareOfLogOdds(logOddsAt(from) + slope * (wanted - logEdge(from)));
}

/** A share of 0 or 1 was seen in finitely many requests; a millionth is as far as history can tell. */
const shareResolution = 1e-6;
const logOdds = (share: number): number => {
  const p = Math.min(1 - shareResolution, Math.max(shareResolution, share));
  return Math.log(p) - Math.log1p(-p);
};
const shareOfLogOdds = (odds: number): number => 1 / (1 + Math.exp(-odds));
