/**
 * The calls that were refused on one day, and what was done beside releases: the only writer of that day's chain. It
 * ends with the day, and what it has written is signed then. One that comes late begins another run, which takes the chain on.
 */
import { condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { linked } from '../domain/ledger/chain.ts';
import { type DayEntry, dayEndsAt, dayRecordOf, fitsStart } from '../domain/ledger/refusals.ts';
import { batchesOf, type ReleaseRecord } from '../domain/record.ts';
import { refusedSignal } from './messages.ts';
import { dayLedger } from './steps.ts';

export async function refusals(day: string, left: readonly DayEntry[] = []): Promise<{ readonly records: number }> {
  const waiting = [...left];
  setHandler(refusedSignal, (entry) => void waiting.push(entry));
  const { runId } = workflowInfo();
  let { nextSequence, head } = await dayLedger.readDay.executeWithOptions({ summary: 'Where does the day stand?' }, [{ day }]);
  let claim = true;

  const append = async (entries: readonly DayEntry[]) => {
    const records: ReleaseRecord[] = [];
    for (const entry of entries) {
      const record = linked(dayRecordOf(day, { runId, sequence: nextSequence, claim }, entry), head);
      records.push(record);
      [nextSequence, head, claim] = [nextSequence + 1, record.hash, false];
    }
    for (const batch of batchesOf(records)) {
      const summary = `Record ${batch[0]?.sequence} to ${batch.at(-1)?.sequence}`;
      await dayLedger.appendDay.executeWithOptions({ summary }, [{ day, records: batch }]);
    }
  };

  for (;;) {
    await condition(() => waiting.length > 0, Math.max(0, dayEndsAt(day) - Date.now()));
    if (waiting.length > 0) {
      await append(waiting.splice(0));
      // A day of many refusals is longer than one history. What a slow ledger has let pile up is written first.
      if (workflowInfo().continueAsNewSuggested && fitsStart(waiting)) return await continueAsNew<typeof refusals>(day, waiting);
      continue;
    }
    if (nextSequence > 0) await dayLedger.sealDay.executeWithOptions({ summary: 'The day is over' }, [{ day }]);
    // What came while it was sealed takes the chain on.
    if (waiting.length === 0) return { records: nextSequence };
  }
}
