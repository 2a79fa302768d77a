/** A ledger to be checked: a bucket, or a copy of one in a folder, with the same keys as paths. */
import { type ChainName, chainKinds } from '../domain/ledger/chain.ts';
import { momentIn } from '../domain/ledger/checkpoint.ts';
import type { StoredObject } from '../domain/ledger/records.ts';
import type { StoredChain } from '../domain/ledger/verify.ts';

/** Objects as they lie there: every key below a prefix, in the order of the keys. */
export interface Objects {
  readonly list: (prefix: string) => Promise<readonly Entry[]>;
  readonly read: (entry: Entry) => Promise<string>;
  /** Of whatever lies there now: who asks knows its digest. */
  readonly readBytes: (key: string) => Promise<Uint8Array>;
}

export interface Entry {
  readonly key: string;
  /** Of the first version, where there are versions. */
  readonly versionId?: string | undefined;
  readonly laterVersions?: number;
  readonly deleted?: boolean;
}

/** Far more than a bucket minds, and enough that waiting for answers is not what takes the time. */
const readsAtOnce = 32;

export async function readEntries(objects: Objects, entries: readonly Entry[]): Promise<readonly StoredObject[]> {
  const read: StoredObject[] = [];
  for (let start = 0; start < entries.length; start += readsAtOnce)
    read.push(
      ...(await Promise.all(
        entries.slice(start, start + readsAtOnce).map(async (entry) => storedObject(entry, await objects.read(entry))),
      )),
    );
  return read;
}

const storedObject = ({ key, laterVersions, deleted }: Entry, text: string): StoredObject => ({
  key,
  sequence: sequenceIn(key),
  text,
  ...(laterVersions === undefined ? {} : { laterVersions }),
  ...(deleted === undefined ? {} : { deleted }),
});

function sequenceIn(key: string): number | null {
  const digits = /\/(\d{10})\.json$/.exec(key)?.[1];
  return digits === undefined ? null : Number(digits);
}

export async function readChain(objects: Objects, name: ChainName): Promise<StoredChain> {
  const [records, seals, attestations] = await Promise.all(
    [`${name}/`, `seals/${name}/`, `attestations/${name}/`].map(async (prefix) => await readEntries(objects, await objects.list(prefix))),
  );
  return { name, records: records ?? [], seals: seals ?? [], attestations: attestations ?? [] };
}

/** Also chains of which only the seals are left. */
export async function chainsIn(objects: Objects): Promise<readonly ChainName[]> {
  const names = new Set<ChainName>();
  for (const kind of chainKinds) {
    for (const prefix of [`${kind}/`, `seals/${kind}/`]) {
      for (const { key } of await objects.list(prefix)) {
        const [, name] = new RegExp(`^(?:seals/)?(${kind}/[^/]+)/`).exec(key) ?? [];
        if (name !== undefined) names.add(name as ChainName);
      }
    }
  }
  return [...names].toSorted();
}

export async function readCheckpoints(objects: Objects): Promise<readonly StoredObject[]> {
  const entries = await objects.list('checkpoints/');
  return await readEntries(
    objects,
    entries.filter(({ key }) => momentIn(key) !== undefined),
  );
}
