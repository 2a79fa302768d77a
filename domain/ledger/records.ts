/**
 * Whether the records of a chain are complete, in order and untouched: what can be said without any key.
 * It stops at the first record that is wrong: behind it nothing holds anything any more.
 */
import { type Digest, digestText } from '../digest.ts';
import type { ChainName, Link } from './chain.ts';
import { canonicalIn, jsonIn } from './dsse.ts';
import type { Fault, FaultKind } from './fault.ts';

/** What lies at one place of a bucket, or of a folder. */
export interface StoredObject {
  readonly key: string;
  /** From the key; `null`: the key is none of a record. */
  readonly sequence: number | null;
  /** Of its first version. */
  readonly text: string;
  /** How often it was written over; a folder does not know. */
  readonly laterVersions?: number;
  readonly deleted?: boolean;
}

/** As far as the checks read it. */
export interface CheckedRecord extends Link {
  readonly sequence: number;
  readonly runId: string;
  readonly claim: boolean;
  readonly event: { readonly type: string; readonly subject: string; readonly time: string; readonly data: unknown };
}

export interface CheckedRecords {
  /** Up to the first fault. */
  readonly good: readonly CheckedRecord[];
  readonly fault: Fault | undefined;
  /** Worth knowing and no fault, such as a clock that went back. */
  readonly notes: readonly string[];
}

/** `objects` in the order of their keys. */
export function checkRecords(chain: ChainName, objects: readonly StoredObject[]): CheckedRecords {
  const good: CheckedRecord[] = [];
  const notes: string[] = [];
  for (const [sequence, object] of objects.entries()) {
    const before = good.at(-1);
    const checked = checkRecord(chain, sequence, object, before);
    if ('kind' in checked) return { good, fault: checked, notes };
    if (before !== undefined && checked.event.time < before.event.time)
      notes.push(
        `record ${sequence} says ${checked.event.time}, before record ${sequence - 1} at ${before.event.time}: a clock was set back`,
      );
    good.push(checked);
  }
  return { good, fault: undefined, notes };
}

function checkRecord(chain: ChainName, sequence: number, object: StoredObject, before: CheckedRecord | undefined): CheckedRecord | Fault {
  const fault = (kind: FaultKind, what: string, at = sequence): Fault => ({ kind, sequence: at, what });
  if (object.sequence !== sequence) return fault('missing', `record ${sequence} is missing; the next one there is ${object.sequence}`);
  const value = jsonIn(object.text);
  const record = recordIn(value);
  if (record === undefined) return fault('unreadable', `what lies at place ${sequence} is no record`);
  const { hash = '', ...hashed } = value as { readonly hash?: string; readonly sequence: number };
  const content = canonicalIn(hashed);
  if (content === undefined || object.text !== withHash(content, hash))
    return fault('not canonical', `record ${sequence} was written again, in other bytes`);
  if (record.sequence !== sequence) return fault('misplaced', `at place ${sequence} lies record ${record.sequence}`);
  if (!isOf(chain, record)) return fault('foreign', `record ${sequence} is of ${record.event.subject}`);
  if (!isChained(record)) return fault('unchained', `record ${sequence} carries no hash`);
  if (digestText(content) !== hash) return fault('changed', `record ${sequence} was changed: it does not have its hash`);
  const previousHash: Digest | null = before?.hash ?? null;
  // Both have their own hashes, so one of them was made anew. The earlier one is the first that may be wrong.
  if (record.previousHash !== previousHash)
    return fault('broken link', `record ${sequence} was not written after this record ${sequence - 1}`, Math.max(0, sequence - 1));
  if (before !== undefined && before.runId !== record.runId && !record.claim)
    return fault('unclaimed writer', `record ${sequence} is by another run, which did not take the record on`);
  return record;
}

/** What reads as a record, of any age, and whatever else is wrong with it. */
export const readableIn = (texts: readonly string[]): readonly CheckedRecord[] =>
  texts.flatMap((text) => {
    const record = recordIn(jsonIn(text));
    return record === undefined ? [] : [record as CheckedRecord];
  });

function recordIn(value: unknown): (Omit<CheckedRecord, keyof Link> & Partial<Link>) | undefined {
  const { sequence, runId, claim, event } = (value ?? {}) as Partial<CheckedRecord>;
  const { type, subject, time } = (event ?? {}) as Partial<CheckedRecord['event']>;
  const isRecord =
    Number.isInteger(sequence) &&
    typeof runId === 'string' &&
    typeof claim === 'boolean' &&
    [type, subject, time].every((text) => typeof text === 'string');
  return isRecord ? (value as CheckedRecord) : undefined;
}

/**
 * The canonical text of a record, made of that without its hash: making it anew would cost a third of all checking.
 * Members are in the order of their names, and behind `previousHash` there is nothing that could hold another one.
 */
function withHash(content: string, hash: string): string {
  const at = content.lastIndexOf('"previousHash":');
  return hash === '' || at < 0 ? content : `${content.slice(0, at)}"hash":${JSON.stringify(hash)},${content.slice(at)}`;
}

const isChained = (record: object): record is CheckedRecord => 'hash' in record && 'previousHash' in record;

const isOf = (chain: ChainName, { event }: { readonly event: { readonly subject: string } }): boolean =>
  event.subject === chain.slice(chain.indexOf('/') + 1);
