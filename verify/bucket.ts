/**
 * A ledger where it was written: the first version of each key is what is checked, since whoever may write can put
 * another one over it, whatever the lock says. That somebody did is reported.
 */
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { exitCodes, VerifyError } from './errors.ts';
import type { Entry, Objects } from './source.ts';

export function bucketObjects(bucket: string, config: S3ClientConfig): Objects {
  const s3 = new S3Client(config);
  return {
    list: (prefix) => reachable(bucket, () => versionsIn(s3, bucket, prefix)),
    read: ({ key, versionId }) =>
      reachable(bucket, async () => {
        const version = versionId === undefined || versionId === 'null' ? {} : { VersionId: versionId };
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...version }));
        return (await Body?.transformToString()) ?? '';
      }),
    readBytes: (key) =>
      reachable(bucket, async () => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      }),
  };
}

async function versionsIn(s3: S3Client, bucket: string, prefix: string): Promise<readonly Entry[]> {
  const entries = new Map<string, Entry & { readonly laterVersions: number }>();
  const deleted = new Set<string>();
  let next: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined = {};
  while (next !== undefined) {
    const page: ListObjectVersionsCommandOutput = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...next }));
    // The newest version of a key comes first, so that the last one seen is the first one written.
    for (const { Key: key = '', VersionId: versionId } of page.Versions ?? []) {
      const known = entries.get(key);
      entries.set(key, { key, versionId, laterVersions: known === undefined ? 0 : known.laterVersions + 1 });
    }
    for (const { Key: key = '' } of page.DeleteMarkers ?? []) deleted.add(key);
    next = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
  // A marker without a version under it hides nothing: that place is missing.
  const marked = [...entries.values()].map((entry) => ({ ...entry, deleted: deleted.has(entry.key) }));
  return marked.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

async function reachable<T>(bucket: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new VerifyError(`s3://${bucket} cannot be read: ${error instanceof Error ? error.name : 'unknown'}`, exitCodes.unreachable);
  }
}
