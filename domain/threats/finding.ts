/**
 * What GuardDuty has found, as far as a release needs it. The whole of it is evidence and lies in the store; a person
 * finds it there by its digest. Called a threat here, since findings are also what scanners have.
 */
import type { Blob } from '../blob.ts';
import type { Digest } from '../digest.ts';

export interface Threat {
  readonly id: string;
  /** As GuardDuty names it: `Execution:Runtime/NewBinaryExecuted`. */
  readonly type: string;
  readonly title: string;
  /** 0.1 to 10. */
  readonly severity: number;
  readonly account: string;
  readonly region: string;
  /** RFC 3339. */
  readonly updatedAt: string;
  readonly lastSeenAt: string;
  /** How often it was seen by then. */
  readonly count: number;
  /** GuardDuty makes some to be looked at. */
  readonly sample: boolean;
  readonly about: Subject;
  /** The event as it was delivered. */
  readonly evidence: Blob;
}

/** Whatever it names that could belong to a release. */
export interface Subject {
  readonly cluster: string | null;
  readonly workloads: readonly Workload[];
  /** Of images that were named by digest; a tag says nothing. */
  readonly images: readonly Digest[];
  /** Of roles: a release's is its id. */
  readonly sessions: readonly string[];
  readonly buckets: readonly string[];
}

export interface Workload {
  readonly namespace: string;
  /** Of a Deployment, a ReplicaSet or a Pod. */
  readonly name: string;
}

/** What a release is told. `drill`: samples count as if they were real. */
export interface ThreatNews {
  readonly threat: Threat;
  readonly drill: boolean;
}

/** As GuardDuty has them: 7 and more is high or critical, 4 to 6.9 medium. */
export type Band = 'low' | 'medium' | 'high';

/** What is less severe is written down where it comes, and does nothing. */
export const mediumFrom = 4;

export const bandOf = ({ severity }: Pick<Threat, 'severity'>): Band =>
  severity >= 7 ? 'high' : severity >= mediumFrom ? 'medium' : 'low';

const rank: Readonly<Record<Band, number>> = { low: 0, medium: 1, high: 2 };

/** Whether somebody who was told of `known` has to be told again. */
export const isWorse = (known: Band | undefined, threat: Pick<Threat, 'severity'>): boolean =>
  known === undefined || rank[bandOf(threat)] > rank[known];

/** What is known of one finding: the newest of each. */
export type Heard = Pick<Threat, 'updatedAt' | 'count' | 'severity'>;

/** The same message again, and one that was overtaken, are no news; a raised severity always is. */
export function isNews(known: Heard | undefined, { updatedAt, count, severity }: Heard): boolean {
  if (known === undefined || severity > known.severity || count > known.count) return true;
  return Date.parse(updatedAt) > Date.parse(known.updatedAt);
}

export function newestOf(known: Heard | undefined, { updatedAt, count, severity }: Heard): Heard {
  if (known === undefined) return { updatedAt, count, severity };
  return {
    updatedAt: Date.parse(updatedAt) > Date.parse(known.updatedAt) ? updatedAt : known.updatedAt,
    count: Math.max(count, known.count),
    severity: Math.max(severity, known.severity),
  };
}

/** One line, for where there is no room for more. */
export const threatText = ({ type, severity, id }: Pick<Threat, 'type' | 'severity' | 'id'>): string =>
  `${type}, severity ${severity} (GuardDuty ${id})`;
