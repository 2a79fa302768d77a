/** S3 as places that can be taken once, and as folders that can be listed. */
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { ChainName } from '../../domain/ledger/chain.ts';
import { failure, isFailure } from '../failure.ts';

export interface Bucket {
  readonly s3: S3Client;
  readonly bucket: string;
}

export type Places = ReturnType<typeof createPlaces>;

export function createPlaces({ s3, bucket }: Bucket) {
  /** Pages are fetched as they are read. */
  async function* keys(request: { readonly Prefix: string; readonly Delimiter?: string }): AsyncIterable<string> {
    let token: string | undefined;
    do {
      const continued: { ContinuationToken?: string } = token === undefined ? {} : { ContinuationToken: token };
      const page = await reachable(() => s3.send(new ListObjectsV2Command({ Bucket: bucket, ...request, ...continued })));
      yield* (page.Contents ?? []).map(({ Key = '' }) => Key);
      yield* (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix);
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  const list = async (request: Parameters<typeof keys>[0]): Promise<readonly string[]> => {
    const all: string[] = [];
    for await (const key of keys(request)) all.push(key);
    return all;
  };

  return {
    /** False when the place is taken. How long it stays is the bucket's default retention, which no writer can shorten. */
    writeFirst: (Key: string, text: string): Promise<boolean> =>
      reachable(async () => {
        try {
          await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: text, ContentType: 'application/json', IfNoneMatch: '*' }));
          return true;
        } catch (error) {
          // 412: it is there. 409: another write of it is under way; what it wrote is read next, or this is tried again.
          if (error instanceof S3ServiceException && [409, 412].includes(error.$metadata.httpStatusCode ?? 0)) return false;
          throw error;
        }
      }),

    read: (Key: string): Promise<string | null> =>
      reachable(async () => {
        try {
          const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
          return (await answer.Body?.transformToString()) ?? '';
        } catch (error) {
          if (error instanceof NoSuchKey) return null;
          throw error;
        }
      }),

    list: (prefix: string): Promise<readonly string[]> => list({ Prefix: prefix }),

    keys: (prefix: string): AsyncIterable<string> => keys({ Prefix: prefix }),

    /** The folders right below this one, each ending in a slash. */
    folders: (prefix: string): Promise<readonly string[]> => list({ Prefix: prefix, Delimiter: '/' }),

    /** One more than the highest place of a chain that is taken. */
    async nextSequence(chain: ChainName): Promise<number> {
      const last = (await list({ Prefix: `${chain}/` })).at(-1);
      if (last === undefined) return 0;
      const sequence = /\/(\d{10})\.json$/.exec(last)?.[1];
      if (sequence === undefined) throw failure('ledger.forked', 'something that is no record lies among the records');
      return Number(sequence) + 1;
    },
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
