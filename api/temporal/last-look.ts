/** The last look of a schedule, as Temporal has it: the result of its workflow. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Deadline } from './line.ts';

export interface LastLook<Report> {
  /** `null`: there was none yet, or none that Temporal still has. */
  last(): Promise<Report | null>;
}

/** Lists begin with what ended last. */
export function createLastLook<Report>(client: Client, within: Deadline, workflow: string): LastLook<Report> {
  const query = `WorkflowType = '${workflow}' AND ExecutionStatus = 'Completed'`;
  return {
    last: () =>
      within(async () => {
        try {
          for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: 1 }))
            return (await client.workflow.getHandle(workflowId, runId).result()) as Report;
          return null;
        } catch (error) {
          // Lists lag behind: it was forgotten in between, and those before it were forgotten earlier.
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        }
      }),
  };
}
