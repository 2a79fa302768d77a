/**
 * Telling people that a release waits for them, or that GuardDuty has found something. What is told is a value; where it
 * goes is the catalog's; a secret is named and never here.
 */
import type { ChangeCounts } from './change.ts';
import type { Digest } from './digest.ts';
import type { Drift } from './released/drift.ts';
import type { LaterFinding } from './released/rescan.ts';
import type { FoundWrite } from './strays/account.ts';
import type { FoundStray } from './strays/record.ts';
import { type Subject, type Threat, threatText } from './threats/finding.ts';
import type { ReachedRelease } from './threats/listed.ts';

/** Where the worker finds a secret: a variable of its environment, or AWS Secrets Manager. */
export type SecretRef = { readonly variable: string } | { readonly secretArn: string };

export type NoticeTarget =
  /** Signed with HMAC-SHA256, as Standard Webhooks has it. */
  | { readonly kind: 'webhook'; readonly name: string; readonly url: string; readonly secret: SecretRef }
  /** Whoever has the address of such a webhook may write to the channel: the address is the secret. */
  | { readonly kind: 'slack'; readonly name: string; readonly url: SecretRef }
  /** The worker's own role publishes: nothing is secret. */
  | { readonly kind: 'sns'; readonly name: string; readonly topicArn: string };

export const targetKinds = ['webhook', 'slack', 'sns'] as const satisfies readonly NoticeTarget['kind'][];

export const noticeKinds = ['approval wanted', 'approval still wanted'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface Notice {
  /** The same for every try: whoever gets it twice knows. */
  readonly id: string;
  readonly kind: NoticeKind;
  /** RFC 3339. */
  readonly at: string;
  readonly release: string;
  readonly service: string;
  readonly environment: string;
  readonly team: string;
  readonly version: string | null;
  readonly requester: string;
  readonly reason: string;
  /** Of a hotfix that is to pass freezes, in words; left out by all others. */
  readonly override?: string | undefined;
  /** In words, `1 of sre, 1 of ml-owners`. */
  readonly missing: string;
  readonly groups: readonly string[];
  readonly expiresAt: string;
  readonly statementDigest: Digest;
  readonly change: ChangeCounts | null;
}

/** What GuardDuty has found, and which releases it is about. */
export interface ThreatNotice {
  readonly id: string;
  readonly kind: 'security finding';
  /** RFC 3339. */
  readonly at: string;
  readonly finding: Pick<Threat, 'id' | 'type' | 'title' | 'severity' | 'account' | 'region' | 'updatedAt' | 'count'>;
  readonly about: Subject;
  readonly releases: readonly ReachedRelease[];
  /** How many beyond those, which the record of the finding names. */
  readonly moreReleases?: number | undefined;
  /** Of the event as it was delivered. */
  readonly evidence: Digest;
}

/** `told`: the release acts by its table. `incident`: its version serves and stays. `noted`: the same, of what counts for nothing. `gone`: it ended meanwhile. */
export type Reached = 'told' | 'incident' | 'noted' | 'gone';

/** What runs that no release explains, and did not at the look before. */
export interface StrayNotice {
  readonly id: string;
  readonly kind: 'unexplained workload';
  /** RFC 3339. */
  readonly at: string;
  /** At most ten. */
  readonly strays: readonly FoundStray[];
  /** So many more. */
  readonly more: number;
}

/** What has become a finding since it was released, and was none at the look before. */
export interface RescanNotice {
  readonly id: string;
  readonly kind: 'finding since release';
  /** RFC 3339. */
  readonly at: string;
  readonly environment: string;
  /** At most ten. */
  readonly findings: readonly LaterFinding[];
  /** So many more. */
  readonly more: number;
}

/** What was written to AWS that no release explains, of a sort that the look before did not have. */
export interface StrayWriteNotice {
  readonly id: string;
  readonly kind: 'unexplained write';
  /** RFC 3339. */
  readonly at: string;
  /** At most ten. */
  readonly writes: readonly FoundWrite[];
  /** So many more. */
  readonly more: number;
}

/** What of a stack is not as it was released, and was at the look before. */
export interface DriftNotice {
  readonly id: string;
  readonly kind: 'drift';
  /** RFC 3339. */
  readonly at: string;
  readonly environment: string;
  /** At most ten. */
  readonly drifts: readonly Drift[];
  /** So many more. */
  readonly more: number;
}

export type AnyNotice = Notice | ThreatNotice | StrayNotice | StrayWriteNotice | RescanNotice | DriftNotice;

/** One line, for where there is no room for more. */
export function noticeText(notice: AnyNotice): string {
  switch (notice.kind) {
    case 'security finding':
      return threatNoticeText(notice);
    case 'unexplained workload':
      return strayText(notice);
    case 'finding since release':
      return laterText(notice);
    case 'unexplained write':
      return strayWriteText(notice);
    case 'drift':
      return driftText(notice);
    case 'approval wanted':
    case 'approval still wanted':
      return approvalText(notice);
  }
}

function strayText({ strays: [first, ...others], more }: StrayNotice): string {
  if (first === undefined) return 'nothing runs that no release explains';
  return `No release explains ${first.workload} in ${first.environment}: ${first.because}${andMore(others.length + more)}`;
}

function laterText({ environment, findings: [first, ...others], more }: RescanNotice): string {
  if (first === undefined) return `nothing has become a finding in ${environment}`;
  const what = `${first.severity ?? 'denied'}: ${first.rule} in ${first.release}`;
  return `Since it was released in ${environment}, this has become a finding: ${what}: ${first.message}${andMore(others.length + more)}`;
}

function driftText({ environment, drifts: [first, ...others], more }: DriftNotice): string {
  if (first === undefined) return `nothing has drifted in ${environment}`;
  return `Not as it was released in ${environment}: ${first.address}, ${first.action} to put it back${andMore(others.length + more)}`;
}

const andMore = (count: number): string => (count === 0 ? '' : `, and ${count} more`);

function strayWriteText({ writes: [first, ...others], more }: StrayWriteNotice): string {
  if (first === undefined) return 'nothing was written that no release explains';
  return `No release explains ${first.name} in ${first.account} by ${first.principal}: ${first.because}${andMore(others.length + more)}`;
}

function threatNoticeText({ finding, releases, moreReleases = 0 }: ThreatNotice): string {
  const reached = releases.map(({ releaseId, state }) => (state === 'incident' ? `${releaseId}, which serves` : releaseId));
  if (moreReleases > 0) reached.push(`${moreReleases} more`);
  return `GuardDuty: ${threatText(finding)} about ${reached.length === 0 ? 'no release' : reached.join(', ')}: ${finding.title}`;
}

function approvalText({ kind, service, environment, version, missing, requester, override }: Notice): string {
  const what = `${service}${version === null ? '' : ` ${version}`} in ${environment}`;
  const still = kind === 'approval still wanted' ? 'still ' : '';
  const passes = override === undefined ? '' : `; once approved it ${override}`;
  return `${what} ${still}waits for ${missing}; ${requester} asked for it${passes}`;
}
