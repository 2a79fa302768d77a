/** A source archive from the store, unpacked into a private folder. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import type { Blob } from '../../domain/blob.ts';
import type { BlobStore } from './store.ts';

/** Links that lead out of the folder, absolute paths and `..` are dropped by tar's own checks; anything odd throws. */
export async function unpack(store: BlobStore, archive: Blob, folder: string): Promise<void> {
  await pipeline(Readable.from(await store.get(archive)), extract({ cwd: folder, strict: true }));
}
