/**
 * Goal: subjects may be pseudonyms whose mapping is kept elsewhere: rules, proof and report work without it, nothing that
 * is kept says who somebody is, and what is kept about a pseudonym can be found.
 * Method: a release by people of whom the ledger knows pseudonyms alone; the names are here, as in a company's directory.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { releaseChain } from '../domain/ledger/chain.ts';
import { hourFilesOf } from '../domain/ledger/hours.ts';
import { rowsOf } from '../domain/ledger/rows.ts';
import { keyPair, signWith } from '../test/support/chains.ts';
import { runPlimsoll, writeObjects } from '../test/support/plimsoll.ts';
import { objectsOf, recordsOfRelease, type Simulated } from '../test/support/simulated-release.ts';
import { mountVerify } from '../verify/command.ts';
import { Engine } from './engine.ts';
import { parquetOf } from './parquet.ts';
import { questionNamed } from './questions.ts';
import { mountReport } from './report.ts';

const directory = { 'p-7f3a': 'Ana Example', 'p-90c1': 'Sam Example', 'p-2b2b': 'Olga Example' };
const release = (approver: keyof typeof directory): Simulated => ({
  id: `scorer-production-${approver}`,
  at: '2026-11-24T10:00:00.000Z',
  order: { requester: { subject: 'p-7f3a', kind: 'human' } },
  authors: ['p-2b2b@users.noreply.example'],
  approvals: [{ by: approver }],
});
const [good, byItsAuthor] = [release('p-90c1'), release('p-2b2b')];

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-privacy-'));
const ledger = join(folder, 'ledger');
const keys = keyPair();

beforeAll(async () => {
  writeFileSync(join(folder, 'key.pem'), keys.publicKey.export({ type: 'spki', format: 'pem' }));
  for (const one of [good, byItsAuthor]) writeObjects(ledger, await objectsOf(one, signWith(keys)));
});
afterAll(() => rmSync(folder, { recursive: true }));

const filesIn = (place: string) =>
  (readdirSync(place, { recursive: true }) as string[]).map((file) => join(place, file)).filter((file) => statSync(file).isFile());

test('a chain of pseudonyms is proved without anybody who knows who they are', async () => {
  const { code } = await runPlimsoll([mountVerify], ['verify', good.id, '--from', ledger, '--key', join(folder, 'key.pem')]);
  expect(code).toBe(0);
});

test('rules hold for pseudonyms as for names: who wrote it does not approve it', async () => {
  const { code, out } = await runPlimsoll([mountVerify], ['verify', byItsAuthor.id, '--from', ledger, '--key', join(folder, 'key.pem')]);
  expect(code).toBe(1);
  expect(out).toContain('p-2b2b wrote what is released');
});

test('neither the ledger nor a report about it says who anybody is', async () => {
  const out = join(folder, 'out');
  await runPlimsoll(
    [mountReport],
    ['report', '--from', '2026-11-24', '--to', '2026-11-24', '--ledger', ledger, '--key', join(folder, 'key.pem'), '--out', out],
  );
  const kept = [...filesIn(ledger), ...filesIn(out)].map((file) => readFileSync(file, 'utf8')).join('\n');
  for (const [pseudonym, name] of Object.entries(directory)) {
    expect(kept).toContain(pseudonym);
    for (const part of name.split(' ')) expect(kept).not.toContain(part);
  }
});

test('what is kept about a pseudonym is found, whatever they did', async () => {
  const rows = rowsOf(releaseChain(good.id), recordsOfRelease(good));
  writeObjects(join(folder, 'events'), new Map(hourFilesOf(rows).map(({ path, rows: ofHour }) => [path, parquetOf(ofHour)])));
  const engine = await Engine.over({ ledger_events: join(folder, 'events') });
  const kindsAbout = async (subject: string) => {
    const values = { 'first day': '2026-11-24', 'last day': '2026-11-24', subject };
    return (await engine.ask(questionNamed('records-about-a-person'), values)).map(({ kind }) => kind);
  };
  expect(await kindsAbout('p-7f3a')).toEqual(['requested', 'fetched', 'judged']);
  expect(await kindsAbout('p-90c1')).toEqual(['decided']);
  expect(await kindsAbout('p-2b2b')).toEqual(['fetched', 'judged']);
  expect(await kindsAbout('p-0000')).toEqual([]);
  engine.close();
});
