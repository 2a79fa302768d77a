/** What runs by itself. Asking for a schedule twice keeps the first. */
import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { exportWorkflow } from '../domain/ledger/export.ts';
import { driftWorkflow } from '../domain/released/drift.ts';
import { rescanWorkflow } from '../domain/released/rescan.ts';
import { straysWorkflow } from '../domain/strays/look.ts';
import { backstopWorkflow } from '../domain/threats/backstop.ts';
import { taskQueues } from '../workflows/messages.ts';

/** The caretaker looks each minute. A look that takes longer is looking at much; a second one would find the same. */
const ensureCaretaker = (client: Client): Promise<void> => ensure(client, 'caretaker', { intervals: [{ every: '1 minute' }] }, '1 minute');

/** Five minutes before the day is over in UTC: what a day brought is in its own checkpoint. One that was missed is made up. */
const ensureCheckpoints = (client: Client): Promise<void> =>
  ensure(client, 'checkpoint', { calendars: [{ hour: 23, minute: 55 }], timezone: 'UTC' }, '1 day');

/** Each hour: soon enough for what nobody should have done, and seldom enough for a cluster of many pods. */
const ensureStrays = (client: Client): Promise<void> => ensure(client, straysWorkflow, { intervals: [{ every: '1 hour' }] }, '1 hour');

/** Each quarter of an hour, as often as GuardDuty tells of updates. */
const ensureFindingsBackstop = (client: Client): Promise<void> =>
  ensure(client, backstopWorkflow, { intervals: [{ every: '15 minutes' }] }, '15 minutes');

/** At night, when few release. A look that takes longer than a day is looking at much; a second one would find the same. */
const ensureRescan = (client: Client): Promise<void> =>
  ensure(client, rescanWorkflow, { calendars: [{ hour: 2 }], timezone: 'UTC' }, '6 hours');

/** Each hour, half an hour from the strays: what stands in a queue for tools is spread. */
const ensureDrift = (client: Client): Promise<void> =>
  ensure(client, driftWorkflow, { intervals: [{ every: '1 hour', offset: '30 minutes' }] }, '1 hour');

/** A quarter past each hour, when the last one is whole but for what comes late. One that was missed is in the next. */
const ensureExport = (client: Client): Promise<void> =>
  ensure(client, exportWorkflow, { intervals: [{ every: '1 hour', offset: '15 minutes' }] }, '1 hour');

export const ensureSchedules = async (client: Client): Promise<void> =>
  void (await Promise.all(
    [ensureCaretaker, ensureCheckpoints, ensureStrays, ensureFindingsBackstop, ensureRescan, ensureDrift, ensureExport].map((one) =>
      one(client),
    ),
  ));

/** A schedule and its workflow have one name. */
async function ensure(
  client: Client,
  name: string,
  spec: ScheduleOptions['spec'],
  catchupWindow: NonNullable<ScheduleOptions['policies']>['catchupWindow'] & string,
): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: name,
      spec,
      action: { type: 'startWorkflow', workflowType: name, workflowId: name, taskQueue: taskQueues.releases, args: [] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
