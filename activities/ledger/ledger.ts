/** The record of a release in S3: one object a record, written once, never over another, each in the chain. */
import { invariant } from '../../domain/assert.ts';
import { type ChainName, recordKeyOf, releaseChain } from '../../domain/ledger/chain.ts';
import type { Sign } from '../../domain/ledger/dsse.ts';
import type { LedgerPort } from '../../domain/ports.ts';
import { recordTypes } from '../../domain/record.ts';
import { appendBatch, sealChain } from './append.ts';
import { parseIntent, parseOrder, parseRecord, type StoredRecord } from './parse.ts';
import { type Bucket, createPlaces, type Places } from './places.ts';

export interface LedgerDependencies extends Bucket {
  readonly sign: Sign;
}

/** The run that wrote the last record of a release; `null` before its first record. */
export type OwnerOf = (releaseId: string) => Promise<string | null>;

export function createLedgerActivities(dependencies: LedgerDependencies): LedgerPort {
  const places = createPlaces(dependencies);
  return {
    async appendRecords({ releaseId, records, seal = false }) {
      const chain = releaseChain(releaseId);
      await appendBatch(places, chain, records);
      if (!seal) return;
      const last = records.at(-1);
      invariant(last !== undefined, 'a seal has a record');
      await sealChain(places, chain, last, dependencies.sign);
    },

    async readLastIntent({ releaseId }) {
      const chain = releaseChain(releaseId);
      const nextSequence = await places.nextSequence(chain);
      const records = await readAll(places, chain, nextSequence);
      const intended = records.findLast((record) => record.event.type === recordTypes.intended);
      return {
        nextSequence,
        order: records[0]?.sequence === 0 ? parseOrder(records[0]) : null,
        intent: intended === undefined ? null : parseIntent(intended),
        closed: records.some(({ event }) => event.type === recordTypes.closed || event.type === recordTypes.failed),
        head: records.at(-1)?.hash ?? null,
      };
    },
  };
}

/** Side by side, since a long release has hundreds of records and the call has seconds; S3 takes far more at once. */
const readsAtOnce = 20;

async function readAll(places: Places, chain: ChainName, count: number): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let start = 0; start < count; start += readsAtOnce) {
    const sequences = Array.from({ length: Math.min(readsAtOnce, count - start) }, (_, index) => start + index);
    const texts = await Promise.all(sequences.map((sequence) => places.read(recordKeyOf(chain, sequence))));
    // Recovery has to put things back even where the record has a hole; naming holes is not its business.
    texts.forEach((text, index) => {
      if (text !== null) records.push(parseRecord(text, start + index));
    });
  }
  return records;
}

export function createOwnerOf(bucket: Bucket): OwnerOf {
  const places = createPlaces(bucket);
  return async (releaseId) => {
    const chain = releaseChain(releaseId);
    const last = (await places.nextSequence(chain)) - 1;
    const text = last < 0 ? null : await places.read(recordKeyOf(chain, last));
    return text === null ? null : parseRecord(text, last).runId;
  };
}
