/**
 * Entering and leaving a lane: a signal to the lane's workflow, which starts with the first one who asks.
 * Knows nothing of who is first: that is the lane's business.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { emptyLane, laneIdOf, laneSignals, laneWorkflow } from '../../domain/lane.ts';
import type { LanesPort } from '../../domain/ports.ts';
import { failure } from '../failure.ts';

export function createLanesActivities({ client }: { readonly client: Client }): LanesPort {
  return {
    async enterLane({ lane, ...waiter }) {
      await reachable(() =>
        client.workflow.signalWithStart(laneWorkflow.type, {
          workflowId: laneIdOf(lane),
          taskQueue: laneWorkflow.taskQueue,
          args: [lane, emptyLane],
          signal: laneSignals.enter,
          signalArgs: [waiter],
          staticSummary: `lane ${lane.kind} ${lane.key}`,
        }),
      );
    },

    async leaveLane({ lane, releaseId }) {
      await reachable(async () => {
        try {
          await client.workflow.getHandle(laneIdOf(lane)).signal(laneSignals.leave, { releaseId });
        } catch (error) {
          // A lane that does not run holds nobody. Starting one only to leave it would be work for nothing.
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }
      });
    },
  };
}

async function reachable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw failure('temporal.unreachable', `Temporal did not take the signal: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}
