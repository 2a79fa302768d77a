/** The chain of a day's refused calls, as Temporal has it: a workflow that begins with the day's first one. */
import type { Client } from '@temporalio/client';
import { dayOfTime, type RefusedCall, refusalsIdOf } from '../../domain/ledger/refusals.ts';
import { refusedSignal, taskQueues } from '../../workflows/messages.ts';

export interface RefusalsGateway {
  tell(call: RefusedCall): Promise<void>;
}

export function createRefusalsGateway(client: Client, within: <Answer>(ask: () => Promise<Answer>) => Promise<Answer>): RefusalsGateway {
  return {
    tell: (call) =>
      within(async () => {
        const day = dayOfTime(call.at);
        await client.workflow.signalWithStart('refusals', {
          workflowId: refusalsIdOf(day),
          taskQueue: taskQueues.releases,
          args: [day],
          signal: refusedSignal,
          signalArgs: [call],
          staticSummary: `Calls that were refused on ${day}`,
        });
      }),
  };
}
