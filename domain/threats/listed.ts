/** One finding of GuardDuty where lists show it: what it is, and what became of the releases that it is about. */
import type { Reached } from '../notice.ts';
import type { Threat } from './finding.ts';
import type { Concerned } from './told.ts';

export type ReachedRelease = Pick<Concerned, 'releaseId' | 'service' | 'environment' | 'team'> & { readonly state: Reached };

export interface ListedThreat
  extends Pick<Threat, 'id' | 'type' | 'title' | 'severity' | 'account' | 'region' | 'updatedAt' | 'lastSeenAt' | 'count' | 'sample'> {
  /** Incidents first; at most `releasesListedMax`. */
  readonly releases: readonly ReachedRelease[];
  /** How many beyond those, which the record of the finding names. */
  readonly moreReleases: number;
}

/** More than a person reads; a memo and a notice have to fit a message. */
export const releasesListedMax = 50;

export const listedReleases = (releases: readonly ReachedRelease[]): readonly ReachedRelease[] =>
  releases.toSorted((a, b) => Number(isIncident(b)) - Number(isIncident(a))).slice(0, releasesListedMax);

export function listedThreat(threat: Threat, releases: readonly ReachedRelease[]): ListedThreat {
  const { id, type, title, severity, account, region, updatedAt, lastSeenAt, count, sample } = threat;
  const shown = listedReleases(releases);
  const moreReleases = releases.length - shown.length;
  return { id, type, title, severity, account, region, updatedAt, lastSeenAt, count, sample, releases: shown, moreReleases };
}

/** The version of this release serves, and stays until a person goes back. */
export const isIncident = ({ state }: Pick<ReachedRelease, 'state'>): boolean => state === 'incident';

/** Under this name a finding's workflow has it in its memo. */
export const threatMemo = 'threat';
