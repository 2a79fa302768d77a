/** The end of a chain, signed: afterwards nobody can shorten it or replace it as a whole without the key. */
import { canonicalText, type Digest, isDigest } from '../digest.ts';
import { type ChainName, type Link } from './chain.ts';
import { jsonIn } from './dsse.ts';

export const sealType = 'application/vnd.plimsoll.seal.v1+json';

export interface Seal {
  readonly chain: ChainName;
  /** Of the last record, counted from 0. */
  readonly sequence: number;
  readonly head: Digest;
  /** Time of the last record: what is signed is a function of the chain, so that sealing twice says the same. */
  readonly time: string;
}

export function sealOf(chain: ChainName, last: Link & { readonly sequence: number; readonly event: { readonly time: string } }): Seal {
  return { chain, sequence: last.sequence, head: last.hash, time: last.event.time };
}

export const sealText = (seal: Seal): string => canonicalText(seal);

/** `undefined`: it does not read as one. */
export function sealIn(payload: string): Seal | undefined {
  const { chain, sequence, head, time } = (jsonIn(payload) ?? {}) as Partial<Seal>;
  if (typeof chain !== 'string' || !Number.isInteger(sequence) || typeof head !== 'string' || typeof time !== 'string') return undefined;
  return isDigest(head) ? { chain, sequence: sequence as number, head, time } : undefined;
}
