/** The dead-letter queue of findings, as a workflow sees it through a worker. */
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { type DeadFindings, type DeadFindingsRequest, deadFindingsWorkflow } from '../../domain/threats/dead.ts';
import { taskQueues } from '../../workflows/messages.ts';
import { Problem } from '../http/problem.ts';
import type { Deadline } from './line.ts';

export interface DeadFindingsGateway {
  /** Asked for twice at the same time it looks once. */
  look(request: DeadFindingsRequest): Promise<DeadFindings>;
}

/** A queue is waited for 5 s and an activity 15. */
const timeout = '22 seconds';

export function createDeadFindingsGateway(client: Client, within: { readonly checkup: Deadline }): DeadFindingsGateway {
  return {
    look: (request) =>
      within.checkup(async () => {
        const handle = await client.workflow.start(deadFindingsWorkflow, {
          workflowId: `${deadFindingsWorkflow}/${request.tell ? 'told' : 'listed'}`,
          taskQueue: taskQueues.releases,
          args: [request],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowExecutionTimeout: timeout,
        });
        try {
          return (await handle.result()) as DeadFindings;
        } catch (error) {
          if (!(error instanceof WorkflowFailedError)) throw error;
          throw new Problem('queue.unreachable', `the dead-letter queue was not looked at: ${why(error.cause)}`, { cause: error });
        }
      }),
  };
}

/** What a worker says is for people to read; what Temporal says is that none did. */
function why(cause: Error | undefined): string {
  const said = cause instanceof ActivityFailure ? cause.cause : cause;
  return said instanceof ApplicationFailure ? said.message : 'no worker of the queue `control` answered in time';
}
