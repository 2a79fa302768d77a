import { type Digest, hexOf } from './digest.ts';

/**
 * Bytes that are too big for a message, kept in object storage under their digest.
 * Whoever reads one checks the digest, so a blob cannot change between two steps.
 */
export interface Blob {
  readonly digest: Digest;
  readonly bytes: number;
}

/**
 * Folders of the store. Recorded counts and merged findings lie apart from archives, plans and reports: the API may
 * read them, and nothing else of the store.
 */
export const storeFolders = { blobs: 'blobs', counts: 'counts', findings: 'findings' } as const;
export type StoreFolder = (typeof storeFolders)[keyof typeof storeFolders];

/** Two digits first: S3 spreads its load by the beginning of a key. */
export const blobKeyOf = (folder: StoreFolder, digest: Digest): string => `${folder}/${hexOf(digest).slice(0, 2)}/${hexOf(digest)}`;
