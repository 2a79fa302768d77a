/** Notices that nobody took, as Temporal has them: a workflow of each runs until somebody settles it. */
import { type Client, type WorkflowExecutionInfo, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { targetKinds } from '../../domain/notice.ts';
import {
  type ListedNotice,
  type NoticeState,
  undeliveredMemo,
  undeliveredWorkflow,
  undeliveredWorkflowId,
} from '../../domain/undelivered.ts';
import { discardNoticeUpdate, type Instruction, redeliverNoticeUpdate } from '../../workflows/messages.ts';
import type { Deadline } from './line.ts';
import type { ListPage } from './threats.ts';

export interface UndeliveredGateway {
  list(
    pageSize: number,
    pageToken: string | undefined,
  ): Promise<{ readonly notices: readonly ListedNotice[]; readonly nextPageToken: string | null }>;
  /** `null`: there is none of this id, or no more. */
  redeliver(id: string): Promise<NoticeState | null>;
  discard(id: string, instruction: Instruction): Promise<NoticeState | null>;
}

const memo = z.object({
  [undeliveredMemo]: z.object({
    id: z.string(),
    target: z.string(),
    targetKind: z.enum(targetKinds),
    /** Of our own making: a notice that is new to this API is listed all the same. */
    kind: z.custom<ListedNotice['kind']>((value) => typeof value === 'string'),
    text: z.string(),
    since: z.string(),
    because: z.string(),
  }) satisfies z.ZodType<ListedNotice>,
});

const noticeIn = (info: Pick<WorkflowExecutionInfo, 'memo'>): readonly ListedNotice[] => {
  const parsed = memo.safeParse(info.memo);
  return parsed.success ? [parsed.data[undeliveredMemo]] : [];
};

const query = `WorkflowType = '${undeliveredWorkflow}' AND ExecutionStatus = 'Running'`;

/** `receiver`: as long as somebody who is told may take to answer. */
export function createUndeliveredGateway(
  client: Client,
  listPage: ListPage,
  within: { readonly worker: Deadline; readonly receiver: Deadline },
): UndeliveredGateway {
  const told = async (id: string, tell: (handle: WorkflowHandle) => Promise<NoticeState>): Promise<NoticeState | null> => {
    try {
      return await tell(client.workflow.getHandle(undeliveredWorkflowId(id)));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  };
  return {
    async list(pageSize, pageToken) {
      const { infos, nextPageToken } = await listPage(query, pageSize, pageToken);
      return { notices: infos.flatMap(noticeIn), nextPageToken };
    },
    redeliver: (id) => within.receiver(() => told(id, (handle) => handle.executeUpdate(redeliverNoticeUpdate))),
    discard: (id, instruction) =>
      within.worker(() => told(id, (handle) => handle.executeUpdate(discardNoticeUpdate, { args: [instruction] }))),
  };
}
