/** What every look that runs by itself does with what it has found: record it in a chain of its own, and tell people. */
import { workflowInfo } from '@temporalio/workflow';
import { linked, momentOf } from '../domain/ledger/chain.ts';
import { type LookChain, lookRecordOf } from '../domain/look-record.ts';
import type { AnyNotice, NoticeTarget } from '../domain/notice.ts';
import type { Json } from '../domain/order.ts';
import { batchesOf, type RecordKind, type ReleaseRecord } from '../domain/record.ts';
import { deliver } from './deliver.ts';
import { now } from './outbox.ts';

interface Batch {
  readonly moment: string;
  readonly records: readonly ReleaseRecord[];
  readonly seal: boolean;
}

/** One record each, in batches that fit into messages; the last one seals the chain. */
export async function recordLook(
  as: { readonly chain: LookChain; readonly kind: RecordKind },
  found: readonly object[],
  append: (batch: Batch) => Promise<void>,
): Promise<void> {
  const { runId } = workflowInfo();
  const moment = momentOf(new Date());
  const records: ReleaseRecord[] = [];
  for (const [sequence, one] of found.entries()) {
    const writer = { runId, sequence, claim: sequence === 0 };
    records.push(linked(lookRecordOf({ ...as, moment }, writer, now(), one as Json), records.at(-1)?.hash ?? null));
  }
  for (const batch of batchesOf(records)) await append({ moment, records: batch, seal: batch.at(-1) === records.at(-1) });
}

/** As many as one reads; the list has them all. */
export const toldMax = 10;

/** Each place by itself: one that is down keeps nobody else from knowing. */
export const tellAll = async (targets: readonly NoticeTarget[], notice: AnyNotice): Promise<void> =>
  void (await Promise.all(targets.map((target) => deliver({ target, notice }))));
