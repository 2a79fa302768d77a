/** A finding on its way to the workflow that is its own, whoever brings it. */
import type { Client } from '@temporalio/client';
import { threatText } from '../../domain/threats/finding.ts';
import { findingIdOf, findingSignalName, findingWorkflow, type ReceivedThreat } from '../../domain/threats/told.ts';

/** Temporal has it when this has answered. */
export async function tell(client: Client, received: ReceivedThreat): Promise<void> {
  const { id } = received.threat;
  await client.workflow.signalWithStart(findingWorkflow.type, {
    workflowId: findingIdOf(id),
    taskQueue: findingWorkflow.taskQueue,
    args: [id],
    signal: findingSignalName,
    signalArgs: [received],
    staticSummary: threatText(received.threat),
  });
}
