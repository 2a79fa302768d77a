/**
 * From Prometheus' points to the judge's samples. Pure.
 *
 * One query returns every series of both versions at one evaluation instant. A pod that lacks one of its
 * series there is left out for that instant: half a pod would look like a pod that is fast or has no errors.
 */
import type { QualityMetric, Series } from '../../domain/catalog.ts';
import { type Count, type Increment, incrementBetween, lastSeen, type PodCounters, type Sample } from '../../domain/judge/counters.ts';
import type { MetricsRef } from '../../domain/ports.ts';
import type { Slot } from '../../domain/slot.ts';
import type { Point } from './answers.ts';
import { atMostOf, edgesOf, merged, type NativeHistogram } from './native.ts';

export type Watched = Pick<MetricsRef, 'release' | 'labels' | 'series' | 'candidate' | 'live'> & {
  readonly quality: readonly QualityMetric[];
};

const slotsOf = ({ candidate, live }: Watched): readonly Slot[] => (live === null ? [candidate] : [candidate, live]);

/** Raw counters by name, service, slot and the environment's labels; both versions in one answer, so that they are of one instant. */
export const selectorFor = (watched: Watched, slots: readonly Slot[] = slotsOf(watched)): string =>
  selector(watched, slots, [...new Set([...latencyNames(watched.series), ...watched.quality.flatMap(namesOf), watched.series.requests])]);

/** The requests alone, of one version: enough to see how often it is scraped. */
export const requestsSelector = (watched: Watched): string => selector(watched, slotsOf(watched).slice(-1), [watched.series.requests]);

