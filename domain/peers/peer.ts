/**
 * Rules of other tools, so that the same traffic can be put before them and before our judge: in the
 * benchmark, in the fixtures from their public issues, and in `plimsoll backtest`.
 *
 * Each is written anew from the tool's documentation and behaviour, which its docstring names. Pure: recorded
 * counts in, one decision out. They decide nothing in a release.
 */

/** What one version did in one poll. `Increment` of `domain/judge/counters.ts` fits as it is. */
export interface PeerArm {
  readonly requests: number;
  readonly errors: number;
  /** Requests no slower than each edge; the last entry is +Inf. */
  readonly atMost: readonly number[];
}

export interface PeerPoll {
  /** Unix seconds; the counts are of the time since the poll before. */
  readonly instantSeconds: number;
  /** Upper edges of the latency buckets, ascending, without +Inf. */
  readonly edgesSeconds: readonly number[];
  /** `null`: no series of this version were there, which a query tells apart from a series of zeros. */
  readonly stable: PeerArm | null;
  readonly canary: PeerArm | null;
}

export interface PeerTraffic {
  /** When the canary began to get traffic: intervals are counted from here. */
  readonly startSeconds: number;
  /** Ascending. */
  readonly polls: readonly PeerPoll[];
}

export interface PeerDecision {
  /** `undecided`: the recording ended first. */
  readonly kind: 'rollback' | 'promote' | 'undecided';
  /** When, in Unix seconds; the end of the recording for `undecided`. */
  readonly atSeconds: number;
  readonly reason: string;
}

export interface PeerRule {
  readonly name: string;
  /** Where the rule is documented. */
  readonly source: string;
  decide(traffic: PeerTraffic): PeerDecision;
}

export const endOf = ({ startSeconds, polls }: PeerTraffic): number => polls.at(-1)?.instantSeconds ?? startSeconds;

export const undecided = (traffic: PeerTraffic): PeerDecision => ({
  kind: 'undecided',
  atSeconds: endOf(traffic),
  reason: 'the recording ended before the rule did',
});

/** Every `intervalSeconds` after the start, as long as there is a recording. */
export function ticksOf(traffic: PeerTraffic, intervalSeconds: number): readonly number[] {
  const count = Math.floor((endOf(traffic) - traffic.startSeconds) / intervalSeconds);
  return Array.from({ length: Math.max(0, count) }, (_, index) => traffic.startSeconds + (index + 1) * intervalSeconds);
}

/** What a version did in (from, to]; `null` when it had no series in all that time. */
export function windowOf(polls: readonly PeerPoll[], arm: 'stable' | 'canary', fromSeconds: number, toSeconds: number): Window | null {
  const inside = between(polls, fromSeconds, toSeconds);
  const seen = inside.flatMap((poll) => poll[arm] ?? []);
  if (seen.length === 0) return null;
  return {
    requests: seen.reduce((sum, { requests }) => sum + requests, 0),
    errors: seen.reduce((sum, { errors }) => sum + errors, 0),
    p99Seconds: p99(inside.at(-1)?.edgesSeconds ?? [], seen),
  };
}

export interface Window {
  readonly requests: number;
  readonly errors: number;
  /** As `histogram_quantile(0.99, …)` reads it; NaN without a request. */
  readonly p99Seconds: number;
}

/** By bisection: a recording of a day has thousands of polls, and every tick asks. */
function between(polls: readonly PeerPoll[], fromSeconds: number, toSeconds: number): readonly PeerPoll[] {
  const firstAfter = (seconds: number): number => {
    let [low, high] = [0, polls.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((polls[middle]?.instantSeconds ?? Number.POSITIVE_INFINITY) > seconds) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return polls.slice(firstAfter(fromSeconds), firstAfter(toSeconds));
}

function p99(edgesSeconds: readonly number[], arms: readonly PeerArm[]): number {
  const counts = Array.from({ length: edgesSeconds.length + 1 }, (_, edge) => arms.reduce((sum, arm) => sum + (arm.atMost[edge] ?? 0), 0));
  return histogramQuantile(0.99, edgesSeconds, counts);
}

/**
 * Prometheus' `histogram_quantile`: linear inside the bucket that holds the rank, from 0 in the first one; the
 * last finite edge when the rank is beyond it. So a p99 is as fine as the buckets are.
 */
export function histogramQuantile(quantile: number, edgesSeconds: readonly number[], atMost: readonly number[]): number {
  const total = atMost.at(-1) ?? 0;
  if (total === 0) return Number.NaN;
  const rank = quantile * total;
  const bucket = edgesSeconds.findIndex((_, edge) => (atMost[edge] ?? 0) >= rank);
  const high = edgesSeconds[bucket];
  if (high === undefined) return edgesSeconds.at(-1) ?? Number.NaN;
  const [low, below] = bucket === 0 ? [0, 0] : [edgesSeconds[bucket - 1] ?? 0, atMost[bucket - 1] ?? 0];
  const inside = (atMost[bucket] ?? 0) - below;
  return inside === 0 ? high : low + ((high - low) * (rank - below)) / inside;
}
