/** The record of a release in S3: one object a record, written once, never over another, each in the chain. */
import { invariant } from '../../domain/assert.ts';
import { canonicalText } from '../../domain/digest.ts';
import { attestationKeyOf, attestationsOf, attestationType } from '../../domain/ledger/attestation.ts';
import { type ChainName, releaseChain } from '../../domain/ledger/chain.ts';
import { envelopeOf, type Sign } from '../../domain/ledger/dsse.ts';
import type { LedgerPort } from '../../domain/ledger/ports.ts';
import { type CheckedRecord, readableIn } from '../../domain/ledger/records.ts';
import { recordTypes } from '../../domain/record.ts';
import { appendBatch, sealChain } from './append.ts';
import { nameEnd } from './ends.ts';
import { parseIntent, parseOrder } from './parse.ts';
import { type Bucket, createPlaces, type Places } from './places.ts';
import { readAll, readLast, readTexts } from './read.ts';

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
      const texts = await readTexts(places, chain, last.sequence + 1);
      const all = readableIn(texts.filter((text) => text !== null));
      await attestChain(places, chain, all, dependencies.sign);
      await nameEnd(places, releaseId, all);
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

/** What a chain that has ended lets others rely on. One that is there is this one; signatures differ each time. */
async function attestChain(places: Places, chain: ChainName, records: readonly CheckedRecord[], sign: Sign): Promise<void> {
  for (const { kind, text } of attestationsOf(chain, records))
    await places.writeFirst(attestationKeyOf(chain, kind), canonicalText(await envelopeOf(attestationType, text, sign)));
}

export function createOwnerOf(bucket: Bucket): OwnerOf {
  const places = createPlaces(bucket);
  return async (releaseId) => (await readLast(places, releaseChain(releaseId)))?.runId ?? null;
}
