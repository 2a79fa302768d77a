/** A blob store in memory: digests as in the real one, so that tests need no bucket where none is the subject. */
import type { BlobStore } from '../../activities/tool/store.ts';
import { canonicalText, digestBytes } from '../../domain/digest.ts';

export function createMemoryStore(): BlobStore {
  const kept = new Map<string, Buffer>();
  const store: BlobStore = {
    put: async (bytes) => {
      const digest = digestBytes(bytes);
      kept.set(digest, Buffer.from(bytes));
      return { digest, bytes: bytes.byteLength };
    },
    get: async ({ digest }) => {
      const bytes = kept.get(digest);
      if (bytes === undefined) throw new Error(`nobody stored ${digest}`);
      return bytes;
    },
    putJson: async (value) => await store.put(Buffer.from(canonicalText(value))),
    getJson: async (blob) => JSON.parse((await store.get(blob)).toString('utf8')) as unknown,
  };
  return store;
}
