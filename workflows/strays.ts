/**
 * Each hour: what runs that no release explains. What the look before did not have is recorded in a chain of this look and
 * told; the result is what the API shows until the next one.
 */
import { setCurrentDetails, TemporalFailure, workflowInfo } from '@temporalio/workflow';
import { linked, momentOf } from '../domain/ledger/chain.ts';
import type { NoticeTarget, StrayNotice } from '../domain/notice.ts';
import { batchesOf, type ReleaseRecord } from '../domain/record.ts';
import { carriedOn, foundIn, type Look, newSince, type StraysReport } from '../domain/strays/look.ts';
import { type FoundStray, strayRecordOf } from '../domain/strays/record.ts';
import { now } from './outbox.ts';
import { noticing, straying, strayLedger } from './steps.ts';

export async function strays(): Promise<StraysReport> {
  const before = (workflowInfo().lastResult as StraysReport | undefined)?.looks ?? [];
  const { looks: seen, tell } = await straying.findStrays.executeWithOptions({ summary: 'Which releases explain what runs?' }, []);
  const looks = carriedOn(before, seen);
  const found = newSince(before, looks);
  show(looks, found);
  if (found.length > 0) {
    await record(found);
    await Promise.all(tell.map((target) => delivered(target, noticeOf(found))));
  }
  return { at: now(), looks };
}

async function record(found: readonly FoundStray[]): Promise<void> {
  const { runId } = workflowInfo();
  const moment = momentOf(new Date());
  const records: ReleaseRecord[] = [];
  for (const [sequence, stray] of found.entries()) {
    const writer = { runId, sequence, claim: sequence === 0 };
    records.push(linked(strayRecordOf(moment, writer, now(), stray), records.at(-1)?.hash ?? null));
  }
  for (const batch of batchesOf(records)) {
    const summary = `Record ${batch.length} new strays`;
    await strayLedger.recordStrays.executeWithOptions({ summary }, [{ moment, records: batch, seal: batch.at(-1) === records.at(-1) }]);
  }
}

function show(looks: readonly Look[], found: readonly FoundStray[]): void {
  const lines = foundIn(looks).map(({ environment, workload, kind, because }) => `- ${environment}, \`${workload}\`: ${kind}, ${because}`);
  const unknown = looks.flatMap(({ environment, unknown }) =>
    unknown === null ? [] : [`- ${environment} could not be looked at: ${unknown}`],
  );
  setCurrentDetails([`**${lines.length} strays, ${found.length} of them new**`, ...lines, ...unknown].join('\n\n'));
}

/** As many as one reads; the list has them all. */
const toldMax = 10;

const noticeOf = (found: readonly FoundStray[]): StrayNotice => ({
  id: `strays.${workflowInfo().runId}`,
  kind: 'unexplained workload',
  at: now(),
  strays: found.slice(0, toldMax),
  more: Math.max(0, found.length - toldMax),
});

async function delivered(target: NoticeTarget, notice: StrayNotice): Promise<void> {
  try {
    await noticing.deliverNotice.executeWithOptions({ summary: `Tell ${target.name}` }, [{ target, notice }]);
  } catch (error) {
    // An hour of tries is over, or it can never be: that is in the history, and the ledger has it.
    if (!(error instanceof TemporalFailure)) throw error;
  }
}
