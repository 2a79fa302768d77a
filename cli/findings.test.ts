import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { FindingList } from './client/generated/index.ts';
import { findingsText } from './findings.ts';

const plain = picocolors.createColors(false);
const fingerprint = `sha256:${'a'.repeat(64)}`;
const list = (change: Partial<FindingList['findings'][number]> = {}): FindingList => ({
  releaseId: 'fraud-scorer-production-2',
  comparedWith: 'fraud-scorer-production-1',
  findings: [
    {
      fingerprint,
      tool: 'checkov',
      rule: 'CKV_AWS_20',
      severity: 'critical',
      address: 'aws_s3_bucket.reports',
      file: 'reports.tf',
      line: 3,
      message: 'public',
      controls: [],
      reports: ['checkov code'],
      alsoAs: [],
      waiver: null,
      isNew: false,
      ...change,
    },
  ],
});

test('a finding is a line, and what it is compared with stands below', () => {
  expect(findingsText(list(), plain)).toBe('critical CKV_AWS_20 reports.tf:3: public\ncompared with fraud-scorer-production-1\n');
});

test('what is new, said twice or waived says so', () => {
  const waiver = { name: 'reports', owner: 'olga', reason: 'until they log in', until: '2026-11-30T23:59:59.999Z' };
  const alsoAs = [{ fingerprint, tool: 'tfsec', rule: 'aws-s3-no-public-access-with-acl' }];
  expect(
    findingsText(list({ isNew: true, waiver, alsoAs }), plain)
      .split('\n')
      .slice(0, 3),
  ).toEqual([
    'new critical CKV_AWS_20 reports.tf:3: public',
    '  also tfsec aws-s3-no-public-access-with-acl',
    '  waived by reports of olga until 2026-11-30: until they log in',
  ]);
});

test('none is said, and so is that there is nothing to compare with', () => {
  expect(findingsText({ ...list(), findings: [] }, plain)).toBe('no findings\n');
  expect(findingsText({ ...list(), comparedWith: null }, plain)).toContain('nothing to compare with');
});
