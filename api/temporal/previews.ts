/** Previews and lanes, as Temporal has them: what a release would be, and whom it would wait for. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type Lane, laneIdOf } from '../../domain/lane.ts';
import { memoOf } from '../../domain/memo.ts';
import type { LaneRef, ReleaseOrder } from '../../domain/order.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { laneQuery, orderQuery, taskQueues, viewQuery } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import type { Deadline } from './line.ts';

export type PreviewStatus = 'running' | 'completed' | 'failed';

export interface PreviewGateway {
  start(order: ReleaseOrder): Promise<void>;
  /** `undefined`: there is no such preview. */
  find(id: string): Promise<{ readonly status: PreviewStatus; readonly view: ReleaseView; readonly order: ReleaseOrder } | undefined>;
  /** `null`: nobody is in this lane. */
  lane(lane: LaneRef): Promise<Lane | null>;
}

const previewType = 'preview';
/** A plan of a large stack takes half an hour; what takes longer is of no use to whoever asked. */
const timeout = '2 hours';

export function createPreviewGateway(client: Client, within: { readonly server: Deadline; readonly query: Deadline }): PreviewGateway {
  return {
    start: (order) =>
      within.server(async () => {
        await client.workflow.start(previewType, {
          workflowId: order.releaseId,
          taskQueue: taskQueues.releases,
          args: [order],
          workflowExecutionTimeout: timeout,
          memo: memoOf(order),
          typedSearchAttributes: [
            { key: searchAttributes.service, value: order.service },
            { key: searchAttributes.environment, value: order.environment },
            { key: searchAttributes.team, value: order.team },
            { key: searchAttributes.requester, value: order.requester.subject },
          ],
          staticSummary: `preview: ${order.service} → ${order.environment}`,
        });
      }),

    find: (id) =>
      within.query(async () => {
        const handle = client.workflow.getHandle(id);
        try {
          const { type, status } = await handle.describe();
          if (type !== previewType) return undefined;
          const [view, order] = await Promise.all([handle.query(viewQuery), handle.query(orderQuery)]);
          return { status: statuses[status.name] ?? 'failed', view, order };
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        }
      }),

    lane: (lane) =>
      within.query(async () => {
        const handle = client.workflow.getHandle(laneIdOf(lane));
        try {
          const { status } = await handle.describe();
          return status.name === 'RUNNING' ? await handle.query(laneQuery) : null;
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        }
      }),
  };
}

const statuses: Readonly<Record<string, PreviewStatus>> = { RUNNING: 'running', COMPLETED: 'completed' };
