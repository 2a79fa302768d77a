/**
 * Goal: every question finds every exception that is there, and none that is not.
 * Method: the very files that Athena gets, asked by DuckDB over Parquet of our own writer and over CloudTrail, audit events
 * and access logs as AWS delivers them: a week without a violation, and the same week with one of each sort planted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestText } from '../domain/digest.ts';
import { releaseChain } from '../domain/ledger/chain.ts';
import { eventColumns } from '../domain/ledger/rows.ts';
import { engineOver, valuesFor } from '../test/support/audit-engine.ts';
import { cleanWeek, plantedWeek, rowsOfWeek } from '../test/support/week.ts';
import type { Engine } from './engine.ts';
import { questionNamed, questions, tables } from './questions.ts';

const seed = 20261123;
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-questions-'));
let clean: Engine;
let planted: Engine;

beforeAll(async () => {
  clean = await engineOver(join(folder, 'clean'), cleanWeek(seed));
  planted = await engineOver(join(folder, 'planted'), plantedWeek(seed));
});
afterAll(() => {
  clean.close();
  planted.close();
  rmSync(folder, { recursive: true });
});

const values = valuesFor(cleanWeek(seed));
const id = (name: string) => `planted-production-${name}`;

/** Each exception by what identifies it. */
const exceptions: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'changes-nobody-approved': ['release_id', [id('nobody')]],
  'segregation-of-duties': ['release_id', [id('author'), id('requester'), id('waiverowner')]],
  'approvals-without-fresh-mfa': ['release_id', [id('nofactor'), id('stalefactor')]],
  'finding-to-rollback': ['finding', ['finding-slow']],
  'emergency-overrides': ['what', ['hotfix', 'pass a freeze', 'stopped the line']],
  'configuration-changes': ['object', ['policies 1', 'policies 2']],
  'waivers-used': ['name', ['mutable-tags']],
  'refused-calls': ['who', ['mallory']],
  'records-about-a-person': ['kind', ['acted', 'callRefused']],
  'records-that-do-not-follow': ['chain', []],
  'writes-without-a-release': ['eventid', ['by-a-job', 'by-a-person', 'by-a-release-that-is-over', 'by-a-stranger', 'by-root']],
  'who-read-a-model': ['person', ['mallory']],
  'who-read-a-model-by-access-log': ['requester', ['arn:aws:iam::123456789012:user/mallory']],
  'break-glass': ['role', ['arn:aws:iam::123456789012:role/acme-break-glass']],
  'cluster-changes-without-a-release': ['subresource', ['exec']],
};
const listings = ['production-changes', 'calls-of-a-release', 'records-of-a-release'];

test('the table of records has the columns that rows have', () => {
  expect(tables.ledger_events.columns).toEqual(Object.entries(eventColumns));
});

test('every question is asked here', () => {
  expect(questions.map(({ name }) => name)).toEqual([...Object.keys(exceptions), ...listings].toSorted());
});

describe.each(Object.entries(exceptions))('%s', (name, [column, found]) => {
  test('finds nothing where nothing is wrong', async () => {
    expect(await clean.ask(questionNamed(name), values)).toEqual([]);
  });

  test('finds what was planted, and nothing else', async () => {
    const rows = await planted.ask(questionNamed(name), values);
    expect(rows.map((row) => String(row[column])).toSorted()).toEqual(found);
  });
});

test('the population is every release that changed the environment, with who said yes and how it ended', async () => {
  const rows = await planted.ask(questionNamed('production-changes'), values);
  const changed = plantedWeek(seed).releases.filter(({ id: release, ends }) => release.includes('-production-') && ends !== 'blocked');
  expect(rows.map(({ release_id }) => String(release_id)).toSorted()).toEqual(changed.map(({ id: release }) => release).toSorted());
  expect(rows.find(({ release_id }) => release_id === id('nofactor'))).toMatchObject({
    requester: 'ana',
    approvers: 'sam',
    scans: 1,
    outcome: 'released',
    requested_at: '2026-11-25T12:00:00.000Z',
  });
});

test('the calls and the records of one release are its own, in order', async () => {
  const calls = await clean.ask(questionNamed('calls-of-a-release'), values);
  expect(calls.map(({ eventname, person }) => [eventname, person])).toEqual([
    ['PutObject', calls[0]?.['person']],
    ['PutRolePolicy', calls[0]?.['person']],
  ]);
  const records = await clean.ask(questionNamed('records-of-a-release'), values);
  expect(records.map(({ step }) => step).slice(1)).toEqual(records.slice(1).map(() => 1));
  expect(records.slice(1).every(({ previoushash, expected_previous }) => previoushash === expected_previous)).toBe(true);
});

test('a record that is missing, and one that was written after another one, are places where a chain is none', async () => {
  const week = cleanWeek(seed, 2);
  const [first, second] = week.releases.map(({ id: release }) => releaseChain(release));
  const rows = rowsOfWeek(week)
    .filter(({ chain, sequence }) => chain !== first || sequence !== 1)
    .map((row) => (row.chain === second && row.sequence === 2 ? { ...row, previous_hash: digestText('another') } : row));
  const engine = await engineOver(join(folder, 'broken'), week, rows);
  const found = await engine.ask(questionNamed('records-that-do-not-follow'), values);
  expect(found.map(({ chain, sequence }) => `${String(chain)} ${String(sequence)}`).toSorted()).toEqual(
    [`${first} 2`, `${second} 2`].toSorted(),
  );
  engine.close();
});
