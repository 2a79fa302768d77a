/**
 * Each hour: what runs that no release explains. What the look before did not have is recorded in a chain of this look and
 * told; the result is what the API shows until the next one.
 */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { StrayNotice } from '../domain/notice.ts';
import { carriedOn, foundIn, type Look, newSince, type StraysReport } from '../domain/strays/look.ts';
import type { FoundStray } from '../domain/strays/record.ts';
import { recordLook, tellAll, toldMax } from './looks.ts';
import { now } from './outbox.ts';
import { straying, strayLedger } from './steps.ts';

export async function strays(): Promise<StraysReport> {
  const before = (workflowInfo().lastResult as StraysReport | undefined)?.looks ?? [];
  const { looks: seen, tell } = await straying.findStrays.executeWithOptions({ summary: 'Which releases explain what runs?' }, []);
  const looks = carriedOn(before, seen);
  const found = newSince(before, looks);
  show(looks, found);
  if (found.length > 0) {
    await recordLook({ chain: 'strays', kind: 'strayFound' }, found, (batch) =>
      strayLedger.recordStrays.executeWithOptions({ summary: `Record ${batch.records.length} new strays` }, [batch]),
    );
    await tellAll(tell, noticeOf(found));
  }
  return { at: now(), looks };
}

function show(looks: readonly Look[], found: readonly FoundStray[]): void {
  const lines = foundIn(looks).map(({ environment, workload, kind, because }) => `- ${environment}, \`${workload}\`: ${kind}, ${because}`);
  const unknown = looks.flatMap(({ environment, unknown }) =>
    unknown === null ? [] : [`- ${environment} could not be looked at: ${unknown}`],
  );
  setCurrentDetails([`**${lines.length} strays, ${found.length} of them new**`, ...lines, ...unknown].join('\n\n'));
}

const noticeOf = (found: readonly FoundStray[]): StrayNotice => ({
  id: `strays.${workflowInfo().runId}`,
  kind: 'unexplained workload',
  at: now(),
  strays: found.slice(0, toldMax),
  more: Math.max(0, found.length - toldMax),
});
