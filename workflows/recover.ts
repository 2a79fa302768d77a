/**
 * Puts back what a release left when its run was terminated, timed out, failed or was reset.
 *
 * It takes the record on, so that no other run of that release can act any more, then waits for a Terraform
 * that may still run, runs every undo the record says is owed, and frees both lanes.
 */
import { condition, setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { type Json, type LaneRef, type ReleaseOrder, serviceLaneOf, stateLaneOf } from '../domain/order.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { AbandonedRun } from '../domain/ports.ts';
import { type Intent, type RecordKind, recordOf } from '../domain/record.ts';
import { nameOf } from '../domain/undo.ts';
import { lookAgainUpdate, skipRecoveryUndoUpdate } from './messages.ts';
import { troubleOf } from './provision.ts';
import { refusal } from './refusal.ts';
import { now } from './release-run.ts';
import { searchAttributes } from './search-attributes.ts';
import { ledger, stepsOf, undoStepsOf } from './steps.ts';
import { UndoStack } from './undo-stack.ts';

export async function recover({ releaseId, status }: AbandonedRun): Promise<Outcome | null> {
  const skipped = new Set<string>();
  setHandler(skipRecoveryUndoUpdate, ({ undo }) => void skipped.add(undo));

  const { order, intent, nextSequence, closed } = await ledger.readLastIntent.executeWithOptions(
    { summary: `What does ${releaseId} owe?` },
    [{ releaseId }],
  );
  // Without record 0 nothing was ever done; a closed record owes nothing.
  if (order === null || closed) return null;

  let sequence = nextSequence;
  const { runId } = workflowInfo();
  const record = async (kind: RecordKind, data: object) => {
    const records = [recordOf(releaseId, { runId, sequence, claim: kind === 'recovered' }, kind, now(), data as Json)];
    await ledger.appendRecords.executeWithOptions({ summary: `Record ${sequence}` }, [{ releaseId, records }]);
    sequence += 1;
  };
  const { service, environment, team } = order;
  upsertSearchAttributes([
    { key: searchAttributes.service, value: service },
    { key: searchAttributes.environment, value: environment },
    { key: searchAttributes.team, value: team },
  ]);
  await record('recovered', { status, intent });

  const infrastructure = await settleApply(order, intent);
  const undo = new UndoStack();
  for (const lane of lanesOf(order)) undo.push({ kind: 'leave lane', lane });
  for (const owed of intent?.owed ?? []) undo.push(owed);
  const promoted = intent?.step === 'promote';
  const left = await undo.unwind(order, undoStepsOf(order.queues), {
    isSkipped: (owed) => skipped.has(nameOf(owed)),
    stuck: (owed, because) => callPerson(`undo "${nameOf(owed)}" does not succeed: ${because}`),
    finished: () => undefined,
  });
  if (left.length > 0) throw refusal('release.undoStuck', `put back by hand: ${left.map(nameOf).join(', ')}`);

  const shipped = intent?.step === 'deploy' || intent?.step === 'shift';
  const outcome: Outcome = {
    kind: promoted ? 'released' : shipped ? 'rolled back' : 'cancelled',
    reason: `recovered after the run ${status.toLowerCase()}`,
    infrastructure,
    model: order.model === undefined ? 'none' : promoted ? 'released' : shipped ? 'put back' : 'unchanged',
  };
  await record('closed', { ...outcome });
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome.kind }]);
  return outcome;
}

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
  if (intent === null) return 'unchanged';
  if (intent.apply === undefined) return 'applied';
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
