import { expect, test } from 'vitest';
import { digestText } from './digest.ts';
import { type Finding, fingerprintOf, type ScanReport, severities, severityRank, summarise, worstFindingsMax } from './finding.ts';

const finding = (severity: Finding['severity'], rule: string = severity): Finding => ({
  fingerprint: fingerprintOf('checkov', rule, 'aws_s3_bucket.models', 'evidence'),
  tool: 'checkov',
  rule,
  severity,
  severitySource: 'plimsoll',
  address: 'aws_s3_bucket.models',
  message: 'not encrypted',
  controls: [],
});
const report = (findings: readonly Finding[], status: ScanReport['status'] = 'fail'): ScanReport => ({
  tool: 'checkov',
  toolVersion: '3.3.30',
  rulesDigest: digestText('rules'),
  subject: digestText('subject'),
  status,
  findings,
  parseErrors: [],
  rawReport: digestText('raw'),
});
const stored = { digest: digestText('report'), bytes: 1 };

test('a finding that only moved, or was only indented anew, is the same finding', () => {
  expect(fingerprintOf('tfsec', 'AVD-1', 'x', '  acl =\n "public"  ')).toBe(fingerprintOf('tfsec', 'AVD-1', 'x', 'acl = "public"'));
});

test.each([
  ['tool', fingerprintOf('checkov', 'AVD-1', 'x', 'e')],
  ['rule', fingerprintOf('tfsec', 'AVD-2', 'x', 'e')],
  ['address', fingerprintOf('tfsec', 'AVD-1', 'y', 'e')],
  ['evidence', fingerprintOf('tfsec', 'AVD-1', 'x', 'f')],
])('another %s is another finding', (_, other) => {
  expect(other).not.toBe(fingerprintOf('tfsec', 'AVD-1', 'x', 'e'));
});

test('severities rank from info to critical', () => {
  expect(severities.map(severityRank)).toEqual([0, 1, 2, 3, 4]);
});

test('a summary counts everything and shows the worst first', () => {
  const findings = [...Array.from({ length: 9 }, (_, index) => finding('low', `low-${index}`)), finding('critical'), finding('high')];
  const summary = summarise(report(findings), stored);
  expect(summary.counts).toEqual({ low: 9, critical: 1, high: 1 });
  expect(summary.worst.map(({ severity }) => severity)).toEqual(['critical', 'high', 'low', 'low', 'low']);
  expect(summary.worst).toHaveLength(worstFindingsMax);
});

test.each(['incomplete', 'error'] as const)('a report that is %s stays so, also without findings', (status) => {
  expect(summarise(report([], status), stored)).toMatchObject({ status, counts: {}, worst: [], report: stored });
});
