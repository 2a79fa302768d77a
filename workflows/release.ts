/**
 * One release, from a commit to a version that serves, or back to what was there before.
 *
 * It returns how it ended: every "no" is an ordinary ending. It fails only when a person is needed, and the
 * failure's kind names the run book. Undo is registered before the step, and nothing irreversible happens
 * before the record says that it is meant to.
 */
import { allHandlersFinished, CancellationScope, condition, rootCause, TemporalFailure } from '@temporalio/workflow';
import type { ReleaseOrder } from '../domain/order.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Ending } from './facts.ts';
import { check, fetchSource } from './prepare.ts';
import { provision } from './provision.ts';
import { failureOf, kindOf, refusal } from './refusal.ts';
import { ReleaseRun } from './release-run.ts';
import { ship } from './ship.ts';
import { requireSoak } from './soak.ts';

export async function release(order: ReleaseOrder): Promise<Outcome> {
  const run = new ReleaseRun(order);
  // Cancelling the workflow is one more way to say abort: it puts things back and answers, it does not just stop.
  void CancellationScope.current().cancelRequested.catch(() => run.abort('Temporal', 'the workflow was cancelled'));
  return await CancellationScope.nonCancellable(async () => {
    const outcome = await wholeStory(run);
    await condition(allHandlersFinished);
    return outcome;
  });
}

async function wholeStory(run: ReleaseRun): Promise<Outcome> {
  run.record('requested', { order: run.order }, true);
  run.threats.listen();
  let ending: Ending | undefined;
  let broke: TemporalFailure | undefined;
  try {
    await run.flush();
    ending = (await story(run)) ?? { kind: 'released', reason: releasedReason(run) };
  } catch (error) {
    // A plain Error is a bug of ours. Left alone it fails only the task, which waits for the fix and goes on.
    if (!(error instanceof TemporalFailure)) throw error;
    // Another run owns the record, and with it the world: touching either would make two writers.
    if (isForeign(error)) throw failureOf(error);
    broke = error;
    // An abort that was taken is the truer end of a step that broke meanwhile.
    ending = run.abortion;
    if (ending === undefined && run.model === 'put back')
      ending = { kind: 'rolled back', reason: `a step broke: ${rootCause(error) ?? 'unknown'}` };
  }

  // Outside the try: an undo that a person had to skip must not pass for one more reason to stop.
  const skipped = await run.unwind();
  if (skipped.length > 0) {
    await run.fail('release.undoStuck', `skipped by a person: ${skipped.join(', ')}`);
    throw refusal('release.undoStuck', `put back by hand: ${skipped.join(', ')}`);
  }
  if (ending === undefined) {
    const failure = failureOf(broke);
    await run.fail(failure.type ?? 'unknown', failure.message);
    throw failure;
  }
  if (ending.kind === 'rolled back') run.record('rolledBack', { reason: ending.reason });
  return await run.close(ending);
}

/** A rollback brings back what was judged before: nothing is scanned again, and review follows afterwards. */
async function story(run: ReleaseRun): Promise<Ending | undefined> {
  const fetched = (await run.proceed('fetching')) ?? (await fetchSource(run));
  if (fetched !== undefined) return fetched;
  if (run.order.rollback !== undefined) return await ship(run);
  return (await requireSoak(run)) ?? (await check(run)) ?? (await provision(run)) ?? (await ship(run));
}

function releasedReason({ order, infrastructure }: ReleaseRun): string {
  const what = order.model === undefined ? '' : `${order.model.version} serves all of ${order.service}`;
  const change = infrastructure === 'none' ? '' : `infrastructure ${infrastructure}`;
  return [what, change].filter((part) => part !== '').join('; ');
}

const isForeign = (error: unknown) => ['release.reset', 'ledger.forked'].includes(kindOf(error) ?? '');
