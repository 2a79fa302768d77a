import { describe, expect, test } from 'vitest';
import { digestText } from './digest.ts';
import equivalents from './equivalent-rules.json' with { type: 'json' };
import { fingerprintsOf, mergeFindings } from './merged-findings.ts';
import { isWaivable, type WaiverInPlay } from './waiver.ts';

type Found = Parameters<typeof mergeFindings>[0][number]['findings'][number];

const found = (tool: string, rule: string, change: Partial<Found> = {}): Found => ({
  fingerprint: digestText(`${tool} ${rule} ${change.address ?? ''}`),
  tool,
  rule,
  severity: 'high',
  address: 'aws_s3_bucket.models',
  file: 'main.tf',
  line: 3,
  message: 'no versioning',
  controls: [],
  ...change,
});
const checkov = (change: Partial<Found> = {}) => found('checkov', 'CKV_AWS_21', change);
const tfsec = (change: Partial<Found> = {}) => found('tfsec', 'aws-s3-enable-versioning', change);
const waiverOf = ({ fingerprint, rule, address }: Found): WaiverInPlay => ({
  name: 'w',
  fingerprint,
  rule,
  address,
  owner: 'olga',
  reason: 'r',
  until: '2026-11-30T23:59:59.999Z',
});

test('the same finding of code and plan is one, and names both reports', () => {
  const merged = mergeFindings([
    { tool: 'checkov code', findings: [checkov()] },
    { tool: 'checkov plan', findings: [checkov()] },
  ]);
  expect(merged).toMatchObject([{ rule: 'CKV_AWS_21', reports: ['checkov code', 'checkov plan'], alsoAs: [] }]);
});

describe('two scanners that mean the same', () => {
  const merge = (a: Found, b: Found, waivers: readonly WaiverInPlay[] = []) =>
    mergeFindings(
      [
        { tool: 'checkov code', findings: [a] },
        { tool: 'tfsec', findings: [b] },
      ],
      waivers,
    );

  test('at one address are one finding, as bad as the worse says, with both controls', () => {
    const merged = merge(checkov({ severity: 'medium', controls: ['S3.14'] }), tfsec({ severity: 'high', controls: ['AVD-AWS-0090'] }));
    expect(merged).toMatchObject([
      {
        tool: 'tfsec',
        severity: 'high',
        controls: ['AVD-AWS-0090', 'S3.14'],
        reports: ['tfsec', 'checkov code'],
        alsoAs: [{ tool: 'checkov', rule: 'CKV_AWS_21' }],
      },
    ]);
    expect(merged.flatMap(fingerprintsOf)).toHaveLength(2);
  });

  test('on one line are one finding, since tfsec names modules where Checkov names resources', () => {
    expect(merge(checkov(), tfsec({ address: 'module.store' }))).toHaveLength(1);
    expect(merge(checkov(), tfsec({ address: 'module.store', line: 9 }))).toHaveLength(2);
  });

  test('elsewhere, or of rules that mean something else, are two', () => {
    expect(merge(checkov(), tfsec({ address: 'aws_s3_bucket.other', file: 'other.tf' }))).toHaveLength(2);
    expect(merge(checkov(), found('tfsec', 'aws-s3-enable-bucket-logging'))).toHaveLength(2);
    expect(merge(found('checkov', 'CKV_AWS_9'), found('tfsec', 'aws-iam-set-max-password-age'))).toHaveLength(2);
  });

  test('are waived only where both are', () => {
    const [a, b] = [checkov(), tfsec()];
    expect(merge(a, b, [waiverOf(a)])[0]?.waiver).toBeNull();
    expect(merge(a, b, [waiverOf(a), waiverOf(b)])[0]?.waiver).toMatchObject({ name: 'w', owner: 'olga' });
  });
});

test('findings of one tool are never joined, and the worst comes first', () => {
  const merged = mergeFindings([
    { tool: 'checkov code', findings: [checkov({ address: 'b', severity: 'low' }), checkov({ address: 'a', severity: 'critical' })] },
  ]);
  expect(merged.map(({ address }) => address)).toEqual(['a', 'b']);
});

test('the order of reports changes nothing but the names', () => {
  const reports = [
    { tool: 'checkov code', findings: [checkov(), checkov({ address: 'x' })] },
    { tool: 'tfsec', findings: [tfsec(), tfsec({ address: 'y', file: 'y.tf' })] },
  ];
  const rules = (some: typeof reports) => mergeFindings(some).map(({ rule, address }) => `${rule} ${address}`);
  expect(rules(reports.toReversed())).toEqual(rules(reports));
});

test('every row of the table names rules that the scanners have, each in one row, and its sources', () => {
  const rows = Object.values(equivalents);
  const rules = rows.flatMap(({ checkov, tfsec }) => [...checkov, ...tfsec]);
  expect(rows.length).toBeGreaterThan(20);
  expect(rules.filter((rule) => !isWaivable(rule))).toEqual([]);
  expect(new Set(rules).size).toBe(rules.length);
  expect(rows.filter(({ source }) => !/^Checkov: .+; tfsec: docs\/checks\//.test(source))).toEqual([]);
});
