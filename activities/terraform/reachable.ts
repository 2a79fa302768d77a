/** Calls to AWS around Terraform, with its two ways to say no: a refusal stays one, trouble on the way passes. */
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { failure } from '../failure.ts';

interface AwsError {
  readonly name: string;
  readonly $fault?: 'client' | 'server';
  readonly $retryable?: { readonly throttling?: boolean };
}

const isAwsError = (error: unknown): error is AwsError => error instanceof Error && '$fault' in error;

/** AWS understood and will say the same again. Throttling is only "not now". */
const isRefusal = (error: unknown): error is AwsError =>
  isAwsError(error) && error.$fault === 'client' && error.$retryable?.throttling !== true && error.name !== 'ThrottlingException';

/** `what` begins a sentence for a person: `the state bucket`. The error's text stays out of it: it quotes requests. */
export async function reachable<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isRefusal(error)) throw failure('terraform.failed', `${what} was refused to us: ${error.name}`);
    if (isAwsError(error) || isNetworkError(error)) throw failure('store.unreachable', `${what} did not answer: ${error.name}`);
    throw error;
  }
}

/** Node's network errors carry a code; the SDK's own time-outs a name. */
const isNetworkError = (error: unknown): error is Error =>
  error instanceof Error && ('code' in error || ['TimeoutError', 'CredentialsProviderError', 'AggregateError'].includes(error.name));

/** `null` when there is no such object. */
export async function readObject(s3: S3Client, Bucket: string, Key: string): Promise<string | null> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}
