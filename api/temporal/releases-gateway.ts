/** All the API ever asks of Temporal. One seam: the services above it are tested without a server. */
import type { UpdateDefinition } from '@temporalio/common';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import type { DriftReport } from '../../domain/released/drift.ts';
import type { RescanReport } from '../../domain/released/rescan.ts';
import type { StraysReport } from '../../domain/strays/look.ts';
import type { ReleaseView } from '../../domain/view.ts';
import type { Instruction } from '../../workflows/messages.ts';
import type { CheckupGateway } from './checkup.ts';
import type { DeadFindingsGateway } from './dead-findings.ts';
import type { LastLook } from './last-look.ts';
import type { LineGateway } from './line.ts';
import type { PreviewGateway } from './previews.ts';
import type { RefusalsGateway } from './refusals.ts';
import type { ThreatGateway } from './threats.ts';
import type { UndeliveredGateway } from './undelivered.ts';

export const runStatuses = ['running', 'completed', 'failed', 'canceled', 'terminated', 'timed out'] as const;
/** `completed` has an outcome; `failed` and what follows need, or had, a person or a recovery. */
export type RunStatus = (typeof runStatuses)[number];

/** What visibility knows of a release: nobody but Temporal's server is asked. */
export interface ReleaseSummary {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly team: string;
  readonly requester: string;
  readonly status: RunStatus;
  readonly phase: string;
  readonly outcome: string | null;
  readonly weightPercent: number;
  readonly attention: boolean;
  readonly startedAt: string;
  readonly closedAt: string | null;
}

export interface ReleaseDescription extends ReleaseSummary {
  readonly approverGroups: readonly string[];
  /** How fresh a second factor an approval needs; `null`: none. */
  readonly mfaWithinMinutes: number | null;
  /** Grows with everything that happens: unchanged means that nothing did. */
  readonly historyLength: number;
  /** Last heartbeat of every activity under way, as it was sent. */
  readonly heartbeats: readonly unknown[];
}

/** What became of a release whose own run ended without an answer. */
export interface Recovery {
  readonly status: RunStatus;
  /** Set once it is completed; `null` too when there was nothing to put back. */
  readonly outcome: Outcome | null;
}

export interface ReleasePage {
  readonly releases: readonly ReleaseSummary[];
  readonly nextPageToken: string | null;
}

export type Told = { readonly kind: 'done'; readonly view: ReleaseView } | { readonly kind: 'accepted' };

export interface ReleasesGateway {
  readonly checkup: CheckupGateway;
  readonly line: LineGateway;
  readonly previews: PreviewGateway;
  readonly refusals: RefusalsGateway;
  readonly strays: LastLook<StraysReport>;
  readonly rescan: LastLook<RescanReport>;
  readonly drift: LastLook<DriftReport>;
  readonly threats: ThreatGateway;
  readonly undelivered: UndeliveredGateway;
  readonly deadFindings: DeadFindingsGateway;
  /** `false`: a release of this id is or was there already, whoever asked for it; nothing was started. */
  start(order: ReleaseOrder): Promise<boolean>;
  describe(id: string): Promise<ReleaseDescription | undefined>;
  /** `null` before the caretaker has started one. */
  recovery(id: string): Promise<Recovery | null>;
  view(id: string): Promise<ReleaseView>;
  /** Oldest first, at most `limit`, after this sequence (−1 for all). */
  records(id: string, after: number, limit: number): Promise<readonly ReleaseRecord[]>;
  list(query: string, pageSize: number, pageToken: string | undefined): Promise<ReleasePage>;
  /** `accepted`: it outlasted the wait and goes on. A refusal by the workflow is a `Problem` of its kind. */
  tell<Input>(id: string, update: UpdateDefinition<ReleaseView, [Input]>, input: Input, updateId: string): Promise<Told>;
  /** Says the same to the recovery of a release: skip an undo (named by `undo`), or look again. */
  tellRecovery(id: string, input: Instruction & { readonly undo?: string | undefined }, updateId: string): Promise<Told['kind']>;
  /** Throws when Temporal does not answer. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
