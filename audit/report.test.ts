/**
 * Goal: a report of a week names every violation and invents none, says what nobody could ask, and is text, whatever was
 * typed into a release.
 * Method: `plimsoll report` over the sealed chains of a simulated week, from a fixed seed, and over the logs of it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordKeyOf, releaseChain } from '../domain/ledger/chain.ts';
import { writeLogs } from '../test/support/audit-engine.ts';
import { keyPair, signWith } from '../test/support/chains.ts';
import { runPlimsoll, writeObjects } from '../test/support/plimsoll.ts';
import { objectsOf, type Simulated } from '../test/support/simulated-release.ts';
import { cleanWeek, firstDay, lastDay, plantedWeek, type Week } from '../test/support/week.ts';
import { csvOf } from './csv.ts';
import { mountReport } from './report.ts';

const keys = keyPair();
const sign = signWith(keys);
const seed = 4711;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-report-test-'));
  writeFileSync(join(folder, 'key.pem'), keys.publicKey.export({ type: 'spki', format: 'pem' }));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function writeLedger(releases: readonly Simulated[]): Promise<void> {
  for (const release of releases) writeObjects(join(folder, 'ledger'), await objectsOf(release, sign));
}

const report = (...words: readonly string[]) =>
  runPlimsoll(
    [mountReport],
    [
      'report',
      '--from',
      firstDay,
      '--to',
      lastDay,
      '--ledger',
      join(folder, 'ledger'),
      '--key',
      join(folder, 'key.pem'),
      '--out',
      join(folder, 'out'),
      ...words,
    ],
  );

async function reportOf(week: Week) {
  await writeLedger(week.releases);
  writeLogs(folder, week);
  const logs = ['--cloudtrail', join(folder, 'cloudtrail'), '--eks-audit', join(folder, 'eks'), '--access-logs', join(folder, 'access')];
  return await report(
    ...logs,
    '--account',
    '123456789012',
    '--namespace',
    'models',
    '--models',
    's3://acme-models/fraud/',
    '--answer-within',
    '2',
  );
}

const written = (file: string) => readFileSync(join(folder, 'out', file), 'utf8');
/** One column of an annex; none of these has a comma in it. */
function column(question: string, name: string): readonly string[] {
  const [head = '', ...lines] = written(`${question}.csv`).trim().split('\r\n');
  const at = head.split(',').indexOf(name);
  return lines.map((line) => line.split(',')[at] ?? '').toSorted();
}

test('a week without a violation is reported without an exception', async () => {
  const { code, out, err } = await reportOf(cleanWeek(seed));
  expect({ code, err, exceptions: out.match(/^.* exceptions?$/gm)?.filter((line) => !line.endsWith('no exception')) }).toEqual({
    code: 0,
    err: '',
    exceptions: [],
  });
  expect(out).not.toContain('not asked');
});

test('every planted violation is found, and nothing else', async () => {
  const { code, out } = await reportOf(plantedWeek(seed));
  expect(code).toBe(1);
  const ids = (...names: readonly string[]) => names.map((name) => `planted-production-${name}`);
  expect({
    unapproved: column('changes-nobody-approved', 'release_id'),
    interested: column('segregation-of-duties', 'release_id'),
    factors: column('approvals-without-fresh-mfa', 'release_id'),
    slow: column('finding-to-rollback', 'finding'),
    writes: column('writes-without-a-release', 'eventid'),
    cluster: column('cluster-changes-without-a-release', 'subresource'),
    broken: written('records-that-do-not-follow.csv'),
  }).toEqual({
    unapproved: ids('nobody'),
    interested: ids('author', 'requester', 'waiverowner'),
    factors: ids('nofactor', 'stalefactor'),
    slow: ['finding-slow'],
    writes: ['by-a-job', 'by-a-person', 'by-a-release-that-is-over', 'by-a-stranger', 'by-root'],
    cluster: ['exec'],
    broken: '',
  });
  expect(out).toMatch(/^SOC 2 CC8\.1 +10 exceptions$/m);
  expect(out).toMatch(/^ISO\/IEC 27001 A\.8\.32 +4 exceptions$/m);
  expect(out).toMatch(/^ISO\/IEC 27001 A\.8\.15 +no exception$/m);
  const page = written('index.html');
  for (const control of ['SOC 2 CC8.1', 'SOC 2 CC6.1', 'SOC 2 CC7.1', 'ISO/IEC 27001 A.8.32'])
    expect(page).toContain(`<h3>${control}</h3>`);
});

describe('a report of little', () => {
  const hostile = '</td><script>alert(1)</script>';
  const one: Simulated = { id: 'scorer-production-000000000001', at: '2026-11-24T10:00:00.000Z', order: { reason: hostile } };
  beforeEach(() => writeLedger([one]));

  test('says what nobody could ask, and does not call that none', async () => {
    const { code, out } = await report();
    expect(code).toBe(0);
    expect(out).toContain('not asked: writes-without-a-release, cluster-changes-without-a-release');
    expect(written('index.html')).toContain('--cloudtrail was not given. That is no answer, and not the answer none.');
  });

  test('shows what was typed as text', async () => {
    await report();
    const page = written('index.html');
    expect(page).not.toContain('<script');
    expect(written('production-changes.csv')).toContain(hostile);
  });

  test('is the same when it is made again', async () => {
    await report();
    const first = written('index.html');
    await report();
    expect(written('index.html')).toBe(first);
  });

  test('is about a ledger that is proved: a record that was changed is said first, and fails', async () => {
    const key = recordKeyOf(releaseChain(one.id), 3);
    const text = readFileSync(join(folder, 'ledger', key), 'utf8');
    writeObjects(join(folder, 'ledger'), new Map([[key, text.replace('approval needed', 'allow')]]));
    const { code, out } = await report();
    expect(code).toBe(1);
    expect(out).toMatch(/^ISO\/IEC 27001 A\.8\.15 +1 exception$/m);
    expect(written('index.html')).toContain('record 3 was changed');
  });

  test.each([
    [['--from', '2026-12-01'], /--from 2026-12-01 is after --to/],
    [['--account', '12'], /twelve digits/],
    [['--models', 'acme-models'], /s3:\/\/<bucket>\/<prefix> is needed/],
    [['--answer-within', 'soon'], /whole seconds/],
    [['--cloudtrail', '/nowhere/at/all', '--account', '123456789012'], /the logs cannot be read/],
  ])('%j is refused by name', async (words, message) => {
    expect(await report(...words)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });
});

test('an annex is what RFC 4180 wants, and no cell of it is a formula', () => {
  expect(
    csvOf([
      { who: 'ana', why: '=HYPERLINK("http://x")', at: null, n: -3 },
      { who: 'a,b', why: 'two\nlines', at: '-', n: 0 },
    ]),
  ).toBe('who,why,at,n\r\nana,"\'=HYPERLINK(""http://x"")",,-3\r\n"a,b","two\nlines",\'-,0\r\n');
});
