/**
 * Each hour: what runs, and what was written to AWS, that no release explains. What the look before did not have is recorded in
 * a chain of this look and told; the result is what the API shows until the next one.
 */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { StrayNotice, StrayWriteNotice } from '../domain/notice.ts';
import { type AccountLook, accountsCarriedOn, type FoundWrite, newSorts, writesFoundIn } from '../domain/strays/account.ts';
import { carriedOn, foundIn, type Look, newSince, type StraysReport } from '../domain/strays/look.ts';
import type { FoundStray } from '../domain/strays/record.ts';
import { recordLook, tellAll, toldMax } from './looks.ts';
import { now } from './outbox.ts';
import { straying, strayLedger } from './steps.ts';

export async function strays(): Promise<StraysReport> {
  const { looks: before = [], accounts: accountsBefore = [] } = (workflowInfo().lastResult ?? {}) as Partial<StraysReport>;
  const marks = accountsBefore.map(({ account, readUntil }) => ({ account, readUntil }));
  const summary = 'Which releases explain what runs, and what was written?';
  const { looks: seen, accounts: read = [], tell } = await straying.findStrays.executeWithOptions({ summary }, [{ accounts: marks }]);
  const looks = carriedOn(before, seen);
  const accounts = accountsCarriedOn(accountsBefore, read, now());
  const found = newSince(before, looks);
  // A workload is there until somebody ends it; a write happens once, so that each is recorded, and each sort told.
  const written = writesFoundIn(read);
  show({ looks, accounts }, found.length + written.length);
  if (found.length + written.length > 0) {
    await recordLook({ chain: 'strays', kind: 'strayFound' }, [...found, ...written], (batch) =>
      strayLedger.recordStrays.executeWithOptions({ summary: `Record ${batch.records.length} new strays` }, [batch]),
    );
  }
  const sorts = newSorts(accountsBefore, written);
  const notices = [...(found.length > 0 ? [noticeOf(found)] : []), ...(sorts.length > 0 ? [writeNoticeOf(sorts)] : [])];
  await Promise.all(notices.map((notice) => tellAll(tell, notice)));
  return { at: now(), looks, accounts };
}

function show({ looks, accounts }: { readonly looks: readonly Look[]; readonly accounts: readonly AccountLook[] }, fresh: number): void {
  const running = foundIn(looks).map(
    ({ environment, workload, kind, because }) => `- ${environment}, \`${workload}\`: ${kind}, ${because}`,
  );
  const written = writesFoundIn(accounts).map(
    ({ account, principal, name, times, because }) => `- ${account}, \`${name}\` by \`${principal}\`, ${times} times: ${because}`,
  );
  const lines = [...running, ...written];
  const unknown = [
    ...looks.map(({ environment, unknown }) => ({ about: environment, unknown })),
    ...accounts.map(({ account, unknown }) => ({ about: account, unknown })),
  ].flatMap(({ about, unknown }) => (unknown === null ? [] : [`- ${about} could not be looked at: ${unknown}`]));
  setCurrentDetails([`**${lines.length} strays, ${fresh} of them new**`, ...lines, ...unknown].join('\n\n'));
}

const noticeOf = (found: readonly FoundStray[]): StrayNotice => ({
  id: `strays.${workflowInfo().runId}`,
  kind: 'unexplained workload',
  at: now(),
  strays: found.slice(0, toldMax),
  more: Math.max(0, found.length - toldMax),
});

const writeNoticeOf = (written: readonly FoundWrite[]): StrayWriteNotice => ({
  id: `writes.${workflowInfo().runId}`,
  kind: 'unexplained write',
  at: now(),
  writes: written.slice(0, toldMax),
  more: Math.max(0, written.length - toldMax),
});
