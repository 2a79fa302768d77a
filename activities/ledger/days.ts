/**
 * The chains of one day's refused calls, of one finding and of one look at strays: the same places and the same rules as
 * a release's record.
 */
import { invariant } from '../../domain/assert.ts';
import { type ChainName, findingChain, refusalsChain, straysChain } from '../../domain/ledger/chain.ts';
import type { DayLedgerPort } from '../../domain/ledger/ports.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import type { StrayLedgerPort } from '../../domain/strays/look.ts';
import type { FindingLedgerPort } from '../../domain/threats/ports.ts';
import { appendBatch, sealChain } from './append.ts';
import type { LedgerDependencies } from './ledger.ts';
import { createPlaces } from './places.ts';
import { readLast } from './read.ts';

export function createDayActivities(dependencies: LedgerDependencies): DayLedgerPort {
  const chains = chainsOf(dependencies);
  return {
    readDay: ({ day }) => chains.read(refusalsChain(day)),
    appendDay: ({ day, records }) => chains.append(refusalsChain(day), records),
    sealDay: ({ day }) => chains.seal(refusalsChain(day)),
  };
}

export function createFindingLedgerActivities(dependencies: LedgerDependencies): FindingLedgerPort {
  const chains = chainsOf(dependencies);
  return {
    readFinding: ({ findingId }) => chains.read(findingChain(findingId)),
    appendFinding: ({ findingId, records }) => chains.append(findingChain(findingId), records),
    sealFinding: ({ findingId }) => chains.seal(findingChain(findingId)),
  };
}

export function createStrayLedgerActivities(dependencies: LedgerDependencies): StrayLedgerPort {
  const chains = chainsOf(dependencies);
  return {
    async recordStrays({ moment, records, seal }) {
      await chains.append(straysChain(moment), records);
      if (seal) await chains.seal(straysChain(moment));
    },
  };
}

function chainsOf(dependencies: LedgerDependencies) {
  const places = createPlaces(dependencies);
  return {
    async read(chain: ChainName) {
      const last = await readLast(places, chain);
      return last === null ? { nextSequence: 0, head: null } : { nextSequence: last.sequence + 1, head: last.hash ?? null };
    },
    append: (chain: ChainName, records: readonly ReleaseRecord[]) => appendBatch(places, chain, records),
    async seal(chain: ChainName) {
      const last = await readLast(places, chain);
      invariant(last !== null, 'a chain that is sealed has a record');
      await sealChain(places, chain, last as unknown as ReleaseRecord, dependencies.sign);
    },
  };
}
