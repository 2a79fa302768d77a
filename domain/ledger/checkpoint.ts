/**
 * A checkpoint: all heads at a moment, one each day, signed, kept where the writer of chains cannot change it. Each names the one
 * before, so that none can be left out unseen. What is signed is short, whatever the number of heads: their digest.
 */
import { canonicalText, type Digest, digestOf, digestText, isDigest } from '../digest.ts';
import type { ChainName } from './chain.ts';
import { type CheckSignature, canonicalIn, type Envelope, envelopeOf, jsonIn, opened, type Sign } from './dsse.ts';
import type { Fault } from './fault.ts';
import type { StoredObject } from './records.ts';
import type { Witness } from './verify.ts';

export const checkpointType = 'application/vnd.plimsoll.checkpoint.v1+json';

export interface Head {
  readonly chain: ChainName;
  /** Of its last record. */
  readonly sequence: number;
  readonly head: Digest;
}

/** What is signed. */
interface Statement {
  /** When it was begun, as it is named. */
  readonly moment: string;
  readonly chains: number;
  /** Of the list of heads, by name of chain. */
  readonly heads: Digest;
  /** Of what was signed in the checkpoint before; `null` in the first. */
  readonly previous: Digest | null;
}

export interface Checkpoint extends Statement {
  readonly list: readonly Head[];
  /** What the next one names. */
  readonly digest: Digest;
}

export async function checkpointText(moment: string, heads: readonly Head[], previous: Digest | null, sign: Sign): Promise<string> {
  const list = heads.toSorted((one, other) => (one.chain < other.chain ? -1 : 1));
  const statement: Statement = { moment, chains: list.length, heads: digestOf(list), previous };
  return canonicalText({ heads: list, signed: await envelopeOf(checkpointType, canonicalText(statement), sign) });
}

export type ReadCheckpoint =
  | { readonly kind: 'good'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'bad'; readonly because: string };

export function readCheckpoint(text: string, moment: string, check: CheckSignature): ReadCheckpoint {
  const { heads, signed } = (jsonIn(text) ?? {}) as { readonly heads?: unknown; readonly signed?: Envelope };
  if (!Array.isArray(heads) || signed === undefined) return { kind: 'bad', because: 'it is no checkpoint' };
  const envelope = opened(JSON.stringify(signed), checkpointType, check);
  if (envelope.kind === 'bad') return envelope;
  const statement = jsonIn(envelope.payload) as Statement;
  if (statement.moment !== moment) return { kind: 'bad', because: `it is of ${statement.moment}` };
  const list = canonicalIn(heads);
  if (list === undefined || digestText(list) !== statement.heads)
    return { kind: 'bad', because: 'its list is not the one that was signed' };
  if (!heads.every(isHead)) return { kind: 'bad', because: 'its list has something else than heads in it' };
  return { kind: 'good', checkpoint: { ...statement, list: heads, digest: digestText(envelope.payload) } };
}

function isHead(value: unknown): value is Head {
  const { chain, sequence, head } = (value ?? {}) as Partial<Head>;
  return typeof chain === 'string' && Number.isInteger(sequence) && typeof head === 'string' && isDigest(head);
}

export const momentIn = (key: string): string | undefined => /^checkpoints\/(\d{4}-\d{2}-\d{2}T\d{6}Z)\.json$/.exec(key)?.[1];

export const dayOf = ({ moment }: Pick<Checkpoint, 'moment'>): string => moment.slice(0, '2026-11-24'.length);

export interface CheckedCheckpoints {
  readonly good: readonly Checkpoint[];
  readonly faults: readonly Fault[];
}

/**
 * `objects` in the order of their moments. `fromStart`: the first of them has to be the first there ever was; who asks
 * about one release may have those alone that name it.
 */
export function checkCheckpoints(
  objects: readonly StoredObject[],
  check: CheckSignature,
  { fromStart }: { readonly fromStart: boolean },
): CheckedCheckpoints {
  const good: Checkpoint[] = [];
  const faults: Fault[] = [];
  for (const { key, text, laterVersions = 0, deleted = false } of objects) {
    const bad = (what: string) => faults.push({ kind: 'bad checkpoint', sequence: null, what: `${key}: ${what}` });
    const read = readCheckpoint(text, momentIn(key) ?? key, check);
    if (laterVersions > 0) bad('it was written over');
    if (deleted) bad('it was deleted; its first version is still there');
    if (read.kind === 'bad') {
      bad(read.because);
      continue;
    }
    const { checkpoint } = read;
    const before = good.at(-1);
    if ((before !== undefined || fromStart) && checkpoint.previous !== (before?.digest ?? null))
      faults.push({ kind: 'missing checkpoint', sequence: null, what: `${key} follows another checkpoint than the one that is there` });
    good.push(checkpoint);
  }
  return { good, faults };
}

/** Who vouches for what, by chain. */
export function witnessesIn(checkpoints: readonly Checkpoint[]): ReadonlyMap<string, readonly Witness[]> {
  const witnesses = new Map<string, Witness[]>();
  for (const { moment, list } of checkpoints) {
    for (const { chain, sequence, head } of list) {
      const known = witnesses.get(chain);
      const witness = { by: `the checkpoint of ${moment}`, sequence, head };
      if (known === undefined) witnesses.set(chain, [witness]);
      else known.push(witness);
    }
  }
  return witnesses;
}

/** Chains of the list before that are shorter now, other ones, or gone: a ledger only grows. */
export function contradictions(before: readonly Head[], now: readonly Head[]): readonly string[] {
  const heads = new Map(now.map((one) => [one.chain, one]));
  return before.flatMap(({ chain, sequence, head }) => {
    const later = heads.get(chain);
    if (later === undefined) return [`${chain} is gone`];
    if (later.sequence < sequence) return [`${chain} ends with record ${later.sequence}, and had ${sequence}`];
    return later.sequence === sequence && later.head !== head ? [`${chain} ends with another record ${sequence}`] : [];
  });
}
