/** One record of a chain, where all of it is not needed. */
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
