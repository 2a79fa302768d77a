/** The last look at what runs, as Temporal has it: the result of its workflow. */
import type { Client } from '@temporalio/client';
import { type StraysReport, straysWorkflow } from '../../domain/strays/look.ts';
import type { Deadline } from './line.ts';

export interface StraysGateway {
  /** `null`: there was none yet, or none that Temporal still has. */
  last(): Promise<StraysReport | null>;
}

/** Lists begin with what ended last. */
const query = `WorkflowType = '${straysWorkflow}' AND ExecutionStatus = 'Completed'`;

export function createStraysGateway(client: Client, within: Deadline): StraysGateway {
  return {
    last: () =>
      within(async () => {
        for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: 1 }))
          return (await client.workflow.getHandle(workflowId, runId).result()) as StraysReport;
        return null;
      }),
  };
}
