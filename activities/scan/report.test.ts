import { beforeEach, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { type Finding, fingerprintOf, type ScanReport } from '../../domain/finding.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { failure } from '../failure.ts';
import type { BlobStore } from '../tool/store.ts';
import { fileReport, type Reading } from './report.ts';

const finding: Finding = {
  fingerprint: fingerprintOf('tfsec', 'rule', 'address', 'evidence'),
  tool: 'tfsec',
  rule: 'rule',
  severity: 'high',
  severitySource: 'tool',
  address: 'address',
  message: 'message',
  controls: [],
};

const clean: Reading = { toolVersion: '1.0.0', findings: [], parseErrors: [], raw: 'what it wrote' };
const examination = { tool: 'tfsec', subject: digestText('archive'), rules: { ignores: false } };
let store: BlobStore;

beforeEach(() => {
  store = createMemoryStore();
});

test.each([
  ['nothing found', clean, 'pass'],
  ['a finding', { ...clean, findings: [finding] }, 'fail'],
  ['something unread', { ...clean, parseErrors: ['main.tf does not parse'] }, 'incomplete'],
  ['something unread beside a finding', { ...clean, findings: [finding], parseErrors: ['main.tf does not parse'] }, 'incomplete'],
] as const)('%s is "%s"', async (_what, reading, status) => {
  expect(await fileReport(store, examination, async () => reading)).toMatchObject({ status });
});

test('the whole report and the words of the scanner are in the store', async () => {
  const summary = await fileReport(store, examination, async () => ({ ...clean, findings: [finding] }));
  const report = (await store.getJson(summary.report)) as ScanReport;
  expect(report).toMatchObject({ tool: 'tfsec', subject: digestText('archive'), findings: [finding] });
  expect((await store.get({ digest: report.rawReport, bytes: 0 })).toString()).toBe('what it wrote');
});

test('a scanner that breaks is an error report, which says how', async () => {
  const summary = await fileReport(store, examination, async () => {
    throw failure('tool.rejected', 'tfsec exited with 139');
  });
  expect(summary.status).toBe('error');
  expect(await store.getJson(summary.report)).toMatchObject({ parseErrors: ['tfsec exited with 139'] });
});

test.each(['tool.missing', 'tool.timedOut', 'tool.overflowed', 'store.unreachable', 'artifact.unreachable'] as const)(
  '%s is about the worker, not about the code: no report',
  async (kind) => {
    const scan = async () => {
      throw failure(kind, 'broken');
    };
    await expect(fileReport(store, examination, scan)).rejects.toMatchObject({ type: kind });
  },
);

test('other rules are another digest of the rules', async () => {
  const digest = async (rules: unknown) => {
    const { report } = await fileReport(store, { ...examination, rules }, async () => clean);
    return ((await store.getJson(report)) as ScanReport).rulesDigest;
  };
  expect(await digest({ ignores: true })).not.toBe(await digest({ ignores: false }));
});

test('the same finding twice is one', async () => {
  expect(await fileReport(store, examination, async () => ({ ...clean, findings: [finding, finding] }))).toMatchObject({
    counts: { high: 1 },
  });
});
