/** The line of an environment, as Temporal has it: a workflow that runs while it is stopped. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { lineIdOf, lineWorkflow, type Stop } from '../../domain/line.ts';
import { type Instruction, resumeLineUpdate } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';

export interface LineGateway {
  /** Who stopped it; `null` while it is free. */
  stopped(environment: string): Promise<Stop | null>;
  /** `false`: it was stopped already, by somebody. */
  stop(environment: string, stop: Stop): Promise<boolean>;
  /** `false`: it was not stopped. A refusal by the workflow is a `Problem` of its kind. */
  resume(environment: string, instruction: Instruction): Promise<boolean>;
}

/** The UI shows one line; the server refuses more than 400 bytes. */
const summaryLengthMax = 200;

export function createLineGateway(client: Client, within: { readonly server: Deadline; readonly worker: Deadline }): LineGateway {
  return {
    stopped: (environment) =>
      within.server(async () => {
        try {
          const { status, memo } = await client.workflow.getHandle(lineIdOf(environment)).describe();
          return status.name === 'RUNNING' ? ((memo?.['stop'] as Stop | undefined) ?? null) : null;
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        }
      }),

    stop: (environment, stop) =>
      within.server(async () => {
        try {
          await client.workflow.start(lineWorkflow.type, {
            workflowId: lineIdOf(environment),
            taskQueue: lineWorkflow.taskQueue,
            args: [environment, stop],
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            workflowIdConflictPolicy: 'FAIL',
            memo: { stop },
            typedSearchAttributes: [{ key: searchAttributes.environment, value: environment }],
            staticSummary: `${environment} is stopped by ${stop.by.subject}: ${stop.reason}`.slice(0, summaryLengthMax),
          });
          return true;
        } catch (error) {
          if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
          throw error;
        }
      }),

    resume: (environment, instruction) =>
      within.worker(async () => {
        try {
          await client.workflow.getHandle(lineIdOf(environment)).executeUpdate(resumeLineUpdate, { args: [instruction] });
          return true;
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return false;
          throw error;
        }
      }),
  };
}

export type Deadline = <Answer>(ask: () => Promise<Answer>) => Promise<Answer>;
