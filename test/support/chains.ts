/** Chains as a release writes them, and keys to seal them with, for whoever checks them. */
import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalText } from '../../domain/digest.ts';
import { type ChainName, linked, recordKeyOf, releaseChain, sealKeyOf } from '../../domain/ledger/chain.ts';
import { type CheckSignature, envelopeOf, type Sign } from '../../domain/ledger/dsse.ts';
import type { StoredObject } from '../../domain/ledger/records.ts';
import { sealOf, sealText, sealType } from '../../domain/ledger/seal.ts';
import type { StoredChain } from '../../domain/ledger/verify.ts';
import { type RecordKind, type ReleaseRecord, recordOf, recordTypes } from '../../domain/record.ts';

export const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const idOf = (key: KeyObject): `sha256:${string}` =>
  `sha256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;

export const signWith =
  ({ privateKey, publicKey }: ReturnType<typeof keyPair>): Sign =>
  async (message) => ({ keyid: idOf(publicKey), sig: sign('sha256', message, privateKey).toString('base64') });

export const trusting =
  (...keys: readonly ReturnType<typeof keyPair>[]): CheckSignature =>
  (keyid, message, sig) => {
    const key = keys.find(({ publicKey }) => idOf(publicKey) === keyid)?.publicKey;
    if (key === undefined) return 'unknown key';
    return verify('sha256', message, key, Buffer.from(sig, 'base64')) ? 'good' : 'bad';
  };

const kinds = Object.keys(recordTypes) as RecordKind[];

/** `from` is taken on: as a recovery does, with a claim of its own run. */
export function recordsOf(
  release: string,
  count: number,
  data: (sequence: number) => unknown = (n) => ({ n }),
  from: readonly ReleaseRecord[] = [],
) {
  const records = [...from];
  const runId = from.length === 0 ? 'run' : `run-${from.length}`;
  for (let sequence = from.length; sequence < from.length + count; sequence++) {
    const writer = { runId, sequence, claim: sequence === from.length };
    const time = new Date(Date.UTC(2026, 10, 24, 10) + sequence * 1000).toISOString();
    const kind = kinds[sequence % kinds.length] as RecordKind;
    records.push(linked(recordOf(release, writer, kind, time, data(sequence) as never), records.at(-1)?.hash ?? null));
  }
  return records;
}

export const storedRecord = (chain: ChainName, sequence: number, text: string): StoredObject => ({
  key: recordKeyOf(chain, sequence),
  sequence,
  text,
});

/** As it lies in a bucket; the key seals its last record, and `sealed` others. */
export async function storedChain(
  release: string,
  records: readonly ReleaseRecord[],
  seal?: { readonly by: Sign; readonly at?: readonly number[] },
): Promise<StoredChain> {
  const name = releaseChain(release);
  const at = seal === undefined ? [] : (seal.at ?? [records.length - 1]);
  const seals = at.map(async (sequence): Promise<StoredObject> => {
    const record = records[sequence] as Required<ReleaseRecord>;
    const envelope = await envelopeOf(sealType, sealText(sealOf(name, record)), seal?.by as Sign);
    return { key: sealKeyOf(name, sequence), sequence, text: canonicalText(envelope) };
  });
  return {
    name,
    records: records.map((record) => storedRecord(name, record.sequence, canonicalText(record))),
    seals: await Promise.all(seals),
  };
}
