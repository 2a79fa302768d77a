/**
 * What a release would be: everything up to judging, as a release itself does it, and nothing after that. Nobody is
 * asked, no lane is entered, nothing is applied and nothing is written into the ledger; the plan is speculative.
 */
import { CancellationScope, TemporalFailure } from '@temporalio/workflow';
import type { ReleaseOrder } from '../domain/order.ts';
import type { OutcomeKind } from '../domain/outcome.ts';
import type { Ending } from './facts.ts';
import { check, fetchSource } from './prepare.ts';
import { foresee } from './provision.ts';
import { failureOf } from './refusal.ts';
import { ReleaseRun } from './release-run.ts';
import { requireSoak } from './soak.ts';

/** `null`: it would go on, after the approvals that its view names. */
export async function preview(order: ReleaseOrder): Promise<OutcomeKind | null> {
  const run = new ReleaseRun(order);
  void CancellationScope.current().cancelRequested.catch(() => run.abort('Temporal', 'the workflow was cancelled'));
  const ending = await CancellationScope.nonCancellable(() => named(run));
  const { infrastructure, model } = run;
  if (ending !== undefined) run.show({ outcome: { ...ending, infrastructure, model } });
  return ending?.kind ?? null;
}

/** A step that breaks ends the preview by name, where whoever asked looks for it. */
async function named(run: ReleaseRun): Promise<Ending | undefined> {
  try {
    return await story(run);
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    const failure = failureOf(error);
    run.show({ attention: `${failure.type ?? 'unknown'}: ${failure.message}` });
    throw failure;
  }
}

/** What another environment has not run yet is said last: the rest is worth seeing before. */
async function story(run: ReleaseRun): Promise<Ending | undefined> {
  return (await fetchSource(run)) ?? (await check(run)) ?? (await foresee(run)) ?? (await requireSoak(run));
}
