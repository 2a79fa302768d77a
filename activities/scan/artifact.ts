/**
 * A model artifact from its bucket into the workspace, its digest taken on the way: what is scanned is what was
 * ordered, whoever wrote to the bucket in between.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { Context } from '@temporalio/activity';
import type { Digest } from '../../domain/digest.ts';
import { failure } from '../failure.ts';

/** Answers the digest found. A file that has gone since it was checked is `tool.rejected`: nothing was scanned. */
export async function downloadArtifact(s3: S3Client, uri: string, file: string): Promise<Digest> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (Bucket === undefined || Key === undefined) throw failure('tool.rejected', 'the artifact is not named as s3://bucket/key');
  const activity = Context.current();
  const hash = createHash('sha256');
  try {
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key }), { abortSignal: activity.cancellationSignal });
    const measured = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        activity.heartbeat();
        yield chunk;
      }
    };
    const body = answer.Body instanceof Readable ? answer.Body : Readable.from([]);
    await pipeline(body, measured, createWriteStream(file), { signal: activity.cancellationSignal });
  } catch (error) {
    if (activity.cancellationSignal.aborted) return await activity.cancelled;
    if (error instanceof NoSuchKey) throw failure('tool.rejected', 'the artifact is not in its bucket any more');
    throw failure('artifact.unreachable', `the model bucket did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
  }
  return `sha256:${hash.digest('hex')}`;
}
