/**
 * The record of a release in S3: one object a record, written once, never over another.
 *
 * The condition `If-None-Match: *` is the only lock there is. Whoever wrote first owns a place; a second
 * writer finds its own bytes (a retry, done), another run's (this run was reset or replaced), or other bytes
 * of the same run, which must never happen.
 */
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { invariant } from '../../domain/assert.ts';
import { canonicalText } from '../../domain/digest.ts';
import type { LedgerPort } from '../../domain/ports.ts';
import { type ReleaseRecord, recordTypes } from '../../domain/record.ts';
import { failure, isFailure } from '../failure.ts';
import { parseIntent, parseOrder, parseRecord, type StoredRecord } from './parse.ts';

export interface LedgerDependencies {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** The run that wrote the last record of a release; `null` before its first record. */
export type OwnerOf = (releaseId: string) => Promise<string | null>;

export function createLedgerActivities(dependencies: LedgerDependencies): LedgerPort {
  const chain = createChain(dependencies);
  return {
    async appendRecords({ releaseId, records }) {
      assertBatch(records);
      for (const record of records) {
        if (record === records[0]) await assertMayFollow(chain, releaseId, record);
        await appendOne(chain, releaseId, record);
      }
    },

    async readLastIntent({ releaseId }) {
      const nextSequence = await chain.nextSequence(releaseId);
      const records = await readAll(chain, releaseId, nextSequence);
      const intended = records.findLast((record) => record.event.type === recordTypes.intended);
      return {
        nextSequence,
        order: records[0]?.sequence === 0 ? parseOrder(records[0]) : null,
        intent: intended === undefined ? null : parseIntent(intended),
        closed: records.some(({ event }) => event.type === recordTypes.closed || event.type === recordTypes.failed),
      };
    },
  };
}

/** Side by side, since a long release has hundreds of records and the call has seconds; S3 takes far more at once. */
const readsAtOnce = 20;

async function readAll(chain: Chain, releaseId: string, count: number): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let start = 0; start < count; start += readsAtOnce) {
    const sequences = Array.from({ length: Math.min(readsAtOnce, count - start) }, (_, index) => start + index);
    const texts = await Promise.all(sequences.map((sequence) => chain.read(releaseId, sequence)));
    // Recovery has to put things back even where the record has a hole; naming holes is not its business.
    texts.forEach((text, index) => {
      if (text !== null) records.push(parseRecord(text, start + index));
    });
  }
  return records;
}

export function createOwnerOf(dependencies: LedgerDependencies): OwnerOf {
  const chain = createChain(dependencies);
  return async (releaseId) => {
    const last = (await chain.nextSequence(releaseId)) - 1;
    const bytes = last < 0 ? null : await chain.read(releaseId, last);
    return bytes === null ? null : parseRecord(bytes, last).runId;
  };
}

/** What is stored of a record: its bytes are a function of the record alone, so that a retry writes the same. */
export const encodeRecord = (record: ReleaseRecord): string => canonicalText(record);

/** Ten digits sort as text in the order of the numbers, so that a listing is the record's order. */
export const keyOf = (releaseId: string, sequence: number): string => `${prefixOf(releaseId)}${String(sequence).padStart(10, '0')}.json`;

const prefixOf = (releaseId: string) => `releases/${releaseId}/`;

function assertBatch(records: readonly ReleaseRecord[]): void {
  for (const [index, record] of records.entries()) {
    invariant(record.sequence === (records[0]?.sequence ?? 0) + index, 'the records of a batch follow one another');
    invariant(record.runId === records[0]?.runId, 'a batch has one writer');
  }
}

/** A run goes on where it has written itself, and takes another's record over only when it says so. */
async function assertMayFollow(chain: Chain, releaseId: string, record: ReleaseRecord): Promise<void> {
  if (record.sequence === 0) return;
  const before = await chain.read(releaseId, record.sequence - 1);
  if (before === null)
    throw failure('ledger.forked', `record ${record.sequence - 1} is missing, so that ${record.sequence} cannot follow it`);
  if (!record.claim && parseRecord(before, record.sequence - 1).runId !== record.runId) throw ownedByAnother(record.sequence - 1);
}

async function appendOne(chain: Chain, releaseId: string, record: ReleaseRecord): Promise<void> {
  const text = encodeRecord(record);
  if (await chain.writeFirst(releaseId, record.sequence, text)) return;
  const found = await chain.read(releaseId, record.sequence);
  if (found === text) return;
  if (found === null) throw failure('ledger.unreachable', `record ${record.sequence} was refused and is not there: looked at again`);
  // A claim takes a record on at its end. It does not excuse two runs that want the same place.
  if (parseRecord(found, record.sequence).runId !== record.runId) throw ownedByAnother(record.sequence);
  throw failure('ledger.forked', `record ${record.sequence} is there with other content, written by the same run`);
}

const ownedByAnother = (sequence: number) => failure('release.reset', `another run of this release wrote record ${sequence}`);

type Chain = ReturnType<typeof createChain>;

/** S3 as a chain of places that can be taken once. */
function createChain({ s3, bucket }: LedgerDependencies) {
  return {
    /** False when the place is taken. */
    writeFirst: (releaseId: string, sequence: number, text: string): Promise<boolean> =>
      reachable(async () => {
        try {
          const Key = keyOf(releaseId, sequence);
          await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: text, ContentType: 'application/json', IfNoneMatch: '*' }));
          return true;
        } catch (error) {
          // 412: it is there. 409: another write of it is under way; what it wrote is read next, or this is tried again.
          if (error instanceof S3ServiceException && [409, 412].includes(error.$metadata.httpStatusCode ?? 0)) return false;
          throw error;
        }
      }),

    read: (releaseId: string, sequence: number): Promise<string | null> =>
      reachable(async () => {
        try {
          const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(releaseId, sequence) }));
          return (await answer.Body?.transformToString()) ?? '';
        } catch (error) {
          if (error instanceof NoSuchKey) return null;
          throw error;
        }
      }),

    /** One more than the highest place that is taken. */
    nextSequence: (releaseId: string): Promise<number> =>
      reachable(async () => {
        let last: string | undefined;
        let token: string | undefined;
        do {
          const page = await s3.send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: prefixOf(releaseId),
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
          );
          last = page.Contents?.at(-1)?.Key ?? last;
          token = page.NextContinuationToken;
        } while (token !== undefined);
        const sequence = /\/(\d{10})\.json$/.exec(last ?? '')?.[1];
        if (last !== undefined && sequence === undefined)
          throw failure('ledger.forked', 'something that is no record lies among the records');
        return sequence === undefined ? 0 : Number(sequence) + 1;
      }),
  };
}

async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFailure(error, 'ledger.forked')) throw error;
    throw failure('ledger.unreachable', `the ledger did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}
