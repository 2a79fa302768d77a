/**
 * The recorded counts and findings of releases, read from the store. Least privilege: its role needs `s3:GetObject` on
 * these two folders and `kms:Decrypt` for them, and a caller never names what is read: digests come from a
 * release's own record. Writes nothing, lists nothing.
 */
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { type Blob, blobKeyOf } from '../../domain/blob.ts';
import { digestBytes } from '../../domain/digest.ts';
import type { Config } from '../config.ts';
import { Problem } from '../http/problem.ts';
import { clientOf, inTime } from './bucket.ts';

export interface EvidenceReader {
  /** The text of a blob, its digest checked. */
  read(blob: Blob): Promise<string>;
}

/** Of one folder: the API may read counts and findings, and nothing else. */
export function createEvidenceReader(config: Config['store'], folder: 'counts' | 'findings'): EvidenceReader {
  if (config === null)
    return {
      read: () =>
        Promise.reject(new Problem('store.unreachable', `this API was given no store to read ${folder} from: set PLIMSOLL_STORE_BUCKET`)),
    };
  const s3 = clientOf(config);
  return {
    async read({ digest }) {
      const bytes = await fetched(s3, config.bucket, blobKeyOf(folder, digest));
      if (digestBytes(bytes) !== digest) throw new Problem('store.corrupt', `the ${folder} stored as ${digest} have another digest`);
      return new TextDecoder().decode(bytes);
    },
  };
}

async function fetched(s3: S3Client, Bucket: string, Key: string): Promise<Uint8Array> {
  try {
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key }), inTime());
    return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof NoSuchKey) throw new Problem('store.corrupt', 'what a release recorded is not in the store any more');
    throw new Problem('store.unreachable', `the store did not answer: ${error instanceof Error ? error.name : 'unknown'}`, {
      cause: error,
    });
  }
}
