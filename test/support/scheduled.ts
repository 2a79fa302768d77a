/** Workflows that a schedule starts, each of which is given what the one before it said. */
import { randomUUID } from 'node:crypto';
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { expect, vi } from 'vitest';
import { taskQueues } from '../../workflows/messages.ts';

/** A schedule that runs when it is told to, and gives each run what the one before it ended with. */
export async function scheduleOf({ schedule, workflow }: Client, workflowType: string) {
  const action = { type: 'startWorkflow' as const, workflowType, workflowId: workflowType, taskQueue: taskQueues.releases, args: [] };
  const handle = await schedule.create({ scheduleId: workflowType, spec: {}, action });
  let before = 0;
  const run = async (): Promise<unknown> => {
    // Only what may not overlap hears how the one before it ended.
    await handle.trigger(ScheduleOverlapPolicy.SKIP);
    before += 1;
    // The schedule hears of an end a moment later, and gives what ended to the next one.
    const { recentActions } = await vi.waitFor(
      async () => {
        const { info } = await handle.describe();
        expect([info.recentActions.length, info.runningActions.length]).toEqual([before, 0]);
        return info;
      },
      { timeout: 100_000, interval: 20 },
    );
    return await workflow.getHandle(recentActions.at(-1)?.action.workflow.workflowId ?? '').result();
  };
  return { run, end: () => handle.delete() };
}

/** The same without a schedule, where what the one before said is written by hand. */
export async function lookAfter<Report>({ workflowService, workflow }: Client, type: string, before: Report): Promise<Report> {
  const workflowId = `${type}-${randomUUID()}`;
  await workflowService.startWorkflowExecution({
    namespace: 'default',
    requestId: workflowId,
    workflowId,
    workflowType: { name: type },
    taskQueue: { name: taskQueues.releases },
    lastCompletionResult: { payloads: [defaultPayloadConverter.toPayload(before)] },
  });
  return (await workflow.getHandle(workflowId).result()) as Report;
}
