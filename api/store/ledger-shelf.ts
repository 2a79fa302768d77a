/**
 * The ledger, as far as the API reads it: which releases have ended, and of each its first record and its last. Least
 * privilege: its role needs `s3:ListBucket` below `releases/` and `ends/`, `s3:GetObject` on `releases/*`, and
 * `kms:Decrypt` for them. Writes nothing.
 */
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { Shelf } from '../../domain/ledger/ended-reader.ts';
import type { Config } from '../config.ts';
import { Problem } from '../http/problem.ts';
import { clientOf, inTime } from './bucket.ts';

type Ask = <Answer>(work: (s3: S3Client, bucket: string) => Promise<Answer>) => Promise<Answer>;

export function createLedgerShelf(config: Config['ledger']): Shelf {
  const ask = config === null ? nobody : asking(clientOf(config), config.bucket);
  return {
    async *list(prefix) {
      for await (const { Contents = [] } of pagesOf(ask, { Prefix: prefix })) yield* Contents.map(({ Key = '' }) => Key);
    },

    async folders(prefix) {
      const folders: string[] = [];
      for await (const { CommonPrefixes = [] } of pagesOf(ask, { Prefix: prefix, Delimiter: '/' }))
        folders.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix));
      return folders;
    },

    read: (Key) =>
      ask(async (s3, Bucket) => {
        try {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }), inTime());
          return (await Body?.transformToString()) ?? '';
        } catch (error) {
          if (error instanceof NoSuchKey) return null;
          throw error;
        }
      }),

    forked: (what) => new Problem('ledger.forked', what),
  };
}

/** As far as somebody reads on: what is wanted of a place is most often on its first page. */
async function* pagesOf(ask: Ask, request: { readonly Prefix: string; readonly Delimiter?: string }) {
  let token: string | undefined;
  do {
    const page = await ask((s3, Bucket) => s3.send(new ListObjectsV2Command({ Bucket, ...request, ContinuationToken: token }), inTime()));
    yield page;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

function asking(s3: S3Client, bucket: string): Ask {
  return async (work) => {
    try {
      return await work(s3, bucket);
    } catch (error) {
      throw new Problem('ledger.unreachable', `the ledger did not answer: ${error instanceof Error ? error.name : 'unknown'}`, {
        cause: error,
      });
    }
  };
}

const nobody: Ask = () =>
  Promise.reject(
    new Problem('ledger.unreachable', 'this API was given no ledger to read what was released from: set PLIMSOLL_LEDGER_BUCKET'),
  );
