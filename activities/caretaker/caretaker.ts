/**
 * Finds releases that ended without an answer. Only looks: the caretaker's workflow starts their recovery.
 */
import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import type { AbandonedRun, CaretakerPort } from '../../domain/ports.ts';
import { recoveryIdOf } from '../../domain/recovery.ts';
import { failure } from '../failure.ts';

/** Longer than any outage of the caretaker that nobody notices, shorter than Temporal's usual retention. */
const lookBackDays = 7;
/** About 15 KiB of an answer; what is left over is found at the next look, since recovered ones drop out. */
const abandonedMax = 100;

export interface CaretakerDependencies {
  readonly client: Client;
  readonly now?: () => number;
}

export function createCaretakerActivities({ client, now = Date.now }: CaretakerDependencies): CaretakerPort {
  /**
   * A recovery that began after the run ended has looked at everything that run left. Asked of the execution
   * itself: visibility lags behind, and would let a recovery be started twice.
   */
  const hasRecovery = async (run: WorkflowExecutionInfo) => {
    try {
      const { startTime } = await client.workflow.getHandle(recoveryIdOf(run.workflowId)).describe();
      return run.closeTime !== undefined && startTime >= run.closeTime;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };

  return {
    async findAbandoned() {
      try {
        const abandoned: AbandonedRun[] = [];
        for await (const run of client.workflow.list({ query: abandonedQuery(now()) })) {
          if (await hasRecovery(run)) continue;
          abandoned.push({ releaseId: run.workflowId, runId: run.runId, status: run.status.name });
          if (abandoned.length === abandonedMax) break;
        }
        return abandoned;
      } catch (error) {
        throw failure('temporal.unreachable', `Temporal did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
      }
    },
  };
}

/** Completed ones gave an answer and cancelled ones put everything back; these three did neither. */
export function abandonedQuery(nowMilliseconds: number): string {
  const since = new Date(nowMilliseconds - lookBackDays * 24 * 60 * 60 * 1000).toISOString();
  return `WorkflowType = 'release' AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed') AND CloseTime > '${since}'`;
}
