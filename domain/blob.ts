import type { Digest } from './digest.ts';

/**
 * Bytes that are too big for a message, kept in object storage under their digest.
 * Whoever reads one checks the digest, so a blob cannot change between two steps.
 */
export interface Blob {
  readonly digest: Digest;
  readonly bytes: number;
}
