/** Ours, and the barest workflow that does what an approval does: an update, then an activity. */
import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { LedgerPort } from '../../domain/ledger/ports.ts';
import { approveUpdate, taskQueues, viewQuery } from '../../workflows/messages.ts';

export * from '../../workflows/index.ts';

const { appendRecords } = proxyActivities<LedgerPort>({ startToCloseTimeout: '1 minute', taskQueue: taskQueues.control });

export async function bare(releaseId: string): Promise<void> {
  let approved = false;
  setHandler(approveUpdate, () => {
    approved = true;
    return null as never;
  });
  setHandler(viewQuery, () => null as never);
  await condition(() => approved);
  await appendRecords({ releaseId, records: [] });
}
