/**
 * Puts back what a release left when its run was terminated, timed out, failed or was reset.
 *
 * It takes the record on, so that no other run of that release can act any more, then waits for a Terraform
 * that may still run, runs every undo the record says is owed, and frees both lanes.
 */
import { condition, setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Digest } from '../domain/digest.ts';
import { linked } from '../domain/ledger/chain.ts';
import { type Json, type LaneRef, type ReleaseOrder, serviceLaneOf, stateLaneOf } from '../domain/order.ts';
import type { ModelState, Outcome, OutcomeKind } from '../domain/outcome.ts';
import type { AbandonedRun } from '../domain/ports.ts';
import { type Intent, type RecordKind, type ReleaseRecord, recordOf } from '../domain/record.ts';
import { nameOf, type Undo } from '../domain/undo.ts';
import { lookAgainUpdate, skipRecoveryUndoUpdate } from './messages.ts';
import { now } from './outbox.ts';
import { troubleOf } from './provision.ts';
import { refusal } from './refusal.ts';
import { searchAttributes } from './search-attributes.ts';
import { ledger, stepsOf, undoStepsOf } from './steps.ts';
import { UndoStack } from './undo-stack.ts';

export async function recover({ releaseId, status }: AbandonedRun): Promise<Outcome | null> {
  const skipped = new Set<string>();
  setHandler(skipRecoveryUndoUpdate, ({ undo }) => void skipped.add(undo));

  const {
    order,
    intent,
    nextSequence,
    closed,
    head = null,
  } = await ledger.readLastIntent.executeWithOptions({ summary: `What does ${releaseId} owe?` }, [{ releaseId }]);
  // Without record 0 nothing was ever done.
  if (order === null) return null;
  const lanes: readonly Undo[] = lanesOf(order).map((lane) => ({ kind: 'leave lane', lane }));
  const undoSteps = undoStepsOf(order.queues);
  if (closed) {
    // It ended by itself, perhaps just before it could leave its lanes.
    for (const lane of lanesOf(order))
      await undoSteps.lanes.leaveLane.executeWithOptions({ summary: 'Leave its lanes' }, [{ lane, releaseId }]);
    return null;
  }

  const record = recordAfter(releaseId, nextSequence, head);
  const { service, environment, team } = order;
  upsertSearchAttributes([
    { key: searchAttributes.service, value: service },
    { key: searchAttributes.environment, value: environment },
    { key: searchAttributes.team, value: team },
  ]);
  await record('recovered', { status, intent });

  const infrastructure = await settleApply(order, intent);
  const model = intent?.model ?? (order.model === undefined ? 'none' : 'unchanged');
  const outcome: Outcome = { kind: kindOf(model), reason: `recovered after the run ${status.toLowerCase()}`, infrastructure, model };
  const undo = new UndoStack();
  for (const owed of [...lanes, ...(intent?.owed ?? [])]) undo.push(owed);
  const left = await undo.unwind(order, undoSteps, {
    isSkipped: (owed) => skipped.has(nameOf(owed)),
    // Whoever ended the release has also ended its waiting for evidence.
    keep: () => undefined,
    stuck: (owed, because) => callPerson(`undo "${nameOf(owed)}" does not succeed: ${because}`),
    finished: () => undefined,
    settled: (given) =>
      given.length === 0 ? record('closed', { ...outcome }) : record('failed', { kind: 'release.undoStuck', undos: given.map(nameOf) }),
  });
  if (left.length > 0) throw refusal('release.undoStuck', `put back by hand: ${left.map(nameOf).join(', ')}`);
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome.kind }]);
  return outcome;
}

/** Takes the record on where it ends, as a chain if it is one; what ends it is sealed. */
function recordAfter(releaseId: string, nextSequence: number, head: Digest | null) {
  const { runId } = workflowInfo();
  let sequence = nextSequence;
  let previous = head;
  return async (kind: RecordKind, data: object): Promise<void> => {
    const plain = recordOf(releaseId, { runId, sequence, claim: kind === 'recovered' }, kind, now(), data as Json);
    const record: ReleaseRecord = previous === null ? plain : linked(plain, previous);
    const seal = record.hash !== undefined && (kind === 'closed' || kind === 'failed');
    await ledger.appendRecords.executeWithOptions({ summary: `Record ${sequence}${seal ? ', sealed' : ''}` }, [
      { releaseId, records: [record], ...(seal ? { seal } : {}) },
    ]);
    previous = record.hash ?? null;
    sequence += 1;
  };
}

const kindOf = (model: ModelState): OutcomeKind => (model === 'released' ? 'released' : model === 'put back' ? 'rolled back' : 'cancelled');

/** A person who has unlocked a state should not also have to say so. */
const lookAgainEvery = '5 minutes';

function callPerson(because: string): void {
  upsertSearchAttributes([{ key: searchAttributes.attention, value: true }]);
  setCurrentDetails(`⚠ **A person is needed:** ${because}`);
}

const lanesOf = (order: ReleaseOrder): readonly LaneRef[] => [
  ...(order.infrastructure === undefined ? [] : [stateLaneOf(order.infrastructure.stack)]),
  ...(order.model === undefined ? [] : [serviceLaneOf(order)]),
];

/** The state lane is freed only when no Terraform of ours can be at work any more. */
async function settleApply(order: ReleaseOrder, intent: Intent | null): Promise<Outcome['infrastructure']> {
  if (order.infrastructure === undefined) return 'none';
  if (intent?.apply === undefined) return intent?.infrastructure ?? 'unchanged';
  const { releaseId, service, environment, team, requester, aws, queues } = order;
  const { stack, variables } = order.infrastructure;
  const { archive, approved, lineage } = intent.apply;
  const release = { releaseId, service, environment, team };
  let looks = 0;
  setHandler(lookAgainUpdate, () => void (looks += 1));
  for (;;) {
    const seen = looks;
    const observed = await stepsOf(queues).observe.observeApply.executeWithOptions({ summary: 'How far did the apply get?' }, [
      { release, archive, stack, variables, aws, requester, approved, lineage },
    ]);
    if (observed.kind === 'applied') return 'applied';
    if (observed.kind === 'remainder approved') return observed.nothingDone ? 'unchanged' : 'partial';
    // The lane stays taken: nobody else may touch this state until a person has.
    callPerson(troubleOf(observed));
    await condition(() => looks > seen, lookAgainEvery);
  }
}
