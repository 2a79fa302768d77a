/**
 * Goal: what is exported is what the chains say, for a reader that is not ours, and making it again makes the same.
 * Method: `plimsoll export` on a copy of a ledger; DuckDB reads the files.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { releaseChain } from '../domain/ledger/chain.ts';
import { eventColumns, rowsOf } from '../domain/ledger/rows.ts';
import { keyPair, signWith } from '../test/support/chains.ts';
import { runPlimsoll, writeObjects } from '../test/support/plimsoll.ts';
import { objectsOf, recordsOfRelease, type Simulated } from '../test/support/simulated-release.ts';
import { mountExport } from './export.ts';
import { parquetOf } from './parquet.ts';

const sign = signWith(keyPair());
/** The second one goes on over midnight. */
const releases: readonly Simulated[] = [
  { id: 'scorer-production-000000000001', at: '2026-11-23T10:00:00.000Z' },
  { id: 'scorer-production-000000000002', at: '2026-11-23T23:58:00.000Z', waivers: [{ name: 'one' }, { name: 'two' }] },
];
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-export-'));
  for (const release of releases) writeObjects(join(folder, 'ledger'), await objectsOf(release, sign));
});
afterEach(() => rmSync(folder, { recursive: true }));

const exportTo = (to: string, ...more: readonly string[]) =>
  runPlimsoll([mountExport], ['export', '--from', join(folder, 'ledger'), '--to', join(folder, to), ...more]);
const filesIn = (name: string) =>
  (readdirSync(join(folder, name), { recursive: true }) as string[]).filter((file) => file.endsWith('.parquet')).toSorted();

test('each hour in which something happened is a file under its partition', async () => {
  expect(await exportTo('events')).toMatchObject({ code: 0, err: '' });
  expect(filesIn('events')).toEqual([
    'dt=2026-11-23/hour=10/events.parquet',
    'dt=2026-11-23/hour=23/events.parquet',
    'dt=2026-11-24/hour=00/events.parquet',
  ]);
});

test('the same chains are the same bytes', async () => {
  await exportTo('events');
  await exportTo('again');
  for (const file of filesIn('events'))
    expect(readFileSync(join(folder, 'again', file))).toEqual(readFileSync(join(folder, 'events', file)));
});

test('only hours from a day on are made again, and what was sealed before is not even read', async () => {
  expect((await exportTo('events', '--since', '2026-11-24')).out).toMatch(/: \d+ records in 1 hour\n$/);
  expect(filesIn('events')).toEqual(['dt=2026-11-24/hour=00/events.parquet']);
  rmSync(join(folder, 'ledger', releaseChain(releases[0]?.id ?? ''), '0000000000.json'));
  expect((await exportTo('events', '--since', '2026-11-24')).code).toBe(0);
});

test('another reader of Parquet finds every row, with the types that Athena is told', async () => {
  await exportTo('events');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const read = `read_parquet('${join(folder, 'events')}/*/*/*.parquet', hive_partitioning = false)`;
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${read}`);
  const names = {
    string: 'VARCHAR',
    timestamp: 'TIMESTAMP',
    bigint: 'BIGINT',
    int: 'INTEGER',
    double: 'DOUBLE',
    boolean: 'BOOLEAN',
    'array<string>': 'VARCHAR[]',
  };
  expect(described.getRowObjectsJson().map((column) => [column['column_name'], column['column_type']])).toEqual(
    Object.entries(eventColumns).map(([name, type]) => [name, names[type]]),
  );
  const answer = await connection.runAndReadAll(`SELECT * FROM ${read} ORDER BY chain, sequence`);
  const asJson = (value: unknown): unknown =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\d /.test(value) ? new Date(`${value}Z`).toISOString() : value;
  const found = answer
    .getRowObjectsJson()
    .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asJson(value)])));
  const wanted = releases.flatMap((release) => rowsOf(releaseChain(release.id), recordsOfRelease(release)));
  expect(found).toEqual(wanted.map((row) => ({ ...row, sequence: String(row.sequence) })));
  connection.closeSync();
});

test('numbers, lists that are empty and what is not there come back as they were', async () => {
  const row = Object.fromEntries(Object.keys(eventColumns).map((name) => [name, null])) as unknown as Parameters<
    typeof parquetOf
  >[0][number];
  const rows = [
    { ...row, severity: 7.5, weight_percent: 10, interested: [] },
    { ...row, severity: 8, interested: ['ana'] },
  ];
  writeObjects(folder, new Map([['one.parquet', parquetOf(rows)]]));
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const answer = await connection.runAndReadAll(`SELECT severity, weight_percent, interested FROM '${join(folder, 'one.parquet')}'`);
  expect(answer.getRowObjectsJson()).toEqual([
    { severity: 7.5, weight_percent: 10, interested: [] },
    { severity: 8, weight_percent: null, interested: ['ana'] },
  ]);
  connection.closeSync();
});

test.each([
  [['--from', '/nowhere/at/all'], 2, /is no folder/],
  [['--since', 'yesterday'], 2, /a day such as 2026-11-24/],
  [['--to', 's3://'], 2, /s3:\/\/<bucket>\/<prefix> is needed/],
  [['--to', import.meta.filename], 2, /cannot be written \(ENOTDIR|EEXIST\)/],
])('%j is refused by name', async (words, code, message) => {
  const ended = await exportTo('events', ...words);
  expect(ended).toMatchObject({ code, err: expect.stringMatching(message) });
});
