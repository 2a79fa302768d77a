/** One release as people and programs read it: what the workflow answers when it is asked. */
import { groupsOf } from './approval.ts';
import type { ChangeAction, ChangeCounts } from './change.ts';
import type { Digest } from './digest.ts';
import type { ScanSummary } from './finding.ts';
import type { GateDecision } from './gate.ts';
import type { Verdict } from './judge/judge.ts';
import type { Obstacle } from './line.ts';
import type { LaneRef, ReleaseOrder, Requester, Urgency } from './order.ts';
import type { Outcome } from './outcome.ts';
import type { FreezeOverride } from './override.ts';
import type { Phase } from './phase.ts';
import type { Standing } from './quorum.ts';
import type { Slot } from './slot.ts';
import type { Statement } from './statement.ts';
import type { Concern } from './threats/concern.ts';
import type { Threat } from './threats/finding.ts';
import type { Response } from './threats/response.ts';

export type WaitingFor =
  | {
      readonly kind: 'approval';
      readonly groups: readonly string[];
      /** In words, `1 of sre, 1 of ml-owners`. */
      readonly missing: string;
      readonly statementDigest: Digest;
      readonly expiresAt: string;
    }
  /** Position 0 holds the lane. */
  | { readonly kind: 'lane'; readonly lane: LaneRef; readonly position: number }
  /** A freeze is on, or somebody has stopped the line; it goes on by itself. */
  | { readonly kind: 'line'; readonly obstacles: readonly Obstacle[] }
  | { readonly kind: 'resume'; readonly heldBy: string; readonly reason: string }
  /** An undo that does not succeed: a person may skip it by name. */
  | { readonly kind: 'undo'; readonly undo: string; readonly since: string };

export interface ApprovalView {
  readonly decision: 'approve' | 'reject';
  readonly by: string;
  readonly at: string;
  readonly reason: string;
  readonly statementDigest: Digest;
  /** False once something it covered has changed, or it was withdrawn. */
  readonly valid: boolean;
  /** Why it no longer counts. */
  readonly because: string | null;
}

export interface QuorumView extends Standing {
  /** Subjects, and addresses from commits: their own work is judged, so their yes does not count. */
  readonly notCounted: readonly string[];
}

export interface ThreatView extends Pick<Threat, 'id' | 'type' | 'title' | 'severity' | 'sample'> {
  readonly at: string;
  readonly concern: Concern;
  /** What it did to the release. */
  readonly response: Response;
  /** Of the event as it was delivered. */
  readonly evidence: Digest;
}

export interface ReleaseView {
  readonly releaseId: string;
  readonly service: string;
  readonly team: string;
  readonly environment: string;
  readonly attempt: number;
  readonly urgency: Urgency;
  readonly reason: string;
  readonly requester: Requester;
  /** It is to pass freezes, and why. */
  readonly override?: FreezeOverride | undefined;
  /** Left out by a canary. */
  readonly strategy?: ReleaseOrder['strategy'];
  readonly approverGroups: readonly string[];
  readonly commit: string;
  readonly modelVersion: string | null;
  readonly startedAt: string;
  readonly phase: Phase;
  readonly phaseSince: string;
  /** Every phase entered, with the time it was entered at. */
  readonly history: readonly { readonly phase: Phase; readonly at: string }[];
  readonly waitingFor: WaitingFor | null;
  readonly held: { readonly by: string; readonly reason: string } | null;
  readonly scans: readonly ScanSummary[];
  readonly change: {
    readonly digest: Digest;
    readonly counts: ChangeCounts;
    readonly addresses: readonly string[];
    /** What becomes of each address; left out by releases from before it was said. */
    readonly actions?: readonly ChangeAction[] | undefined;
  } | null;
  readonly gate: GateDecision | null;
  readonly statement: Statement | null;
  readonly statementDigest: Digest | null;
  readonly approvals: readonly ApprovalView[];
  /** Who has approved the open statement for which group, and who is missing; `null` while nobody is asked. */
  readonly quorum: QuorumView | null;
  /** The slot the new version goes to, and the one that was live when it began. */
  readonly slots: { readonly candidate: Slot; readonly live: Slot | null } | null;
  /** Percent of the traffic that the new version has. */
  readonly weightPercent: number;
  readonly verdict: Verdict | null;
  /** What GuardDuty has found about it, oldest first; at most twenty. */
  readonly threats: readonly ThreatView[];
  /** Names of the undos still owed. */
  readonly undo: readonly string[];
  /** Why a person is needed, if one is. */
  readonly attention: string | null;
  readonly outcome: Outcome | null;
  /** How many records there are; record ids of the event stream are below this. */
  readonly records: number;
}

/** By this name a release is asked for its view. */
export const viewQueryName = 'view';

/** Before anything has happened. `at`: RFC 3339. */
export function firstView(order: ReleaseOrder, at: string): ReleaseView {
  const { releaseId, service, team, environment, attempt, urgency, reason, requester, approvals, source, model, override, strategy } =
    order;
  return {
    releaseId,
    service,
    team,
    environment,
    attempt,
    urgency,
    reason,
    requester,
    ...(override !== undefined && { override }),
    ...(strategy !== undefined && { strategy }),
    approverGroups: groupsOf(approvals),
    commit: source.commit,
    modelVersion: model?.version ?? null,
    startedAt: at,
    phase: 'fetching',
    phaseSince: at,
    history: [{ phase: 'fetching', at }],
    waitingFor: null,
    held: null,
    scans: [],
    change: null,
    gate: null,
    statement: null,
    statementDigest: null,
    approvals: [],
    quorum: null,
    slots: null,
    weightPercent: 0,
    verdict: null,
    threats: [],
    undo: [],
    attention: null,
    outcome: null,
    records: 0,
  };
}
