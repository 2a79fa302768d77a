/**
 * What a release lets others rely on, as in-toto statements (https://in-toto.io/Statement/v1): who approved exactly
 * what, and what went into production. Functions of the chain alone; each names the record that it rests on.
 */
import { canonicalText, type Digest, digestOf, hexOf, isDigest } from '../digest.ts';
import { recordTypes } from '../record.ts';
import type { ChainName } from './chain.ts';
import { type CheckSignature, jsonIn, opened, signedBytes, signedBytesMax } from './dsse.ts';
import type { Fault } from './fault.ts';
import type { CheckedRecord, StoredObject } from './records.ts';

export const attestationType = 'application/vnd.in-toto+json';

const kinds = ['approval', 'deployment'] as const;
export type AttestationKind = (typeof kinds)[number];

export const attestationKeyOf = (chain: ChainName, kind: AttestationKind): string => `attestations/${chain}/${kind}.json`;

interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

interface Attestation {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>> & { readonly record: { readonly sequence: number; readonly hash: Digest } };
}

type Fields = Readonly<Record<string, unknown>>;

/** What can be said of a chain that has ended; nothing of one that released nothing, or that nobody approved. */
export function attestationsOf(chain: ChainName, records: readonly CheckedRecord[]): readonly { kind: AttestationKind; text: string }[] {
  return [
    { kind: 'approval' as const, statement: approvalOf(chain, records) },
    { kind: 'deployment' as const, statement: deploymentOf(chain, records) },
  ].flatMap(({ kind, statement }) => (statement === undefined ? [] : [{ kind, text: textOf(statement) }]));
}

/** The newest question to people, and everybody who said yes to it. */
function approvalOf(chain: ChainName, records: readonly CheckedRecord[]): Attestation | undefined {
  const asked = records.findLast(({ event }) => event.type === recordTypes.approvalAsked);
  if (asked === undefined) return undefined;
  const { statementDigest, statement } = dataOf(asked);
  const decided = records.filter(({ event }) => event.type === recordTypes.decided);
  const yes = decided.filter((record) => dataOf(record)['statementDigest'] === statementDigest && dataOf(record)['decision'] === 'approve');
  const last = yes.at(-1);
  if (last === undefined) return undefined;
  return attestation('approval', subjectsIn(chain, { statementDigest, ...(statement as Fields) }), last, {
    release: chain,
    statementDigest,
    approvers: yes.map((record) => ({ by: dataOf(record)['by'], at: record.event.time, sequence: record.sequence })),
  });
}

function deploymentOf(chain: ChainName, records: readonly CheckedRecord[]): Attestation | undefined {
  const closed = records.findLast(({ event }) => event.type === recordTypes.closed);
  if (closed === undefined || dataOf(closed)['kind'] !== 'released') return undefined;
  const newest = (type: string) => records.findLast(({ event }) => event.type === type);
  const deployed = newest(recordTypes.deployed);
  const applied = newest(recordTypes.applied);
  const model = deployed === undefined ? {} : dataOf(deployed);
  const image = /@(sha256:[0-9a-f]{64})$/.exec(String(model['image']))?.[1];
  const subjects = { changeDigest: applied && dataOf(applied)['changeDigest'], modelDigest: model['digest'], imageDigest: image };
  return attestation('deployment', subjectsIn(chain, subjects), closed, {
    release: chain,
    outcome: dataOf(closed),
    version: model['version'] ?? null,
    image: model['image'] ?? null,
    closedAt: closed.event.time,
  });
}

const dataOf = ({ event }: CheckedRecord): Fields => (event.data ?? {}) as Fields;

function attestation(
  kind: AttestationKind,
  subject: readonly Subject[],
  { sequence, hash }: CheckedRecord,
  predicate: Fields,
): Attestation {
  const predicateType = `https://plimsoll.dev/attestation/${kind}/v1`;
  return { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate: { ...predicate, record: { sequence, hash } } };
}

/** Every digest among these members, under its name. */
const subjectsIn = (chain: ChainName, members: Fields): readonly Subject[] =>
  Object.entries(members).flatMap(([name, value]) =>
    typeof value === 'string' && isDigest(value) ? [{ name: `${chain}/${name}`, digest: { sha256: hexOf(value) } }] : [],
  );

/** No longer than what can be signed: of a crowd, the record has the names, and this their digest. */
function textOf(statement: Attestation): string {
  const text = canonicalText(statement);
  if (signedBytes(attestationType, text).length <= signedBytesMax) return text;
  const { record, release } = statement.predicate;
  return canonicalText({ ...statement, predicate: { record, release, predicateDigest: digestOf(statement.predicate) } });
}

/** What somebody else's name stands under, or what rests on a record that is not in the chain. */
export function checkAttestations(
  objects: readonly StoredObject[],
  good: readonly CheckedRecord[],
  check: CheckSignature,
): readonly Fault[] {
  return objects.flatMap(({ key, text }): readonly Fault[] => {
    const bad = (what: string): readonly Fault[] => [{ kind: 'bad attestation', sequence: null, what: `${key}: ${what}` }];
    const envelope = opened(text, attestationType, check);
    if (envelope.kind === 'bad') return bad(envelope.because);
    const { predicate } = (jsonIn(envelope.payload) ?? {}) as Partial<Attestation>;
    const record = predicate?.record;
    if (record === undefined || good[record.sequence]?.hash !== record.hash) return bad('it rests on a record that is not in the chain');
    return [];
  });
}
