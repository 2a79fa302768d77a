/** Each minute: releases that ended without an answer are recovered, so that nothing is left half done. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { recoveryIdOf } from '../domain/recovery.ts';
import { recover } from './recover.ts';
import { caretaking } from './steps.ts';

export async function caretaker(): Promise<{ readonly started: readonly string[] }> {
  const started: string[] = [];
  for (const run of await caretaking.findAbandoned()) {
    const workflowId = recoveryIdOf(run.releaseId);
    try {
      await startChild(recover, {
        workflowId,
        args: [run],
        // The recovery outlives this minute's look.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `Put back what ${run.releaseId} left (${run.status.toLowerCase()})`,
      });
      started.push(workflowId);
    } catch (error) {
      // It is at work already; the next look finds whatever it leaves.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
  return { started };
}
