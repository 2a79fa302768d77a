/** A model artifact in S3, read as a stream: its digest, its size, and the version that has them. */

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, NoSuchBucket, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { Context } from '@temporalio/activity';
import type { Digest } from '../../domain/digest.ts';
import type { Refusal } from '../../domain/ports.ts';
import { failure } from '../failure.ts';

/** A quarter of the heartbeat time-out. */
const heartbeatMilliseconds = 5_000;

export type Verified = { readonly kind: 'verified'; readonly bytes: number; readonly versionId: string | null };

export async function verifyArtifact(s3: S3Client, artifact: string, expected: Digest): Promise<Verified | Refusal> {
  const place = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?<key>.+)$/.exec(artifact)?.groups;
  if (place === undefined) return { kind: 'refused', because: `${artifact} is not the address of an object in S3 (s3://bucket/key)` };
  const { cancellationSignal } = Context.current();
  try {
    const answer = await s3.send(new GetObjectCommand({ Bucket: place['bucket'], Key: place['key'] }), { abortSignal: cancellationSignal });
    const { digest, bytes } = await digestOfStream(answer.Body as Readable);
    if (digest !== expected) return { kind: 'refused', because: `${artifact} has the digest ${digest}; the release names ${expected}` };
    // S3 says "null" for an object from before versioning: no version pins it.
    return { kind: 'verified', bytes, versionId: answer.VersionId === undefined || answer.VersionId === 'null' ? null : answer.VersionId };
  } catch (error) {
    if (error instanceof NoSuchKey || error instanceof NoSuchBucket) return { kind: 'refused', because: `${artifact} does not exist` };
    if (cancellationSignal.aborted) return await Context.current().cancelled;
    throw failure('artifact.unreachable', `the artifact could not be read: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}

async function digestOfStream(body: Readable): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  const activity = Context.current();
  const hash = createHash('sha256');
  let bytes = 0;
  let beaten = Date.now();
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (activity.cancellationSignal.aborted) return await activity.cancelled;
    hash.update(chunk);
    bytes += chunk.byteLength;
    if (Date.now() - beaten < heartbeatMilliseconds) continue;
    beaten = Date.now();
    activity.heartbeat({ bytes });
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}
