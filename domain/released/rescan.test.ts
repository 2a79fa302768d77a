import { expect, test } from 'vitest';
import { digestText } from '../digest.ts';
import type { Violation } from '../gate.ts';
import type { MergedFinding } from '../merged-findings.ts';
import { laterFindings, laterFindingsMax } from './rescan.ts';

const of = { place: 'production/infrastructure/platform', release: 'fraud-1' };
const found = (rule: string, change: Partial<MergedFinding> = {}): MergedFinding => ({
  fingerprint: digestText(rule),
  tool: 'checkov',
  rule,
  severity: 'high',
  address: 'aws_s3_bucket.models',
  message: 'no versioning',
  controls: [],
  reports: ['checkov code'],
  alsoAs: [],
  waiver: null,
  ...change,
});
const denied = (code: string, change: Partial<Violation> = {}): Violation => ({
  code,
  title: 'a rule',
  message: `${code} says no`,
  solution: 'do otherwise',
  ...change,
});
const later = (findings: readonly MergedFinding[], violations: readonly Violation[] = [], ...known: readonly string[]) =>
  laterFindings({ findings, violations }, new Set(known.map((text) => digestText(text))), of);

test('what the release was judged without has become a finding since, with where and of which release', () => {
  expect(later([found('old'), found('new')], [], 'old')).toEqual({
    found: [
      { ...of, fingerprint: digestText('new'), rule: 'new', severity: 'high', address: 'aws_s3_bucket.models', message: 'no versioning' },
    ],
    more: 0,
  });
});

test('the same in another scanner’s words has not, nor what is waived', () => {
  const alsoAs = [{ fingerprint: digestText('old'), tool: 'tfsec', rule: 'aws-s3-enable-versioning' }];
  const waiver = { name: 'reports', owner: 'olga', reason: 'a login comes', until: '2036-01-01T00:00:00Z' };
  expect(later([found('new', { alsoAs }), found('waived', { waiver })], [], 'old')).toEqual({ found: [], more: 0 });
});

test('a policy that would deny it now is one without a severity, unless that was waived then', () => {
  const host = denied('chart.host', { address: 'Deployment.fraud', fingerprint: digestText('host') });
  expect(later([], [host]).found).toMatchObject([{ rule: 'chart.host', severity: null, address: 'Deployment.fraud' }]);
  expect(later([], [host], 'host').found).toEqual([]);
});

test('what is denied of the question alone is none: reports that nobody asked for, and findings once more', () => {
  expect(
    later(
      [],
      ['scan.missing', 'scan.crashed', 'finding.blocking', 'gate.more'].map((code) => denied(code)),
    ).found,
  ).toEqual([]);
});

test('more than a message should hold is counted', () => {
  const findings = Array.from({ length: laterFindingsMax + 3 }, (_, index) => found(`rule-${index}`));
  const { found: listed, more } = later(findings, [denied('chart.host')]);
  expect([listed.length, more]).toEqual([laterFindingsMax, 4]);
});
