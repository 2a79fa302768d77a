/** The chain of one day's refused calls: the same places and the same rules as a release's record. */
import { invariant } from '../../domain/assert.ts';
import { recordKeyOf, refusalsChain } from '../../domain/ledger/chain.ts';
import type { DayLedgerPort } from '../../domain/ports.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import { appendBatch, sealChain } from './append.ts';
import type { LedgerDependencies } from './ledger.ts';
import { parseRecord } from './parse.ts';
import { createPlaces } from './places.ts';

export function createDayActivities(dependencies: LedgerDependencies): DayLedgerPort {
  const places = createPlaces(dependencies);
  const lastOf = async (day: string) => {
    const chain = refusalsChain(day);
    const sequence = (await places.nextSequence(chain)) - 1;
    const text = sequence < 0 ? null : await places.read(recordKeyOf(chain, sequence));
    return text === null ? null : parseRecord(text, sequence);
  };
  return {
    async readDay({ day }) {
      const last = await lastOf(day);
      return last === null ? { nextSequence: 0, head: null } : { nextSequence: last.sequence + 1, head: last.hash ?? null };
    },

    appendDay: ({ day, records }) => appendBatch(places, refusalsChain(day), records),

    async sealDay({ day }) {
      const last = await lastOf(day);
      invariant(last !== null, 'a day that is sealed has a record');
      await sealChain(places, refusalsChain(day), last as unknown as ReleaseRecord, dependencies.sign);
    },
  };
}
