/** The chain of a day, as Temporal has it: a workflow that begins with the first call that is refused, or the first act. */
import type { Client } from '@temporalio/client';
import { type DayEntry, dayOfTime, refusalsIdOf } from '../../domain/ledger/refusals.ts';
import { refusedSignal, taskQueues } from '../../workflows/messages.ts';

export interface RefusalsGateway {
  tell(entry: DayEntry): Promise<void>;
}

export function createRefusalsGateway(client: Client, within: <Answer>(ask: () => Promise<Answer>) => Promise<Answer>): RefusalsGateway {
  return {
    tell: (entry) =>
      within(async () => {
        const day = dayOfTime(entry.at);
        await client.workflow.signalWithStart('refusals', {
          workflowId: refusalsIdOf(day),
          taskQueue: taskQueues.releases,
          args: [day],
          signal: refusedSignal,
          signalArgs: [entry],
          staticSummary: `What was refused on ${day}, and done beside releases`,
        });
      }),
  };
}
