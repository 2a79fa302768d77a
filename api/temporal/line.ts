/** The line of an environment, as Temporal has it: a workflow that runs while it is stopped. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { lineIdOf, lineMemo, lineWorkflow, type Stop } from '../../domain/line.ts';
import { type Instruction, resumeLineUpdate } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { summaryLine } from './summary-line.ts';

export interface LineGateway {
  /** Who stopped it; `null` while it is free. */
  stopped(environment: string): Promise<Stop | null>;
  /** `false`: it was stopped already, by somebody. */
  stop(environment: string, stop: Stop): Promise<boolean>;
  /** `false`: it was not stopped. A refusal by the workflow is a `Problem` of its kind. */
  resume(environment: string, instruction: Instruction): Promise<boolean>;
}

export function createLineGateway(client: Client, within: { readonly server: Deadline; readonly worker: Deadline }): LineGateway {
  const handleOf = (environment: string) => client.workflow.getHandle(lineIdOf(environment));
  /** `over`: it was resumed, and those who wait are still being told. */
  const look = async (environment: string): Promise<{ readonly stop: Stop | null; readonly over: boolean }> => {
    try {
      const { status, memo = {} } = await handleOf(environment).describe();
      const runs = status.name === 'RUNNING';
      const over = runs && memo[lineMemo.resumed] === true;
      return { stop: runs && !over ? ((memo[lineMemo.stop] as Stop | undefined) ?? null) : null, over };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { stop: null, over: false };
      throw error;
    }
  };
  const began = async (environment: string, stop: Stop): Promise<boolean> => {
    try {
      await client.workflow.start(lineWorkflow.type, {
        workflowId: lineIdOf(environment),
        taskQueue: lineWorkflow.taskQueue,
        args: [environment, stop],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        memo: { [lineMemo.stop]: stop },
        typedSearchAttributes: [{ key: searchAttributes.environment, value: environment }],
        staticSummary: summaryLine(`${environment} is stopped by ${stop.by.subject}: ${stop.reason}`),
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  };
  return {
    stopped: (environment) => within.server(async () => (await look(environment)).stop),

    stop: (environment, stop) =>
      within.server(async () => {
        if (await began(environment, stop)) return true;
        if (!(await look(environment)).over) return false;
        // The stop that is over ends once everybody is told, and then it can be stopped anew.
        await handleOf(environment).result();
        return await began(environment, stop);
      }),

    resume: (environment, instruction) =>
      within.worker(async () => {
        try {
          await handleOf(environment).executeUpdate(resumeLineUpdate, { args: [instruction] });
          return true;
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return false;
          throw error;
        }
      }),
  };
}

export type Deadline = <Answer>(ask: () => Promise<Answer>) => Promise<Answer>;
