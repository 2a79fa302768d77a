/**
 * What the ledger has got since is exported, as `plimsoll export` does it for all: one file an hour, which has every record of
 * that hour. Which records are new is what S3 says of when they came; when they happened may be long before, since records
 * wait for the next step. It reads what is new and what may lie in the same hours, and of the rest the names alone.
 */
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { parquetOf } from '../../audit/parquet.ts';
import { type ChainName, chainKinds } from '../../domain/ledger/chain.ts';
import type { ExportPort } from '../../domain/ledger/export.ts';
import { type Hour, hourFilesOf, hourOf } from '../../domain/ledger/hours.ts';
import { readableIn } from '../../domain/ledger/records.ts';
import { type EventRow, rowsOf } from '../../domain/ledger/rows.ts';

export interface ExportDependencies {
  readonly s3: S3Client;
  readonly ledger: string;
  /** `prefix` is empty, or ends in a slash. `null`: there is no copy. */
  readonly to: { readonly bucket: string; readonly prefix: string } | null;
  readonly now?: () => number;
}

interface Place {
  readonly key: string;
  readonly sequence: number;
  readonly cameAt: number;
}
type Chains = ReadonlyMap<ChainName, readonly Place[]>;

/** A record may be listed a moment after the time that it has; what is exported twice is the same. */
const settleMs = 5 * 60_000;
/** At the first time, and after an outage. All of it is `plimsoll export`'s to make, which anybody may run at leisure. */
const lookBackMs = 7 * 86_400_000;
/** Workflow time and S3's are two clocks: a record may say a later hour than it came in. */
const clocksMs = 2 * 3_600_000;
/** Far more than a bucket minds, and enough that waiting for answers is not what takes the time. */
const callsAtOnce = 32;

export function createExportActivities({ s3, ledger, to, now = Date.now }: ExportDependencies): ExportPort {
  /** Records alone: seals and attestations are no rows. */
  async function listed(): Promise<Chains> {
    const chains = new Map<ChainName, Place[]>();
    for (const kind of chainKinds) {
      let token: string | undefined;
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket: ledger, Prefix: `${kind}/`, ContinuationToken: token }));
        for (const { Key: key = '', LastModified } of page.Contents ?? []) {
          const [, chain, sequence] = /^(.+)\/(\d{10})\.json$/.exec(key) ?? [];
          if (chain === undefined) continue;
          const places = chains.get(chain as ChainName) ?? [];
          places.push({ key, sequence: Number(sequence), cameAt: LastModified?.getTime() ?? 0 });
          chains.set(chain as ChainName, places);
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
    }
    return chains;
  }

  async function textOf({ key }: Place): Promise<string> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: ledger, Key: key }));
    return (await Body?.transformToString()) ?? '';
  }

  /** Of each chain once, however often it is asked for. */
  function createReader(chains: Chains) {
    const known = new Map<ChainName, Promise<readonly EventRow[]>>();
    const read = async (chain: ChainName) => rowsOf(chain, readableIn(await someAtOnce(chains.get(chain) ?? [], textOf)));
    return (chain: ChainName): Promise<readonly EventRow[]> => {
      const rows = known.get(chain) ?? read(chain);
      known.set(chain, rows);
      return rows;
    };
  }

  /** Of every record that came after that. */
  async function hoursSince(chains: Chains, since: number, read: (chain: ChainName) => Promise<readonly EventRow[]>) {
    const hours = new Set<Hour>();
    for (const [chain, places] of chains) {
      const fresh = new Set(places.filter(({ cameAt }) => cameAt > since).map(({ sequence }) => sequence));
      if (fresh.size === 0) continue;
      const rows = await read(chain);
      for (const row of rows) {
        const hour = hourOf(row);
        if (hour !== null && row.sequence !== null && fresh.has(row.sequence)) hours.add(hour);
      }
    }
    return hours;
  }

  /** All that happened in them, whatever came when. A chain that has got nothing since the first of them has nothing in any. */
  async function rowsOfHours(chains: Chains, hours: ReadonlySet<Hour>, read: (chain: ChainName) => Promise<readonly EventRow[]>) {
    const first = [...hours].toSorted()[0];
    const from = first === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${first}:00:00Z`) - clocksMs;
    const rows: EventRow[] = [];
    for (const [chain, places] of chains) {
      if (!places.some(({ cameAt }) => cameAt >= from)) continue;
      rows.push(...(await read(chain)).filter((row) => hours.has(hourOf(row) ?? '')));
    }
    return rows;
  }

  return {
    async exportHours({ since }) {
      if (to === null) return { kind: 'off', because: 'PLIMSOLL_AUDIT_EXPORT is not set' };
      const until = now() - settleMs;
      const from = Math.max(since === null ? 0 : Date.parse(since), until - lookBackMs);
      const chains = await listed();
      const read = createReader(chains);
      const hours = await hoursSince(chains, from, read);
      const files = hourFilesOf(await rowsOfHours(chains, hours, read));
      await someAtOnce(files, ({ path, rows }) =>
        s3.send(new PutObjectCommand({ Bucket: to.bucket, Key: `${to.prefix}${path}`, Body: parquetOf(rows) })),
      );
      const rows = files.reduce((sum, file) => sum + file.rows.length, 0);
      return { kind: 'exported', until: instant(until), hours: files.length, rows, gap: gapOf(since, from) };
    },
  };
}

/** In their order. */
async function someAtOnce<One, Answer>(all: readonly One[], ask: (one: One) => Promise<Answer>): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < all.length; start += callsAtOnce)
    answers.push(...(await Promise.all(all.slice(start, start + callsAtOnce).map(ask))));
  return answers;
}

function gapOf(since: string | null, from: number): string | null {
  const remedy = '`plimsoll export` makes all of it';
  if (since === null) return `what came before ${instant(from)} is in the copy only if somebody has exported it: ${remedy}`;
  return from > Date.parse(since) ? `what came between ${since} and ${instant(from)} was not exported: ${remedy}` : null;
}

const instant = (ms: number): string => new Date(ms).toISOString();
