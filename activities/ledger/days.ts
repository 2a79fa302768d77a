/**
 * The chains of one day's refused calls, of one finding, and of one look at what runs or what was released: the same places
 * and the same rules as a release's record.
 */
import { invariant } from '../../domain/assert.ts';
import { type ChainName, driftsChain, findingChain, refusalsChain, rescansChain, straysChain } from '../../domain/ledger/chain.ts';
import type { DayLedgerPort } from '../../domain/ledger/ports.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import type { ReleasedLedgerPort } from '../../domain/released/look.ts';
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
  const { record } = chainsOf(dependencies);
  return { recordStrays: ({ moment, ...batch }) => record(straysChain(moment), batch) };
}

export function createReleasedLedgerActivities(dependencies: LedgerDependencies): ReleasedLedgerPort {
  const { record } = chainsOf(dependencies);
  return {
    recordRescan: ({ moment, ...batch }) => record(rescansChain(moment), batch),
    recordDrift: ({ moment, ...batch }) => record(driftsChain(moment), batch),
  };
}

function chainsOf(dependencies: LedgerDependencies) {
  const places = createPlaces(dependencies);
  const append = (chain: ChainName, records: readonly ReleaseRecord[]) => appendBatch(places, chain, records);
  const seal = async (chain: ChainName) => {
    const last = await readLast(places, chain);
    invariant(last !== null, 'a chain that is sealed has a record');
    await sealChain(places, chain, last as unknown as ReleaseRecord, dependencies.sign);
  };
  return {
    append,
    seal,
    /** All of a chain, batch by batch; what is written by one look has no other writer. */
    record: async (chain: ChainName, batch: { readonly records: readonly ReleaseRecord[]; readonly seal: boolean }) => {
      await append(chain, batch.records);
      if (batch.seal) await seal(chain);
    },
    async read(chain: ChainName) {
      const last = await readLast(places, chain);
      return last === null ? { nextSequence: 0, head: null } : { nextSequence: last.sequence + 1, head: last.hash ?? null };
    },
  };
}
