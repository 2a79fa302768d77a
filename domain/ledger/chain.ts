/**
 * How records hold each other: every record carries the hash of the one before it, and its own.
 *
 * A hash covers the whole record but itself, so nothing of it can change unseen, and nothing before it either.
 * It is a function of the record alone: the workflow that writes a chain computes it, and whoever checks one again.
 */
import { canonicalText, type Digest, digestText } from '../digest.ts';

/** What a record gets when it joins a chain. Records from before there were chains have neither. */
export interface Link {
  /** Of the record before; `null` for the first. */
  readonly previousHash: Digest | null;
  readonly hash: Digest;
}

type Unlinked = { readonly sequence: number; readonly event: object };

/** The record as the next one of a chain whose newest record has this hash. */
export function linked<Content extends Unlinked>(content: Content, previousHash: Digest | null): Content & Link {
  const record = { ...content, previousHash };
  return { ...record, hash: hashOf(record) };
}

/** What the hash of a record has to be; a hash that it carries already does not count. */
export function hashOf(record: Unlinked): Digest {
  const { hash: _, ...rest } = record as Unlinked & Partial<Link>;
  return digestText(canonicalText(rest));
}

/** The ledger's folders. A chain's name is its folder: `releases/<release>`, `refusals/<day>`, `findings/<GuardDuty's id>`, `strays/<moment>`, `rescans/<moment>`, `drifts/<moment>`. */
export const chainKinds = ['releases', 'refusals', 'findings', 'strays', 'rescans', 'drifts'] as const;
export type ChainKind = (typeof chainKinds)[number];
export type ChainName = `${ChainKind}/${string}`;

export const releaseChain = (releaseId: string): ChainName => `releases/${releaseId}`;
export const findingChain = (findingId: string): ChainName => `findings/${findingId}`;
export const straysChain = (moment: string): ChainName => `strays/${moment}`;
export const rescansChain = (moment: string): ChainName => `rescans/${moment}`;
export const driftsChain = (moment: string): ChainName => `drifts/${moment}`;
export const refusalsChain = (day: string): ChainName => `refusals/${day}`;

/** Ten digits sort as text in the order of the numbers, so that a listing is the chain's order. */
const placeOf = (sequence: number): string => `${String(sequence).padStart(10, '0')}.json`;

export const recordKeyOf = (chain: ChainName, sequence: number): string => `${chain}/${placeOf(sequence)}`;
/** Beside the chains, not among their records: a place of a chain is a record's, always. */
export const sealKeyOf = (chain: ChainName, sequence: number): string => `seals/${recordKeyOf(chain, sequence)}`;
/** `moment`: as `momentOf` spells it, so that names sort as times do. */
export const checkpointKeyOf = (moment: string): string => `checkpoints/${moment}.json`;

/** `2026-11-24T235500Z`: a time that every file system takes for a name. */
export const momentOf = (time: Date): string => `${time.toISOString().slice(0, 19).replaceAll(':', '')}Z`;
