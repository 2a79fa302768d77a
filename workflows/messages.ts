/** All that may be said to a workflow, and what may be asked of it. The only file of this folder the API imports. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decision } from '../domain/approval.ts';
import type { Caller } from '../domain/caller.ts';
import { type Lane, laneSignals, type Waiter } from '../domain/lane.ts';
import type { DayEntry } from '../domain/ledger/refusals.ts';
import { lineSignals } from '../domain/line.ts';
import type { LaneRef, ReleaseOrder } from '../domain/order.ts';
import type { ReleaseRecord } from '../domain/record.ts';
import type { ThreatNews } from '../domain/threats/finding.ts';
import { findingSignalName, type ReceivedThreat } from '../domain/threats/told.ts';
import type { NoticeState } from '../domain/undelivered.ts';
import { type ReleaseView, viewQueryName } from '../domain/view.ts';

/** Task queues; an environment may name its own `tools` and `watch` queues. */
export const taskQueues = { releases: 'releases', control: 'control', watch: 'watch', tools: 'tools' } as const;

/**
 * Where somebody who looks at the installation asks the workers of a queue. Beside the queue, because one whose slots
 * are all taken by scans or judgements for minutes would look like one that nobody serves.
 */
export const looksOf = (queue: string): string => `${queue}-looks`;

/** Who says it and why; `reason` is never empty. */
export interface Instruction {
  readonly by: Caller;
  readonly reason: string;
}

export const approveUpdate = defineUpdate<ReleaseView, [Decision]>('approve');
export const rejectUpdate = defineUpdate<ReleaseView, [Decision]>('reject');
/** Takes back the caller's own approval. */
export const withdrawUpdate = defineUpdate<ReleaseView, [Instruction]>('withdraw');
export const holdUpdate = defineUpdate<ReleaseView, [Instruction]>('hold');
export const resumeUpdate = defineUpdate<ReleaseView, [Instruction]>('resume');
export const abortUpdate = defineUpdate<ReleaseView, [Instruction]>('abort');
/** `undo` is the name shown in `ReleaseView.undo`. */
export const skipUndoUpdate = defineUpdate<ReleaseView, [Instruction & { readonly undo: string }]>('skipUndo');

/** The same message to a recovery, which has no view. */
export const skipRecoveryUndoUpdate = defineUpdate<void, [Instruction & { readonly undo: string }]>('skipUndo');
/** To a recovery that waits for a person: look again now. */
export const lookAgainUpdate = defineUpdate<void, [Instruction]>('lookAgain');

/** To a line that is stopped; by another person than the one who stopped it. */
export const resumeLineUpdate = defineUpdate<void, [Instruction]>('resumeLine');

export const viewQuery = defineQuery<ReleaseView>(viewQueryName);
export const orderQuery = defineQuery<ReleaseOrder>('order');

/** At most `limit` records whose sequence is greater than `after` (−1 for all), oldest first. */
export const recordsQuery = defineQuery<readonly ReleaseRecord[], [after: number, limit: number]>('records');

export const laneQuery = defineQuery<Lane>('lane');

/** To the workflow of a day's refused calls. */
export const refusedSignal = defineSignal<[DayEntry]>('refused');

/** 0 holds the lane, −1 was turned away. `asked`: of the asking that this answers. */
export interface LanePosition extends Pick<Waiter, 'asked'> {
  readonly lane: LaneRef;
  readonly position: number;
}

/** To a notice that nobody took: try once more, now. */
export const redeliverNoticeUpdate = defineUpdate<NoticeState>('redeliverNotice');
/** Nobody needs it any more. */
export const discardNoticeUpdate = defineUpdate<NoticeState, [Instruction]>('discardNotice');

/** GuardDuty has found something: to releases that it may be about. */
export const findingSignal = defineSignal<[ThreatNews]>(findingSignalName);
/** The same, to the workflow of the finding: with whom to tell, whatever it is about. */
export const findingReceivedSignal = defineSignal<[ReceivedThreat]>(findingSignalName);

/** The lane tells a release where it stands. */
export const lanePositionSignal = defineSignal<[LanePosition]>(laneSignals.position);
/** A rollback waits behind this release: it should give way. */
export const laneWantedSignal = defineSignal<[{ readonly lane: LaneRef; readonly by: string }]>(laneSignals.wanted);
export const enterLaneSignal = defineSignal<[Waiter]>(laneSignals.enter);
export const leaveLaneSignal = defineSignal<[{ readonly releaseId: string }]>(laneSignals.leave);

/** A release waits for a line that is stopped; and is told when it no longer is. */
export const waitForLineSignal = defineSignal<[{ readonly releaseId: string }]>(lineSignals.wait);
export const lineChangedSignal = defineSignal(lineSignals.changed);
