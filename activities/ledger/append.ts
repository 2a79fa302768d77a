/**
 * Who may write which place of a chain. The condition `If-None-Match: *` is the only lock there is. Whoever wrote
 * first owns a place; a second writer finds its own bytes (a retry, done), another run's (this run was reset or
 * replaced), or other bytes of the same run, which must never happen.
 */
import { invariant } from '../../domain/assert.ts';
import { canonicalText } from '../../domain/digest.ts';
import { type ChainName, hashOf, type Link, recordKeyOf, sealKeyOf } from '../../domain/ledger/chain.ts';
import { envelopeOf, jsonIn, type Sign } from '../../domain/ledger/dsse.ts';
import { sealOf, sealText, sealType } from '../../domain/ledger/seal.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import { failure } from '../failure.ts';
import { parseRecord, type StoredRecord } from './parse.ts';
import type { Places } from './places.ts';

/** What is stored of a record: its bytes are a function of the record alone, so that a retry writes the same. */
export const encodeRecord = (record: ReleaseRecord): string => canonicalText(record);

export async function appendBatch(places: Places, chain: ChainName, records: readonly ReleaseRecord[]): Promise<void> {
  assertBatch(records);
  for (const [index, record] of records.entries()) {
    if (index === 0) await assertMayFollow(places, chain, record);
    await appendOne(places, chain, record);
  }
}

/** Signs what the chain ends with. A seal that is there and says the same is this one; signatures differ each time. */
export async function sealChain(places: Places, chain: ChainName, last: ReleaseRecord, sign: Sign): Promise<void> {
  invariant(isLinked(last), 'only a chain is sealed');
  const key = sealKeyOf(chain, last.sequence);
  const says = sealText(sealOf(chain, last));
  const found = await places.read(key);
  if (found === null) {
    if (await places.writeFirst(key, canonicalText(await envelopeOf(sealType, says, sign)))) return;
    throw failure('ledger.unreachable', 'the seal was written by somebody else meanwhile: looked at again');
  }
  if (payloadIn(found) !== says) throw failure('ledger.forked', `record ${last.sequence} is sealed already, with another hash`);
}

function payloadIn(text: string): string {
  const { payload } = (jsonIn(text) ?? {}) as { readonly payload?: unknown };
  return typeof payload === 'string' ? Buffer.from(payload, 'base64').toString('utf8') : '';
}

const isLinked = (record: ReleaseRecord): record is ReleaseRecord & Link => record.hash !== undefined;

function assertBatch(records: readonly ReleaseRecord[]): void {
  for (const [index, record] of records.entries()) {
    const before = records[index - 1];
    invariant(record.sequence === (records[0]?.sequence ?? 0) + index, 'the records of a batch follow one another');
    invariant(record.runId === records[0]?.runId, 'a batch has one writer');
    invariant(before === undefined || record.previousHash === before.hash || record.claim, 'the records of a batch name one another');
    invariant(record.hash === undefined || record.hash === hashOf(record), 'a record has its own hash');
  }
}

/** A run goes on where it has written itself, and takes another's record over only when it says so. */
async function assertMayFollow(places: Places, chain: ChainName, record: ReleaseRecord): Promise<void> {
  if (record.sequence === 0) return;
  const sequence = record.sequence - 1;
  const text = await places.read(recordKeyOf(chain, sequence));
  if (text === null) throw failure('ledger.forked', `record ${sequence} is missing, so that ${record.sequence} cannot follow it`);
  const before = parseRecord(text, sequence);
  if (!record.claim && before.runId !== record.runId) throw ownedByAnother(sequence);
  if ((record.previousHash ?? null) !== hashInChain(before))
    throw failure('ledger.forked', `record ${sequence} is not the one that record ${record.sequence} was to follow`);
}

const hashInChain = (record: StoredRecord): string | null => record.hash ?? null;

async function appendOne(places: Places, chain: ChainName, record: ReleaseRecord): Promise<void> {
  const text = encodeRecord(record);
  const key = recordKeyOf(chain, record.sequence);
  if (await places.writeFirst(key, text)) return;
  const found = await places.read(key);
  if (found === text) return;
  if (found === null) throw failure('ledger.unreachable', `record ${record.sequence} was refused and is not there: looked at again`);
  // A claim takes a record on at its end. It does not excuse two runs that want the same place.
  if (parseRecord(found, record.sequence).runId !== record.runId) throw ownedByAnother(record.sequence);
  throw failure('ledger.forked', `record ${record.sequence} is there with other content, written by the same run`);
}

const ownedByAnother = (sequence: number) => failure('release.reset', `another run of this release wrote record ${sequence}`);
