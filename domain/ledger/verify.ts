/**
 * What can be said about one chain: its records, and whether somebody who has the key vouches for its end.
 *
 * A chain alone proves that nothing in it was changed by somebody who could not write all of it anew. A seal
 * proves its length and its last hash, and with that hash everything before. A checkpoint proves the same for
 * chains that are still open, and lies where the writer of chains cannot change it.
 */
import type { Digest } from '../digest.ts';
import { checkAttestations } from './attestation.ts';
import type { ChainName } from './chain.ts';
import { checkConsent } from './consent.ts';
import { type CheckSignature, opened } from './dsse.ts';
import { type Fault, type FaultKind, inOrder } from './fault.ts';
import { type CheckedRecord, checkRecords, type StoredObject } from './records.ts';
import { type Seal, sealIn, sealType } from './seal.ts';

export interface StoredChain {
  readonly name: ChainName;
  /** In the order of their keys, strangers among them. */
  readonly records: readonly StoredObject[];
  readonly seals: readonly StoredObject[];
  readonly attestations?: readonly StoredObject[];
}

/** A head that somebody signed for elsewhere: in a checkpoint. */
export interface Witness {
  readonly by: string;
  readonly sequence: number;
  readonly head: Digest;
}

export interface ChainVerdict {
  readonly chain: ChainName;
  readonly intact: boolean;
  /** The last record is signed for. An open release is not sealed yet. */
  readonly sealed: boolean;
  readonly records: number;
  readonly head: Digest | null;
  /** The first wrong record first. */
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
  /** Checkpoints that vouch for a part of it, by name. */
  readonly witnesses: readonly string[];
}

export function verifyChain(stored: StoredChain, check: CheckSignature, witnesses: readonly Witness[] = []): ChainVerdict {
  const isRecord = ({ sequence }: StoredObject) => sequence !== null;
  const { good, fault, notes } = checkRecords(stored.name, stored.records.filter(isRecord));
  const seals = stored.seals.filter(isRecord).map((object) => checkSeal(stored.name, object, check));
  const signed: readonly Witness[] = [
    ...seals.flatMap((seal) => ('kind' in seal ? [] : [{ by: 'its seal', sequence: seal.sequence, head: seal.head }])),
    ...witnesses,
  ];
  const faults = inOrder([
    ...(fault === undefined ? [] : [fault]),
    ...seals.flatMap((seal) => ('kind' in seal ? [seal] : [])),
    // Behind a record that is wrong, no hash can be compared any more.
    ...signed.flatMap((witness) => contradiction(witness, good, fault === undefined)),
    ...(fault === undefined ? afterSeals(seals, good) : []),
    ...(fault === undefined ? checkConsent(good) : []),
    ...(fault === undefined ? checkAttestations(stored.attestations ?? [], good, check) : []),
    ...[...stored.records, ...stored.seals, ...(stored.attestations ?? [])].flatMap(rewritten),
    ...[...stored.records, ...stored.seals].filter((object) => !isRecord(object)).map(stranger),
  ]);
  const last = good.at(-1);
  return {
    chain: stored.name,
    intact: faults.length === 0,
    sealed: fault === undefined && seals.some((seal) => !('kind' in seal) && seal.sequence === last?.sequence && seal.head === last.hash),
    records: stored.records.filter(isRecord).length,
    head: fault === undefined ? (last?.hash ?? null) : null,
    faults,
    notes,
    witnesses: witnesses.filter(({ sequence, head }) => good[sequence]?.hash === head).map(({ by }) => by),
  };
}

function checkSeal(chain: ChainName, object: StoredObject, check: CheckSignature): Seal | Fault {
  const bad = (what: string): Fault => ({
    kind: 'bad seal',
    sequence: object.sequence,
    what: `the seal of record ${object.sequence}: ${what}`,
  });
  const envelope = opened(object.text, sealType, check);
  if (envelope.kind === 'bad') return bad(envelope.because);
  const seal = sealIn(envelope.payload);
  if (seal === undefined) return bad('what is signed is no seal');
  if (seal.chain !== chain) return bad(`it is of ${seal.chain}`);
  return seal.sequence === object.sequence ? seal : bad(`it is of record ${seal.sequence}`);
}

function contradiction({ by, sequence, head }: Witness, good: readonly CheckedRecord[], whole: boolean): readonly Fault[] {
  const record = good[sequence];
  if (record !== undefined) {
    const what = `record ${sequence} has not the hash that ${by} signs: it, or all up to it, was written anew`;
    return record.hash === head ? [] : [{ kind: 'replaced', sequence, what }];
  }
  const what = `${by} signs for record ${sequence}, and the chain ends ${good.length === 0 ? 'before it begins' : `with record ${good.length - 1}`}`;
  return whole ? [{ kind: 'truncated', sequence: good.length, what }] : [];
}

/** Only a recovery takes a sealed record on, and it says so. */
function afterSeals(seals: readonly (Seal | Fault)[], good: readonly CheckedRecord[]): readonly Fault[] {
  return seals.flatMap((seal): readonly Fault[] => {
    if ('kind' in seal) return [];
    const next = good[seal.sequence + 1];
    if (next === undefined || next.claim) return [];
    return [
      { kind: 'after the seal', sequence: next.sequence, what: `record ${next.sequence} follows the sealed record ${seal.sequence}` },
    ];
  });
}

function rewritten({ key, sequence, laterVersions = 0, deleted = false }: StoredObject): readonly Fault[] {
  const fault = (kind: FaultKind, what: string): Fault => ({ kind, sequence, what });
  return [
    ...(laterVersions > 0
      ? [fault('later version', `${key} was written over ${laterVersions === 1 ? 'once' : `${laterVersions} times`}`)]
      : []),
    ...(deleted ? [fault('deleted marker', `${key} was deleted; its first version is still there`)] : []),
  ];
}

const stranger = ({ key }: StoredObject): Fault => ({ kind: 'stranger', sequence: null, what: `${key} is neither a record nor a seal` });
