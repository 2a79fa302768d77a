/**
 * What runs and no release explains. A pod of the chart says which release it is of, and the ledger says what that
 * release was to run and how it ended: where the two do not agree, somebody else has changed production.
 */
import type { Digest } from '../digest.ts';
import type { Outcome } from '../outcome.ts';
import type { WritingTime } from './write.ts';

export interface RunningPod {
  /** What made it, `Deployment/fraud-scorer-a`; a pod that nothing made is its own. */
  readonly workload: string;
  /** By their labels; `null` without one. */
  readonly release: string | null;
  readonly service: string | null;
  /** Of its containers, those that only prepare it left out; `null` for one that is not named by digest. */
  readonly images: readonly (Digest | null)[];
  /** RFC 3339. */
  readonly since: string;
}

export interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

/** What the ledger says of a release: from its first record and its last. */
export interface Explanation {
  readonly service: string;
  readonly place: Place;
  /** `null`: it brought no model. */
  readonly image: Digest | null;
  /** `null` while it is open. */
  readonly ended: { readonly kind: Outcome['kind']; readonly at: string } | null;
  /** Where and when it may have written to AWS. */
  readonly writing: WritingTime;
}

export const strayKinds = ['no release', 'unknown release', 'another place', 'another image', 'not released'] as const;
export type StrayKind = (typeof strayKinds)[number];

/** Pods of one workload that are unexplained in the same way. */
export interface Stray {
  readonly kind: StrayKind;
  readonly workload: string;
  readonly pods: number;
  readonly release: string | null;
  /** In a sentence: what is there, and what should be. */
  readonly because: string;
  /** Of its oldest pod, RFC 3339. */
  readonly since: string;
}

/** A pod's drain and a look at a cluster that is busy; what is still there then stays. */
const leftOverAfterMs = 10 * 60_000;

/** Workloads that no release explains, the longest there first. `expected`: those that belong there without one. */
export function straysAmong(
  pods: readonly RunningPod[],
  explained: ReadonlyMap<string, Explanation>,
  { place, expected, now }: { readonly place: Place; readonly expected: readonly string[]; readonly now: number },
): readonly Stray[] {
  const found = new Map<string, Stray>();
  for (const pod of pods) {
    if (expected.includes(pod.workload)) continue;
    const why = whyStray(pod, pod.release === null ? undefined : explained.get(pod.release), place, now);
    if (why === undefined) continue;
    const { workload, release, since } = pod;
    const key = keyOf({ kind: why.kind, workload, release });
    const known = found.get(key);
    const oldest = known === undefined || since < known.since ? since : known.since;
    found.set(key, { ...why, workload, release, pods: (known?.pods ?? 0) + 1, since: oldest });
  }
  return [...found.values()].toSorted((a, b) => a.since.localeCompare(b.since) || a.workload.localeCompare(b.workload));
}

/** What makes a stray the same at the next look. */
export const keyOf = ({ kind, workload, release }: Pick<Stray, 'kind' | 'workload' | 'release'>): string =>
  [kind, workload, release ?? ''].join(' ');

/** Those that an earlier look did not have. */
export const newAmong = (strays: readonly Stray[], before: readonly Stray[]): readonly Stray[] => {
  const known = new Set(before.map(keyOf));
  return strays.filter((stray) => !known.has(keyOf(stray)));
};

type Why = Pick<Stray, 'kind' | 'because'>;

function whyStray(pod: RunningPod, explanation: Explanation | undefined, place: Place, now: number): Why | undefined {
  if (pod.release === null) return { kind: 'no release', because: 'it names no release' };
  if (explanation === undefined) return { kind: 'unknown release', because: `the ledger has no release ${pod.release}` };
  return elsewhere(pod, explanation, place) ?? otherImage(pod, explanation) ?? leftOver(pod.release, explanation, now);
}

function elsewhere({ release, service }: RunningPod, { service: released, place: meant }: Explanation, place: Place): Why | undefined {
  if (service === released && meant.cluster === place.cluster && meant.namespace === place.namespace) return undefined;
  const was = `${released} in ${meant.cluster}/${meant.namespace}`;
  return {
    kind: 'another place',
    because: `${release} released ${was}; this is ${service ?? 'no service'} in ${place.cluster}/${place.namespace}`,
  };
}

function otherImage({ images, release }: RunningPod, { image }: Explanation): Why | undefined {
  if (image !== null && images.includes(image)) return undefined;
  const runs = images.map((digest) => digest ?? 'an image that is not named by digest').join(', ');
  return { kind: 'another image', because: `${release} released ${image ?? 'no image'}; it runs ${runs}` };
}

/** While it is open, or right after its end, pods may be on their way in or out. */
function leftOver(release: string, { ended }: Explanation, now: number): Why | undefined {
  if (ended === null || ended.kind === 'released' || now - Date.parse(ended.at) < leftOverAfterMs) return undefined;
  return { kind: 'not released', because: `${release} ended as ${ended.kind} at ${ended.at}, and its pods are still there` };
}
