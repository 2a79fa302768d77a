/** One notice to one place. Nothing waits for it but what tells: what nobody took is kept by a workflow of its own. */
import { isCancellation, ParentClosePolicy, rootCause, startChild, TemporalFailure } from '@temporalio/workflow';
import type { NotifyPort } from '../domain/ports.ts';
import { type UndeliveredNotice, undeliveredIdOf, undeliveredWorkflowId } from '../domain/undelivered.ts';
import { now } from './outbox.ts';
import { isPatched } from './patches.ts';
import { noticing } from './steps.ts';
import { undelivered } from './undelivered.ts';

type Delivery = Parameters<NotifyPort['deliverNotice']>[0];

/** `undefined`: it was taken. Otherwise why not: an hour of tries is over, or it can never be. */
export async function deliver(delivery: Delivery): Promise<string | undefined> {
  const { target, notice } = delivery;
  try {
    await noticing.deliverNotice.executeWithOptions({ summary: `Tell ${target.name}: ${notice.kind}` }, [delivery]);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    const because = rootCause(error) ?? 'unknown';
    // Whoever is cancelled tells nobody any more, and did not fail to.
    if (!isCancellation(error) && isPatched('what nobody took is kept')) await keep({ target, notice, since: now(), because });
    return because;
  }
}

async function keep(kept: UndeliveredNotice): Promise<void> {
  const { target, notice } = kept;
  try {
    await startChild(undelivered, {
      workflowId: undeliveredWorkflowId(undeliveredIdOf(kept)),
      args: [kept],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      // It outlives the release, the finding or the look that it tells of.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${target.name} was not told: ${notice.kind}`,
    });
  } catch (error) {
    // It is kept already, or whoever told was cancelled just now.
    if (!(error instanceof TemporalFailure)) throw error;
  }
}
