/**
 * Whether a finding is about a release, and by which of the names that join them: the session of its role, the workload
 * of its slot, its image, its buckets.
 */
import { type Digest, isDigest } from '../digest.ts';
import type { ReleaseOrder } from '../order.ts';
import { type Slot, slots } from '../slot.ts';
import type { Threat, Workload } from './finding.ts';

/** What a release has in the world that a finding can name. Kept with every release where lists show it. */
export interface Footprint {
  readonly service: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly image: Digest | null;
  readonly buckets: readonly string[];
}

export function footprintOf({ service, cluster, model, infrastructure }: ReleaseOrder): Footprint {
  const buckets = [model === undefined ? undefined : bucketOf(model.artifact), infrastructure?.stack.backend.bucket];
  return {
    service,
    cluster: cluster.name,
    namespace: cluster.namespace,
    image: model === undefined ? null : digestIn(model.image),
    buckets: buckets.filter((bucket) => bucket !== undefined),
  };
}

const bucketOf = (uri: string): string | undefined => /^s3:\/\/([^/]+)\//.exec(uri)?.[1];

/** Of an image that is named by digest. */
export function digestIn(image: string): Digest | null {
  const digest = image.slice(image.indexOf('@') + 1);
  return isDigest(digest) ? digest : null;
}

/** How a finding is about a release. */
export type Concern =
  /** What the release's own role did. */
  | 'session'
  /** Pods of its new version. */
  | 'candidate'
  /** Its image, in no workload that is named. */
  | 'image'
  | 'bucket'
  /** The service, but not by this release: the version that it would replace. */
  | 'service'
  /** Its image, in another service. */
  | 'elsewhere';

/** Where its new version is by now; `null` before it has a slot. */
export interface Deployment {
  readonly candidate: Slot;
  /** RFC 3339: from when on what runs there is the release's. */
  readonly since: string;
}

/** `undefined`: it is not about this release. What is more exact goes first. */
export function concernOf(threat: Threat, releaseId: string, footprint: Footprint, deployment: Deployment | null): Concern | undefined {
  const { about } = threat;
  if (about.sessions.includes(releaseId)) return 'session';
  const hit = slotsHit(threat, footprint);
  if (hit.some((slot) => isDeployed(slot, threat, deployment))) return 'candidate';
  // What was last seen in this slot before the release had it was somebody else's, and is gone.
  if (hit.some((slot) => slot !== deployment?.candidate)) return 'service';
  if (hit.length === 0 && footprint.image !== null && about.images.includes(footprint.image))
    return about.workloads.length === 0 ? 'image' : 'elsewhere';
  return about.buckets.some((bucket) => footprint.buckets.includes(bucket)) ? 'bucket' : undefined;
}

/** Whether a release like this one could be concerned at all, without knowing where it stands. */
export const mayConcern = (threat: Threat, releaseId: string, footprint: Footprint): boolean =>
  concernOf(threat, releaseId, footprint, null) !== undefined;

/** The clock of whoever saw it may be late by so much. */
const clockSkewMs = 60_000;

const isDeployed = (slot: Slot, { lastSeenAt }: Threat, deployment: Deployment | null): boolean =>
  deployment !== null && slot === deployment.candidate && Date.parse(lastSeenAt) + clockSkewMs >= Date.parse(deployment.since);

function slotsHit({ about }: Threat, { service, cluster, namespace }: Footprint): readonly Slot[] {
  // Without a name of the cluster any could be meant.
  if (about.cluster !== null && about.cluster !== cluster) return [];
  return slots.filter((slot) => about.workloads.some((workload) => workload.namespace === namespace && isOfSlot(workload, service, slot)));
}

/**
 * `fraud-scorer-b`, as the chart names the Deployment; Kubernetes adds a hash for the ReplicaSet and five characters for the
 * Pod, out of letters that make no words. Another service may be called `fraud-scorer-b` as well: its slots end otherwise.
 */
const hashes = /^(-[bcdfghjklmnpqrstvwxz2456789]{6,10}(-[bcdfghjklmnpqrstvwxz2456789]{5})?)?$/;
const isOfSlot = ({ name }: Workload, service: string, slot: Slot): boolean =>
  name.startsWith(`${service}-${slot}`) && hashes.test(name.slice(`${service}-${slot}`.length));