function selector({ release, labels }: Watched, slots: readonly Slot[], names: readonly string[]): string {
  // A Go string literal and a JSON one are the same for everything a name may hold.
  const matchers = [
    `__name__=~${JSON.stringify(names.join('|'))}`,
    `service=${JSON.stringify(release.service)}`,
    `slot=~${JSON.stringify(slots.join('|'))}`,
    ...Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`),
  ];
  return `{${matchers.join()}}`;
}

/** Classic buckets are series of their own; a native histogram is the series. */
const latencyNames = ({ latency }: Series): readonly string[] => [`${latency}_bucket`, latency];
const namesOf = (metric: QualityMetric): readonly string[] =>
  metric.kind === 'counters' ? [metric.events, metric.of] : [`${metric.series}_bucket`, metric.series];

/* ------------------------------------------------------------------- a sample */

export function sampleOf(points: readonly Point[], watched: Watched, instantSeconds: number): Sample {
  const { series, candidate, live, quality } = watched;
  const arms = [podsOf(points, candidate), live === null ? [] : podsOf(points, live)] as const;
  // Classic buckets where any pod has them; else native ones at the edges that all pods have.
  const histograms = arms.map((pods) => pods.flatMap((pod) => nativeOf(pod, series.latency)));
  const isNative = arms.map((pods) => pods.every((pod) => numbersOf(pod, `${series.latency}_bucket`).length === 0));
  const nativeEdges = edgesOf(histograms.flatMap((all, arm) => (isNative[arm] === true ? all : [])));
  const [canary, stable] = arms.map((pods, arm) => {
    const bucketsOf =
      isNative[arm] === true
        ? (pod: Pod) => nativeBuckets(pod, series.latency, nativeEdges)
        : (pod: Pod) => classicBuckets(pod, series.latency);
    return whole(pods.map((pod) => countedOf(pod, series, quality, bucketsOf(pod))));
  });
  const present = [canary, stable].flatMap((pods) => (pods?.[0] === undefined ? [] : [finiteEdges(pods[0].buckets)]));
  // Edges that only one version has cannot be compared.
  const edgesSeconds = (present[0] ?? []).filter((edge) => present.every((edges) => edges.includes(edge)));
  const counters = (pods: readonly CountedPod[] = []) => pods.map((pod) => countersOf(pod, edgesSeconds));
  return { instantSeconds, edgesSeconds, canary: counters(canary), stable: counters(stable) };
}

/** Everything one pod exports. */
interface Pod {
  readonly name: string;
  readonly series: ReadonlyMap<string, readonly Point[]>;
}

function podsOf(points: readonly Point[], slot: Slot): readonly Pod[] {
  const usable = points.filter(({ labels, value }) => labels['slot'] === slot && labels['pod'] !== undefined && isCount(value));
  return [...Map.groupBy(usable, ({ labels }) => labels['pod'] ?? '')].map(([name, own]) => ({
    name,
    series: Map.groupBy(own, ({ labels }) => labels['__name__'] ?? ''),
  }));
}

const isCount = (value: Point['value']): boolean => Number.isFinite(typeof value === 'number' ? value : value.count);

const numbersOf = (pod: Pod, name: string): readonly { readonly labels: Point['labels']; readonly value: number }[] =>
  (pod.series.get(name) ?? []).flatMap(({ labels, value }) => (typeof value === 'number' ? [{ labels, value }] : []));

/** One or none. */
function nativeOf(pod: Pod, name: string): readonly NativeHistogram[] {
  const all = (pod.series.get(name) ?? []).flatMap(({ value }) => (typeof value === 'number' ? [] : [value]));
  return all.length === 0 ? [] : [merged(all)];
}

/** Upper edge → what was at most there; +Inf holds all. */
type Buckets = ReadonlyMap<number, number>;

function classicBuckets(pod: Pod, name: string): Buckets {
  const buckets = new Map<number, number>();
  for (const { labels, value } of numbersOf(pod, `${name}_bucket`)) {
    const edge = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
    buckets.set(edge, (buckets.get(edge) ?? 0) + value);
  }
  return buckets;
}

function nativeBuckets(pod: Pod, name: string, edges: readonly number[]): Buckets {
  const [histogram] = nativeOf(pod, name);
  if (histogram === undefined) return new Map();
  const counted = edges.flatMap((edge) => {
    const atMost = atMostOf(histogram, edge);
    return atMost === null ? [] : [[edge, atMost] as const];
  });
  return new Map([...counted, [Infinity, histogram.count]]);
}

/** What is known of one pod; what it lacks is missing here. */
interface CountedPod {
  readonly name: string;
  readonly requests: number | null;
  readonly errors: number;
  readonly buckets: Buckets;
  readonly quality: Readonly<Record<string, Count>>;
}

function countedOf(pod: Pod, series: Series, quality: readonly QualityMetric[], buckets: Buckets): CountedPod {
  const requests = numbersOf(pod, series.requests);
  const failed = new RegExp(`^(?:${series.failureStatus})$`);
  return {
    name: pod.name,
    requests: requests.length === 0 ? null : total(requests),
    errors: total(requests.filter(({ labels }) => failed.test(labels[series.statusLabel] ?? ''))),
    buckets,
    quality: Object.fromEntries(quality.flatMap((metric) => qualityOf(pod, metric))),
  };
}

const total = (points: readonly { readonly value: number }[]): number => points.reduce((sum, { value }) => sum + value, 0);

function qualityOf(pod: Pod, metric: QualityMetric): readonly (readonly [string, Count])[] {
  if (metric.kind === 'counters') {
    const of = numbersOf(pod, metric.of);
    // A series that appears with its first event has had none before.
    return of.length === 0 ? [] : [[metric.name, { events: total(numbersOf(pod, metric.events)), of: total(of) }]];
  }
  const classic = classicBuckets(pod, metric.series);
  const buckets = classic.size > 0 ? classic : nativeBuckets(pod, metric.series, metric.edges);
  const of = buckets.get(Infinity);
  return metric.edges.flatMap((edge) => {
    const atMost = buckets.get(edge);
    return of === undefined || atMost === undefined ? [] : [[`${metric.name} ${edge}`, { events: of - atMost, of }] as const];
  });
}

/** Pods that have everything that any pod of their version has. */
function whole(pods: readonly CountedPod[]): readonly CountedPod[] {
  const edges = new Set(pods.flatMap(({ buckets }) => [...buckets.keys()])).add(Infinity);
  const metrics = new Set(pods.flatMap(({ quality }) => Object.keys(quality)));
  return pods.filter(
    ({ requests, buckets, quality }) =>
      requests !== null && [...edges].every((edge) => buckets.has(edge)) && [...metrics].every((metric) => quality[metric] !== undefined),
  );
}

const finiteEdges = (buckets: Buckets): readonly number[] =>
  [...buckets.keys()].filter((edge) => Number.isFinite(edge)).toSorted((a, b) => a - b);

const countersOf = ({ name, requests, errors, buckets, quality }: CountedPod, edgesSeconds: readonly number[]): PodCounters => ({
  pod: name,
  requests: requests ?? 0,
  errors,
  atMost: [...edgesSeconds, Infinity].map((edge) => buckets.get(edge) ?? 0),
  quality,
});

/* ---------------------------------------------------------- from one to the next */

/** What happened since the sample before, and the sample that the next one is compared with. */
export function advance(
  previous: Sample,
  current: Sample,
): { readonly increment: Increment; readonly base: Sample; readonly previous: Sample } {
  const isSilent = current.canary.length + current.stable.length === 0;
  const now = isSilent ? { ...current, edgesSeconds: previous.edgesSeconds } : current;
  // Under other bucket edges there is nothing to subtract from: this instant is where counting begins.
  const comparable = previous.edgesSeconds.length === 0 || String(previous.edgesSeconds) === String(now.edgesSeconds);
  const base = comparable ? adopting(previous, now) : now;
  return { increment: incrementBetween(base, now), base, previous: comparable ? lastSeen(previous, now) : now };
}

/**
 * A pod of the old version that appears while we watch was most likely there before and missed a scrape: its
 * whole past must not enter the comparison. A pod of the new version is new, and its first errors matter.
 */
function adopting(previous: Sample, current: Sample): Sample {
  const known = new Set(previous.stable.map(({ pod }) => pod));
  return { ...previous, stable: [...previous.stable, ...current.stable.filter(({ pod }) => !known.has(pod))] };
}
