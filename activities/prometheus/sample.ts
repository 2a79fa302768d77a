/**
 * From Prometheus' points to the judge's samples. Pure.
 *
 * One query returns every series of both versions at one evaluation instant. A pod that lacks one of its
 * series there is left out for that instant: half a pod would look like a pod that is fast or has no errors.
 */
import type { Series } from '../../domain/catalog.ts';
import { type Increment, incrementBetween, lastSeen, type PodCounters, type Sample } from '../../domain/judge/counters.ts';
import type { MetricsRef } from '../../domain/ports.ts';
import type { Slot } from '../../domain/slot.ts';
import type { Point } from './query.ts';

type Watched = Pick<MetricsRef, 'release' | 'series' | 'candidate' | 'live'>;

/** Raw counters by name, service and slot; both versions in one answer, so that they are of one instant. */
export function queryFor({ release, series, candidate, live }: Watched): string {
  const names = [series.requests, `${series.latency}_bucket`].join('|');
  const slots = [candidate, live].filter((slot) => slot !== null).join('|');
  // A Go string literal and a JSON one are the same for everything a name may hold.
  return `{__name__=~${JSON.stringify(names)},service=${JSON.stringify(release.service)},slot=~${JSON.stringify(slots)}}`;
}

export function sampleOf(points: readonly Point[], { series, candidate, live }: Watched, instantSeconds: number): Sample {
  const arms = { canary: podsOf(points, series, candidate), stable: live === null ? [] : podsOf(points, series, live) };
  const present = [arms.canary, arms.stable].filter((pods) => pods.length > 0).map((pods) => finiteEdges(pods[0]?.buckets));
  // Edges that only one version has cannot be compared.
  const edgesSeconds = (present[0] ?? []).filter((edge) => present.every((edges) => edges.includes(edge)));
  const counters = (pods: readonly Pod[]) => pods.map((pod) => countersOf(pod, edgesSeconds));
  return { instantSeconds, edgesSeconds, canary: counters(arms.canary), stable: counters(arms.stable) };
}

interface Pod {
  readonly name: string;
  requests: number | null;
  errors: number;
  /** Upper edge in seconds → requests that were no slower. */
  readonly buckets: Map<number, number>;
}

function podsOf(points: readonly Point[], series: Series, slot: Slot): readonly Pod[] {
  const failed = new RegExp(`^(?:${series.failureStatus})$`);
  const pods = new Map<string, Pod>();
  for (const { labels, value } of points) {
    const name = labels['pod'];
    if (labels['slot'] !== slot || name === undefined || !Number.isFinite(value)) continue;
    const pod = pods.get(name) ?? { name, requests: null, errors: 0, buckets: new Map() };
    pods.set(name, pod);
    if (labels['__name__'] === series.requests) {
      pod.requests = (pod.requests ?? 0) + value;
      if (failed.test(labels[series.statusLabel] ?? '')) pod.errors += value;
    } else {
      const edge = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
      pod.buckets.set(edge, (pod.buckets.get(edge) ?? 0) + value);
    }
  }
  return whole([...pods.values()]);
}

/** Pods that have every series which any pod of their version has. */
function whole(pods: readonly Pod[]): readonly Pod[] {
  const edges = new Set(pods.flatMap((pod) => [...pod.buckets.keys()])).add(Infinity);
  return pods.filter((pod) => pod.requests !== null && [...edges].every((edge) => pod.buckets.has(edge)));
}

const finiteEdges = (buckets: ReadonlyMap<number, number> | undefined): readonly number[] =>
  [...(buckets?.keys() ?? [])].filter((edge) => Number.isFinite(edge)).toSorted((a, b) => a - b);

const countersOf = (pod: Pod, edgesSeconds: readonly number[]): PodCounters => ({
  pod: pod.name,
  requests: pod.requests ?? 0,
  errors: pod.errors,
  atMost: [...edgesSeconds, Infinity].map((edge) => pod.buckets.get(edge) ?? 0),
});

/** What happened since the sample before, and the sample that the next one is compared with. */
export function advance(previous: Sample, current: Sample): { readonly increment: Increment; readonly previous: Sample } {
  const isSilent = current.canary.length + current.stable.length === 0;
  const now = isSilent ? { ...current, edgesSeconds: previous.edgesSeconds } : current;
  // Under other bucket edges there is nothing to subtract from: this instant is where counting begins.
  const comparable = previous.edgesSeconds.length === 0 || String(previous.edgesSeconds) === String(now.edgesSeconds);
  const base = comparable ? adopting(previous, now) : now;
  return { increment: incrementBetween(base, now), previous: comparable ? lastSeen(previous, now) : now };
}

/**
 * A pod of the old version that appears while we watch was most likely there before and missed a scrape: its
 * whole past must not enter the comparison. A pod of the new version is new, and its first errors matter.
 */
function adopting(previous: Sample, current: Sample): Sample {
  const known = new Set(previous.stable.map(({ pod }) => pod));
  return { ...previous, stable: [...previous.stable, ...current.stable.filter(({ pod }) => !known.has(pod))] };
}
