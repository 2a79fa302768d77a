/** A release that does nothing but answer: what the API's seam is tried against on a real Temporal. */
import { ApplicationFailure, condition, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { ReleaseOrder } from '../../domain/order.ts';
import { recordOf } from '../../domain/record.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { abortUpdate, approveUpdate, holdUpdate, orderQuery, recordsQuery, viewQuery } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';

export async function release(order: ReleaseOrder): Promise<{ readonly kind: string }> {
  let aborted = false;
  const records = (['requested', 'fetched', 'closed'] as const).map((kind, sequence) =>
    recordOf(order.releaseId, { runId: 'run', sequence, claim: sequence === 0 }, kind, '2026-11-24T10:00:00.000Z', {}),
  );
  const view = () => ({ releaseId: order.releaseId, phase: aborted ? 'closed' : 'awaiting approval' }) as ReleaseView;
  setHandler(viewQuery, view);
  setHandler(orderQuery, () => order);
  setHandler(recordsQuery, (after, limit) => records.filter(({ sequence }) => sequence > after).slice(0, limit));
  setHandler(holdUpdate, async () => {
    await condition(() => aborted);
    return view();
  });
  setHandler(approveUpdate, view, {
    validator: ({ by }) => {
      if (by.subject === order.requester.subject)
        throw ApplicationFailure.create({
          type: 'approval.notCounted',
          message: `${by.subject} asked for this release`,
          nonRetryable: true,
        });
    },
  });
  setHandler(abortUpdate, () => {
    aborted = true;
    return view();
  });
  await condition(() => aborted);
  upsertSearchAttributes([
    { key: searchAttributes.phase, value: 'closed' },
    { key: searchAttributes.outcome, value: 'cancelled' },
  ]);
  return { kind: 'cancelled' };
}
