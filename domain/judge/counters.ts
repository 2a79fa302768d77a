/**
 * Raw counters of one instant, and what happened between two.
 *
 * Counters, never `rate()`: a rate extrapolates to the edges of its window and returns fractions of
 * requests. A pod that restarted counts from zero again, so its new value is its increment; a pod that is
 * gone adds nothing; a pod that is new adds what it has counted.
 */

/** Of `of` things that happened, `events` were of the kind that is counted. */
export interface Count {
  readonly events: number;
  readonly of: number;
}

/** Cumulative counters of one pod, as Prometheus has them. */
export interface PodCounters {
  readonly pod: string;
  readonly requests: number;
  readonly errors: number;
  /** Requests no slower than each edge of `Sample.edgesSeconds`; the last edge is +Inf. */
  readonly atMost: readonly number[];
  /** Counters of the quality metrics, by name; a histogram has one entry an edge (`<name> <edge>`), events above it. */
  readonly quality: Readonly<Record<string, Count>>;
}

/** A closed interval; `high: null` means without an upper bound. */
export interface Interval {
  readonly low: number;
  readonly high: number | null;
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
  readonly quality: Readonly<Record<string, Count>>;
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
    canary: sumOf(increments(previous.canary, current.canary), current.edgesSeconds.length + 1),
    stable: sumOf(increments(previous.stable, current.stable), current.edgesSeconds.length + 1),
  };
}

/** The stable version's pods one by one: what its dispersion is measured with. */
export const stableIncrements = (previous: Sample, current: Sample): readonly ArmIncrement[] => increments(previous.stable, current.stable);

function increments(previous: readonly PodCounters[], current: readonly PodCounters[]): readonly ArmIncrement[] {
  const before = new Map(previous.map((pod) => [pod.pod, pod]));
  return current.map((pod) => {
    const old = before.get(pod.pod);
    return old !== undefined && isContinued(old, pod) ? difference(old, pod) : pod;
  });
}

const difference = (old: PodCounters, now: PodCounters): ArmIncrement => ({
  requests: now.requests - old.requests,
  errors: now.errors - old.errors,
  atMost: now.atMost.map((count, edge) => count - (old.atMost[edge] ?? 0)),
  quality: Object.fromEntries(
    Object.entries(now.quality).map(([name, { events, of }]) => {
      const before = old.quality[name];
      return [name, { events: events - (before?.events ?? 0), of: of - (before?.of ?? 0) }];
    }),
  ),
});

function sumOf(pods: readonly ArmIncrement[], edges: number): ArmIncrement {
  const sum = { requests: 0, errors: 0, atMost: Array.from({ length: edges }, () => 0) };
  const quality: Record<string, Count> = {};
  for (const pod of pods) {
    sum.requests += pod.requests;
    sum.errors += pod.errors;
    for (const [edge, count] of pod.atMost.entries()) sum.atMost[edge] = (sum.atMost[edge] ?? 0) + count;
    for (const [name, { events, of }] of Object.entries(pod.quality)) {
      const so = quality[name];
      quality[name] = { events: (so?.events ?? 0) + events, of: (so?.of ?? 0) + of };
    }
  }
  return { ...sum, quality };
}

/** A reset shows in any of the counters, not in each: all of them are then read from zero. */
const isContinued = (old: PodCounters, now: PodCounters): boolean =>
  old.requests <= now.requests &&
  old.errors <= now.errors &&
  old.atMost.length === now.atMost.length &&
  old.atMost.every((count, edge) => count <= (now.atMost[edge] ?? 0)) &&
  Object.entries(old.quality).every(([name, before]) => {
    const after = now.quality[name];
    // A quality metric that an instant lacks says nothing about a reset.
    return after === undefined || (before.events <= after.events && before.of <= after.of);
  });

/**
 * What the next instant is compared with: of each pod what was last seen of it. A pod or a quality metric that an
 * instant lacks (its scrape failed) comes back with all it ever counted, which must not count again.
 */
export function lastSeen(previous: Sample, current: Sample): Sample {
  const merged = (before: readonly PodCounters[], now: readonly PodCounters[]) => {
    const old = new Map(before.map((pod) => [pod.pod, pod]));
    const here = new Set(now.map(({ pod }) => pod));
    const seen = now.map((pod) => {
      const last = old.get(pod.pod);
      return last !== undefined && isContinued(last, pod) ? { ...pod, quality: { ...last.quality, ...pod.quality } } : pod;
    });
    return [...seen, ...before.filter(({ pod }) => !here.has(pod))];
  };
  return { ...current, canary: merged(previous.canary, current.canary), stable: merged(previous.stable, current.stable) };
}
