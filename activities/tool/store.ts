/**
 * The blob store: bytes under their digest in S3. A reader checks the digest, so what one step wrote is what
 * another reads, whoever had access to the bucket in between. Always encrypted with our KMS key.
 */
import { GetObjectCommand, HeadObjectCommand, NoSuchKey, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Blob, blobKeyOf, type StoreFolder, storeFolders } from '../../domain/blob.ts';
import { canonicalText, digestBytes } from '../../domain/digest.ts';
import { failure } from '../failure.ts';

export interface BlobStore {
  put(bytes: Uint8Array): Promise<Blob>;
  get(blob: Blob): Promise<Buffer>;
  /** Canonical JSON (RFC 8785): the same value gives the same blob. */
  putJson(value: unknown): Promise<Blob>;
  /** Parsed, not checked: give it to a schema where its shape is not our own. */
  getJson(blob: Blob): Promise<unknown>;
}

export interface StoreConfig {
  readonly bucket: string;
  /** Key id, ARN or alias for SSE-KMS. */
  readonly kmsKey: string;
  /** `blobs` unless it is said. */
  readonly folder?: StoreFolder;
}

export function createBlobStore(s3: S3Client, { bucket, kmsKey, folder = storeFolders.blobs }: StoreConfig): BlobStore {
  const exists = async (Key: string) => {
    try {
      await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  };

  const store: BlobStore = {
    async put(bytes) {
      const digest = digestBytes(bytes);
      const Key = blobKeyOf(folder, digest);
      await reachable(async () => {
        if (await exists(Key)) return;
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey }));
      });
      return { digest, bytes: bytes.byteLength };
    },
    async get({ digest }) {
      const bytes = await reachable(async () => {
        const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: blobKeyOf(folder, digest) }));
        return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
      });
      if (digestBytes(bytes) !== digest) throw failure('store.corrupt', `the blob stored as ${digest} has another digest`);
      return bytes;
    },
    putJson: (value) => store.put(new TextEncoder().encode(canonicalText(value))),
    getJson: async (blob) => JSON.parse((await store.get(blob)).toString('utf8')) as unknown,
  };
  return store;
}

async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NoSuchKey) throw failure('store.corrupt', 'a blob that a step wrote is not in the store any more');
    throw failure('store.unreachable', `the store did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}
