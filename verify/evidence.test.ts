/** `plimsoll evidence`, from copies in folders; what it writes is unpacked and verified as somebody else would. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import { beforeEach, describe, expect, test } from 'vitest';
import { blobKeyOf } from '../domain/blob.ts';
import { digestText } from '../domain/digest.ts';
import { checkpointKeyOf, linked } from '../domain/ledger/chain.ts';
import { checkpointText } from '../domain/ledger/checkpoint.ts';
import { type RecordKind, type ReleaseRecord, recordOf } from '../domain/record.ts';
import { keyPair, signWith, storedChain } from '../test/support/chains.ts';
import { runPlimsoll } from '../test/support/plimsoll.ts';
import { failVerdict } from '../test/support/verdicts.ts';
import { mountVerify } from './command.ts';
import { mountEvidence } from './evidence.ts';

const keys = keyPair();
const sign = signWith(keys);
const release = 'fraud-scorer-production-0123456789ab';
const report = '{"tool":"checkov"}';
const counts = 'instant,version,pod,requests,errors,le_+Inf\n';
let folder: string;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

const requester = { subject: 'ana <script>', kind: 'human' };
const order = {
  service: 'fraud-scorer',
  environment: 'production',
  team: 'risk',
  requester,
  reason: 'weekly retrain',
  source: { commit: 'c0ffee' },
};
const story: readonly (readonly [RecordKind, object])[] = [
  ['requested', { order }],
  ['scanned', { tool: 'terraform fmt', toolVersion: '1', status: 'pass', counts: {}, report: digestText(report) }],
  ['scanned', { tool: 'checkov', toolVersion: '3', status: 'pass', counts: {}, report: digestText('lost') }],
  ['judged', { kind: 'approval needed', policyDigest: digestText('policy') }],
  [
    'decided',
    { decision: 'approve', by: { subject: 'sam', kind: 'human', mfa: true }, reason: 'read it', statementDigest: digestText('s') },
  ],
  [
    'verdict',
    { weightPercent: 5, decision: 'roll back', verdict: failVerdict, counts: [{ digest: digestText(counts), bytes: counts.length }] },
  ],
  ['closed', { kind: 'rolled back', reason: 'errors', infrastructure: 'none', model: 'put back' }],
];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-evidence-'));
  write('key.pem', keys.publicKey.export({ type: 'spki', format: 'pem' }) as string);
  const records: ReleaseRecord[] = [];
  for (const [sequence, [kind, data]] of story.entries()) {
    const plain = recordOf(release, { runId: 'run', sequence, claim: sequence === 0 }, kind, '2026-11-24T10:00:00Z', data as never);
    records.push(linked(plain, records.at(-1)?.hash ?? null));
  }
  const stored = await storedChain(release, records, { by: sign });
  for (const { key, text } of [...stored.records, ...stored.seals]) write(key, text);
  const last = records.at(-1) as Required<ReleaseRecord>;
  const head = { chain: stored.name, sequence: last.sequence, head: last.hash };
  const before = digestText('the checkpoint of the day before');
  write(checkpointKeyOf('2026-11-24T235500Z'), await checkpointText('2026-11-24T235500Z', [head], before, sign));
  write(`store/${blobKeyOf('blobs', digestText(report))}`, report);
  write(`store/${blobKeyOf('counts', digestText(counts))}`, counts);
});

const plimsoll = (...words: readonly string[]) => runPlimsoll([mountVerify, mountEvidence], [...words, '--key', join(folder, 'key.pem')]);

const out = () => join(folder, 'evidence.tar.gz');
const evidence = (...words: readonly string[]) => plimsoll('evidence', release, '--from', folder, '--out', out(), ...words);

async function unpacked(): Promise<string> {
  const there = mkdtempSync(join(tmpdir(), 'plimsoll-unpacked-'));
  await extract({ file: out(), cwd: there });
  return join(there, release);
}

describe('an evidence archive', () => {
  test('is a copy that verifies as it is, checkpoint included', async () => {
    expect((await evidence('--store', join(folder, 'store'))).code).toBe(0);
    const { code, out: said } = await plimsoll('verify', release, '--from', await unpacked());
    expect([code, said]).toEqual([0, expect.stringContaining('sealed · in the checkpoint of 2026-11-24T235500Z')]);
  });

  test('has what records name by digest, and says what is not there', async () => {
    const { out: said } = await evidence('--store', join(folder, 'store'));
    const there = await unpacked();
    const files = readdirSync(there, { recursive: true }).map(String);
    expect(files).toEqual(
      expect.arrayContaining([
        'index.html',
        'SHA256SUMS',
        'reports/terraform-fmt-0000000001.json',
        'verdicts/0000000005-at-5-percent.json',
        'verdicts/0000000005-at-5-percent.svg',
        `counts/${digestText(counts).slice('sha256:'.length)}.csv`,
      ]),
    );
    expect(said).toContain('not there: reports/checkov-0000000002.json');
    expect(readFileSync(join(there, 'index.html'), 'utf8')).toContain('What could not be had');
  });

  test('has a page that a person can read, whatever somebody has typed', async () => {
    await evidence();
    const page = readFileSync(join(await unpacked(), 'index.html'), 'utf8');
    for (const words of ['rolled back', 'weekly retrain', 'ana &lt;script&gt;', 'sam (human, with a second factor)', 'approval needed'])
      expect(page).toContain(words);
    expect(page).not.toContain('<script>');
  });

  test('of a release that is wrong is written, and says so', async () => {
    write(`releases/${release}/0000000003.json`, '{}');
    const { code, out: said } = await evidence('--json');
    expect(code).toBe(1);
    expect(JSON.parse(said)).toMatchObject({ state: 'wrong' });
    expect(readFileSync(join(await unpacked(), 'index.html'), 'utf8')).toContain('unreadable');
  });

  test('of nothing is none', async () => {
    expect(await plimsoll('evidence', 'nobody', '--from', folder)).toMatchObject({
      code: 2,
      err: expect.stringContaining('no record of this name'),
    });
  });
});
