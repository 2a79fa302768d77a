/** Records of a chain: one, or all of them. */
import { type ChainName, recordKeyOf } from '../../domain/ledger/chain.ts';
import { parseRecord, type StoredRecord } from './parse.ts';
import type { Places } from './places.ts';

/** `null`: there is nothing at that place. */
export async function readRecord(places: Places, chain: ChainName, sequence: number): Promise<StoredRecord | null> {
  const text = sequence < 0 ? null : await places.read(recordKeyOf(chain, sequence));
  return text === null ? null : parseRecord(text, sequence);
}

/** The newest; `null` before the first. */
export const readLast = async (places: Places, chain: ChainName): Promise<StoredRecord | null> =>
  await readRecord(places, chain, (await places.nextSequence(chain)) - 1);

/** Side by side, since a long release has hundreds of records and the call has seconds; S3 takes far more at once. */
const readsAtOnce = 20;

/** Recovery has to put things back even where the record has a hole; naming holes is not its business. */
export async function readAll(places: Places, chain: ChainName, count: number): Promise<readonly StoredRecord[]> {
  const texts = await readTexts(places, chain, count);
  return texts.flatMap((text, sequence) => (text === null ? [] : [parseRecord(text, sequence)]));
}

export async function readTexts(places: Places, chain: ChainName, count: number): Promise<readonly (string | null)[]> {
  const texts: (string | null)[] = [];
  for (let start = 0; start < count; start += readsAtOnce) {
    const sequences = Array.from({ length: Math.min(readsAtOnce, count - start) }, (_, index) => start + index);
    texts.push(...(await Promise.all(sequences.map((sequence) => places.read(recordKeyOf(chain, sequence))))));
  }
  return texts;
}
