/** The caretaker looks each minute. Asking for the schedule twice keeps the first. */
import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { taskQueues } from '../workflows/messages.ts';

export async function ensureCaretaker(client: Client): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: 'caretaker',
      spec: { intervals: [{ every: '1 minute' }] },
      action: { type: 'startWorkflow', workflowType: 'caretaker', workflowId: 'caretaker', taskQueue: taskQueues.releases, args: [] },
      // A look that takes longer than a minute is looking at much; a second one would find the same.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
