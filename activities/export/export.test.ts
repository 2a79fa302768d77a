/**
 * Goal: after each run the copy is what `plimsoll export` would have made, whatever came when, and a run reads little.
 * Method: a bucket that is a map, filled release by release; the copy is compared byte by byte with one made at once.
 */
import type { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, expect, test } from 'vitest';
import { parquetOf } from '../../audit/parquet.ts';
import { releaseChain } from '../../domain/ledger/chain.ts';
import { hourFilesOf } from '../../domain/ledger/hours.ts';
import { readableIn } from '../../domain/ledger/records.ts';
import { rowsOf } from '../../domain/ledger/rows.ts';
import { keyPair, signWith } from '../../test/support/chains.ts';
import { objectsOf, type Simulated } from '../../test/support/simulated-release.ts';
import { createExportActivities } from './export.ts';

const sign = signWith(keyPair());
const minutes = 60_000;
const at = (time: string) => Date.parse(`2026-11-${time}:00Z`);

let ledger: Map<string, { readonly text: string; readonly cameAt: number }>;
let copy: Map<string, Uint8Array>;
let read: string[];
beforeEach(() => {
  ledger = new Map();
  copy = new Map();
  read = [];
});

const s3 = {
  send: async ({ input, constructor: { name } }: GetObjectCommand | ListObjectsV2Command | PutObjectCommand) => {
    if (name === 'PutObjectCommand') {
      const { Key = '', Body } = input as PutObjectCommand['input'];
      return void copy.set(Key, Body as Uint8Array);
    }
    if (name === 'GetObjectCommand') {
      const { Key = '' } = input as GetObjectCommand['input'];
      read.push(Key);
      return { Body: { transformToString: async () => ledger.get(Key)?.text } };
    }
    const { Prefix = '' } = input as ListObjectsV2Command['input'];
    const found = [...ledger].filter(([key]) => key.startsWith(Prefix)).toSorted(([one], [other]) => (one < other ? -1 : 1));
    return { Contents: found.map(([Key, { cameAt }]) => ({ Key, LastModified: new Date(cameAt) })) };
  },
} as unknown as S3Client;

/** All of it came at once. */
async function keep(release: Simulated, cameAt: number): Promise<void> {
  for (const [key, text] of await objectsOf(release, sign)) ledger.set(key, { text, cameAt });
}

const exportAt = (
  now: number,
  since: string | null,
  to: { bucket: string; prefix: string } | null = { bucket: 'copy', prefix: 'events/' },
) => createExportActivities({ s3, ledger: 'ledger', to, now: () => now }).exportHours({ since });

/** As the command makes it, of all that is there. */
function whole(): ReadonlyMap<string, Uint8Array> {
  const chains = Map.groupBy(
    [...ledger].filter(([key]) => key.startsWith('releases/')),
    ([key]) => key.split('/')[1] ?? '',
  );
  const rows = [...chains].flatMap(([id, entries]) => rowsOf(releaseChain(id), readableIn(entries.map(([, { text }]) => text))));
  return new Map(hourFilesOf(rows).map((file) => [`events/${file.path}`, parquetOf(file.rows)]));
}

const first: Simulated = { id: 'scorer-production-000000000001', at: '2026-11-23T10:00:00.000Z' };
const second: Simulated = { id: 'scorer-production-000000000002', at: '2026-11-23T10:20:00.000Z' };

test('an hour in which something came later is made again, with what was in it, and is what the command would have made', async () => {
  await keep(first, at('23T10:15'));
  const once = await exportAt(at('23T11:00'), null);
  expect(once).toMatchObject({ kind: 'exported', until: '2026-11-23T10:55:00.000Z', hours: 1 });
  expect(copy).toEqual(whole());

  // S3 was away, and what happened at half past ten came two days later.
  await keep(second, at('25T09:00'));
  expect(await exportAt(at('25T09:30'), once.kind === 'exported' ? once.until : null)).toMatchObject({ hours: 1, gap: null });
  expect(copy).toEqual(whole());
});

test('what has not changed is neither read nor written', async () => {
  await keep(first, at('23T10:15'));
  await keep({ id: 'scorer-production-000000000003', at: '2026-11-24T12:00:00.000Z' }, at('24T12:15'));
  const { hours } = (await exportAt(at('24T13:00'), '2026-11-24T11:00:00.000Z')) as { hours: number };
  expect([hours, [...copy.keys()]]).toEqual([1, ['events/dt=2026-11-24/hour=12/events.parquet']]);
  expect(read.filter((key) => key.includes(first.id))).toEqual([]);
  read = [];
  copy.clear();
  expect(await exportAt(at('24T14:00'), '2026-11-24T12:55:00.000Z')).toMatchObject({ hours: 0, rows: 0, gap: null });
  expect([read, copy.size]).toEqual([[], 0]);
});

test('again it is the same, to the byte', async () => {
  await keep(first, at('23T10:15'));
  await exportAt(at('23T11:00'), null);
  const before = new Map(copy);
  await exportAt(at('23T11:00') + minutes, null);
  expect(copy).toEqual(before);
});

test('a clock that was ahead takes nothing away from an hour that is made again', async () => {
  await keep(first, at('23T09:00'));
  await keep(second, at('23T11:00'));
  await exportAt(at('23T11:30'), '2026-11-23T10:00:00.000Z');
  expect(copy).toEqual(whole());
});

test('it says what it left to the command: what came before the first run, and more than a week ago', async () => {
  await keep(first, at('23T10:15'));
  const gapSince = async (since: string | null) => ((await exportAt(at('30T12:00'), since)) as { gap: string | null }).gap;
  expect(await gapSince(null)).toMatch(/^what came before 2026-11-23T11:55:00.000Z is in the copy only if somebody has exported it/);
  expect(await gapSince('2026-11-01T00:00:00.000Z')).toMatch(/^what came between 2026-11-01T00:00:00.000Z and 2026-11-23T11:55/);
  expect(copy.size).toBe(0);
});

test('without a place to write to it says so, and reads nothing', async () => {
  await keep(first, at('23T10:15'));
  expect(await exportAt(at('23T11:00'), null, null)).toEqual({ kind: 'off', because: 'PLIMSOLL_AUDIT_EXPORT is not set' });
  expect(read).toEqual([]);
});
