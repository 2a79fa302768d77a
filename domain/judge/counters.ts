/**
 * Raw counters of one instant, and what happened between two.
 *
 * Counters, never `rate()`: a rate extrapolates to the edges of its window and returns fractions of
 * requests. A pod that restarted counts from zero again, so its new value is its increment; a pod that is
 * gone adds nothing; a pod that is new adds what it has counted.
 */

/** Cumulative counters of one pod, as Prometheus has them. */
export interface PodCounters {
  readonly pod: string;
  readonly requests: number;
  readonly errors: number;
  /** Requests no slower than each edge of `Sample.edgesSeconds`; the last edge is +Inf. */
  readonly atMost: readonly number[];
}

export interface Sample {
  /** Unix seconds at which every series was evaluated. */
  readonly instantSeconds: number;
  /** Upper edges of the latency buckets, ascending, without +Inf. */
  readonly edgesSeconds: readonly number[];
  readonly canary: readonly PodCounters[];
  /** The live version's pods; empty on a service's first release. */
  readonly stable: readonly PodCounters[];
}

/** What one version did between two instants; whole numbers. */
export interface ArmIncrement {
  readonly requests: number;
  readonly errors: number;
  readonly atMost: readonly number[];
}

export interface Increment {
  readonly instantSeconds: number;
  readonly edgesSeconds: readonly number[];
  readonly canary: ArmIncrement;
  readonly stable: ArmIncrement;
}

export function incrementBetween(previous: Sample, current: Sample): Increment {
  return {
    instantSeconds: current.instantSeconds,
    edgesSeconds: current.edgesSeconds,
    canary: armIncrement(previous.canary, current.canary, current.edgesSeconds.length + 1),
    stable: armIncrement(previous.stable, current.stable, current.edgesSeconds.length + 1),
  };
}

function armIncrement(previous: readonly PodCounters[], current: readonly PodCounters[], edges: number): ArmIncrement {
  const before = new Map(previous.map((pod) => [pod.pod, pod]));
  const sum = { requests: 0, errors: 0, atMost: Array.from({ length: edges }, () => 0) };
  for (const pod of current) {
    const old = before.get(pod.pod);
    const base = old !== undefined && isContinued(old, pod) ? old : undefined;
    sum.requests += pod.requests - (base?.requests ?? 0);
    sum.errors += pod.errors - (base?.errors ?? 0);
    pod.atMost.forEach((count, edge) => {
      sum.atMost[edge] = (sum.atMost[edge] ?? 0) + count - (base?.atMost[edge] ?? 0);
    });
  }
  return sum;
}

/** A reset shows in any of the counters, not in each: all of them are then read from zero. */
const isContinued = (old: PodCounters, now: PodCounters): boolean =>
  old.requests <= now.requests &&
  old.errors <= now.errors &&
  old.atMost.length === now.atMost.length &&
  old.atMost.every((count, edge) => count <= (now.atMost[edge] ?? 0));

/**
 * What the next instant is compared with: of each pod what was last seen of it. A pod that an instant lacks
 * (its scrape failed) comes back with all it ever counted, which must not count again.
 */
export function lastSeen(previous: Sample, current: Sample): Sample {
  const merged = (before: readonly PodCounters[], now: readonly PodCounters[]) => {
    const here = new Set(now.map(({ pod }) => pod));
    return [...now, ...before.filter(({ pod }) => !here.has(pod))];
  };
  return { ...current, canary: merged(previous.canary, current.canary), stable: merged(previous.stable, current.stable) };
}
