/** Checkups as Temporal has them: what of Temporal itself is right, and a workflow that looks at the rest. */
import { type Client, isGrpcServiceError, WorkflowFailedError } from '@temporalio/client';
import { type Check, type CheckupRequest, failed, passed } from '../../domain/checkup.ts';
import { taskQueues } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import type { Deadline } from './line.ts';
import { summaryLine } from './summary-line.ts';

export interface CheckupGateway {
  /** Namespace and search attributes. Throws when Temporal does not answer. */
  temporal(): Promise<readonly Check[]>;
  /** Asked for twice at the same time it looks once. */
  run(request: CheckupRequest): Promise<readonly Check[]>;
}

const checkupWorkflow = { id: 'checkup', type: 'checkup' };
/** A queue is waited for 10 s and an activity 15: nobody waits longer, and no look is left to a worker that comes later. */
const timeout = '30 seconds';

/** What gRPC calls a question that names an attribute which is not there. */
const invalidArgument = 3;

export function createCheckupGateway(client: Client, within: { readonly server: Deadline; readonly checkup: Deadline }): CheckupGateway {
  const { namespace } = client.options;
  /** By asking for releases with it: every sort of Temporal answers that, and needs no rights of an operator for it. */
  const knows = async (name: string): Promise<boolean> => {
    try {
      await client.workflowService.countWorkflowExecutions({ namespace, query: `${name} IS NULL` });
      return true;
    } catch (error) {
      const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
      if (code === invalidArgument) return false;
      throw error;
    }
  };
  return {
    temporal: () =>
      within.server(async () => {
        const { config } = await client.workflowService.describeNamespace({ namespace });
        const names = Object.values(searchAttributes).map(({ name }) => name);
        const missing = (await Promise.all(names.map(async (name) => ((await knows(name)) ? [] : [name])))).flat();
        const retention = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
        return [
          passed('temporal', namespace, `keeps what has ended for ${retention} days`),
          missing.length === 0
            ? passed('search attributes', namespace, `${names.length} are there`)
            : failed('search attributes', namespace, `missing: ${missing.join(', ')}`),
        ];
      }),

    run: (request) =>
      within.checkup(async () => {
        const handle = await client.workflow.start(checkupWorkflow.type, {
          workflowId: checkupWorkflow.id,
          taskQueue: taskQueues.releases,
          args: [request],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowExecutionTimeout: timeout,
          staticSummary: summaryLine(`Looks at the installation, for ${request.by}`),
        });
        try {
          return [passed('worker', taskQueues.releases, 'somebody serves it'), ...((await handle.result()) as readonly Check[])];
        } catch (error) {
          if (!(error instanceof WorkflowFailedError)) throw error;
          return [failed('worker', taskQueues.releases, `the checkup did not end: ${error.cause?.message ?? 'no reason'}`)];
        }
      }),
  };
}
