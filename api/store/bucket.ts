/** How the API comes to a bucket: one client for each, and no call without an end. */
import { S3Client } from '@aws-sdk/client-s3';

export interface BucketConfig {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | undefined;
}

/** A path-style endpoint is what a local stand-in needs; AWS's own addresses work with either. */
export const clientOf = ({ region, endpoint }: BucketConfig): S3Client =>
  new S3Client({ region, ...(endpoint !== undefined && { endpoint, forcePathStyle: true }) });

/** A few hundred KiB come within a second, and so does a page of a listing: somebody waits for them. */
const answerWithinMs = 10_000;

export const inTime = () => ({ abortSignal: AbortSignal.timeout(answerWithinMs) });
