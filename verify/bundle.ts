/**
 * What belongs to one release, gathered: its chain with seals, attestations and the checkpoints that vouch for it, under
 * the keys that they have in the bucket, so that what was gathered can be verified as it is; and what records name by
 * digest, from the store, each checked against its digest.
 */
import { type Digest, digestBytes, hexOf, isDigest } from '../domain/digest.ts';
import { plotVerdict } from '../domain/judge/plot.ts';
import { momentIn } from '../domain/ledger/checkpoint.ts';
import { type CheckedRecord, readableIn, type StoredObject } from '../domain/ledger/records.ts';
import type { StoredChain } from '../domain/ledger/verify.ts';
import { type JudgedStep, recordTypes } from '../domain/record.ts';

export interface File {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a record names and nobody could give. */
export interface Lack {
  readonly path: string;
  readonly because: string;
}

/** Bytes of the store under their digest, in its folders `blobs` and `counts`. */
export type ReadBlob = (folder: 'blobs' | 'counts', digest: Digest) => Promise<Uint8Array>;

interface Named {
  readonly path: string;
  readonly folder: 'blobs' | 'counts';
  readonly digest: Digest;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Checkpoints from the first that names the chain to the first that names how it ended: the rest adds nothing. */
export function checkpointsFor(chain: StoredChain, checkpoints: readonly StoredObject[]): readonly StoredObject[] {
  const names = checkpoints.map(({ text }) => text.includes(`"chain":"${chain.name}"`));
  const first = names.indexOf(true);
  if (first < 0) return [];
  const last = recordsOf(chain).at(-1)?.hash ?? '';
  const whole = checkpoints.findIndex(({ text }, index) => index >= first && text.includes(`"chain":"${chain.name}","head":"${last}"`));
  return checkpoints.slice(first, whole < 0 ? undefined : whole + 1);
}

/** Those that can be read: what is wrong with the others, the verdict says. */
export const recordsOf = (chain: StoredChain): readonly CheckedRecord[] => readableIn(chain.records.map(({ text }) => text));

export function ledgerFiles(chain: StoredChain, checkpoints: readonly StoredObject[]): readonly File[] {
  const objects = [
    ...chain.records,
    ...chain.seals,
    ...(chain.attestations ?? []),
    ...checkpoints.filter(({ key }) => momentIn(key) !== undefined),
  ];
  return objects.map(({ key, text }) => ({ path: key, bytes: bytesOf(text) }));
}

/** Verdicts as they stand in the records, each with its picture. */
export function verdictFiles(records: readonly CheckedRecord[]): readonly File[] {
  return ofType(records, recordTypes.verdict).flatMap(({ sequence, event }) => {
    const { verdict, weightPercent } = event.data as Partial<JudgedStep>;
    if (verdict === undefined) return [];
    const name = `verdicts/${String(sequence).padStart(10, '0')}-at-${weightPercent}-percent`;
    return [
      { path: `${name}.json`, bytes: bytesOf(`${JSON.stringify(event.data, null, 2)}\n`) },
      { path: `${name}.svg`, bytes: bytesOf(plotVerdict(verdict, `${event.subject}, at ${weightPercent} %`)) },
    ];
  });
}

export async function storedFiles(
  records: readonly CheckedRecord[],
  read: ReadBlob,
): Promise<{ files: readonly File[]; lacks: readonly Lack[] }> {
  const files: File[] = [];
  const lacks: Lack[] = [];
  for (const { path, folder, digest } of namedIn(records)) {
    const bytes = await read(folder, digest).catch((error: unknown) => (error instanceof Error ? error : new Error('unknown')));
    if (bytes instanceof Error) lacks.push({ path, because: bytes.message });
    else if (digestBytes(bytes) === digest) files.push({ path, bytes });
    else lacks.push({ path, because: `what is stored does not have the digest ${digest}` });
  }
  return { files, lacks };
}

/** Reports, redacted plans and counts; not archives of sources, which the commit names. */
function namedIn(records: readonly CheckedRecord[]): readonly Named[] {
  const data = ({ event }: CheckedRecord) => event.data as Readonly<Record<string, unknown>>;
  const reports = ofType(records, recordTypes.scanned).flatMap((record) =>
    named(record, `reports/${String(data(record)['tool'])}`, data(record)['report']),
  );
  const plans = ofType(records, recordTypes.planned).flatMap((record) =>
    named(record, 'plans/change', (data(record)['change'] as { readonly digest?: unknown } | undefined)?.digest),
  );
  const counts = ofType(records, recordTypes.verdict).flatMap(({ event }) => (event.data as Partial<JudgedStep>).counts ?? []);
  return [
    ...reports,
    ...plans,
    ...counts.map(({ digest }) => ({ path: `counts/${hexOf(digest)}.csv`, folder: 'counts' as const, digest })),
  ];
}

function named({ sequence }: CheckedRecord, name: string, digest: unknown): readonly Named[] {
  if (typeof digest !== 'string' || !isDigest(digest)) return [];
  const plain = name.replaceAll(/[^\w/.-]+/g, '-');
  return [{ path: `${plain}-${String(sequence).padStart(10, '0')}.json`, folder: 'blobs', digest }];
}

const ofType = (records: readonly CheckedRecord[], type: string) => records.filter(({ event }) => event.type === type);
