/** Against the published schema of SARIF 2.1.0 (test/fixtures/sarif). */
import { readFileSync } from 'node:fs';
import draft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { type SarifInput, sarifOf } from '../../domain/sarif.ts';

const schema = JSON.parse(readFileSync('test/fixtures/sarif/sarif-schema-2.1.0.json', 'utf8')) as object;
/** Packages from before modules: what they export is below `default`. */
const valid = addFormats.default(new draft04.default({ strict: false })).compile(schema);

const finding = (change: Partial<SarifInput['findings'][number]> = {}): SarifInput['findings'][number] => ({
  fingerprint: digestText('f'),
  tool: 'checkov',
  rule: 'CKV_AWS_20',
  severity: 'critical',
  address: 'aws_s3_bucket.reports',
  file: 'infra/my reports.tf',
  line: 3,
  message: 'public',
  controls: ['S3.2'],
  reports: ['checkov code', 'tfsec'],
  alsoAs: [{ tool: 'tfsec', rule: 'aws-s3-no-public-access-with-acl', fingerprint: digestText('g') }],
  waiver: null,
  isNew: null,
  ...change,
});

interface Log {
  readonly runs: { readonly tool: { readonly driver: { readonly rules: object[] } }; readonly results: Record<string, unknown>[] }[];
}

function logOf(findings: SarifInput['findings']): Log {
  const log = sarifOf({ service: 'fraud-scorer', environment: 'production', releaseId: 'fraud-scorer-production-1', findings });
  expect([valid(log), valid.errors ?? []]).toEqual([true, []]);
  return log as Log;
}

test('a run without findings is valid: nothing was found', () => {
  expect(logOf([]).runs[0]?.results).toEqual([]);
});

test('a finding has its level, its place and its fingerprint', () => {
  expect(logOf([finding()]).runs[0]?.results).toMatchObject([
    {
      ruleId: 'CKV_AWS_20',
      ruleIndex: 0,
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'infra/my%20reports.tf' }, region: { startLine: 3 } },
          logicalLocations: [{ fullyQualifiedName: 'aws_s3_bucket.reports' }],
        },
      ],
      partialFingerprints: { 'plimsoll/v1': expect.stringMatching(/^[0-9a-f]{64}$/) },
      properties: { tool: 'checkov', alsoAs: ['tfsec aws-s3-no-public-access-with-acl'] },
    },
  ]);
});

test('a rule is described once, whatever is found by it', () => {
  const { runs } = logOf([finding(), finding({ fingerprint: digestText('h') }), finding({ rule: 'CKV_AWS_21', severity: 'medium' })]);
  expect(runs[0]?.tool.driver.rules).toMatchObject([
    { id: 'CKV_AWS_20', properties: { 'security-severity': '9.5' } },
    { id: 'CKV_AWS_21', defaultConfiguration: { level: 'warning' } },
  ]);
  expect(runs[0]?.results.map((result) => result['ruleIndex'])).toEqual([0, 0, 1]);
});

test('what is new, what was there and what is waived say so', () => {
  const waiver = { name: 'reports', owner: 'olga', reason: 'until they log in', until: '2026-11-30T23:59:59.999Z' };
  const [fresh, old, unknown] = logOf([finding({ isNew: true, waiver }), finding({ isNew: false }), finding()]).runs[0]?.results ?? [];
  expect(fresh).toMatchObject({
    baselineState: 'new',
    suppressions: [{ kind: 'external', status: 'accepted', justification: expect.stringContaining('olga') }],
  });
  expect(old).toMatchObject({ baselineState: 'unchanged' });
  expect(unknown).not.toHaveProperty('baselineState');
  expect(unknown).not.toHaveProperty('suppressions');
});

test('a finding without a file is valid too: an artifact, an object of a chart, a line that is none', () => {
  const [artifact] = logOf([finding({ file: undefined, line: undefined, address: 's3://models/m.pkl' })]).runs[0]?.results ?? [];
  expect(artifact).toMatchObject({ locations: [{ logicalLocations: [{ fullyQualifiedName: 's3://models/m.pkl' }] }] });
  logOf([finding({ line: 0 })]);
});
