import { expect, test } from 'vitest';
import { checkovCodeArgs, checkovManifestsArgs, checkovPlanArgs, readCheckov } from './checkov.ts';

const check = (changes: object = {}) => ({
  check_id: 'CKV_AWS_18',
  check_name: 'Ensure the S3 bucket has access logging enabled',
  check_result: { result: 'FAILED', evaluated_keys: ['b', 'a'] },
  file_path: '/main.tf',
  file_line_range: [3, 9],
  resource: 'aws_s3_bucket.models',
  severity: null,
  ...changes,
});

const framework = (changes: { check_type?: string; failed?: object[]; skipped?: object[]; unread?: string[]; passed?: number } = {}) => {
  const { check_type = 'terraform', failed = [], skipped = [], unread = [], passed = 5 } = changes;
  return {
    check_type,
    results: { passed_checks: [], failed_checks: failed, skipped_checks: skipped, parsing_errors: unread },
    summary: {
      passed,
      failed: failed.length,
      skipped: skipped.length,
      parsing_errors: unread.length,
      resource_count: 1,
      checkov_version: '3.3.30',
    },
  };
};

const read = (answer: unknown, root = 'infra/root') => readCheckov(JSON.stringify(answer), root);

test('the arguments name no key, download nothing and hide nothing', () => {
  for (const args of [checkovCodeArgs('source/root'), checkovPlanArgs('plan.json', 'source/root'), checkovManifestsArgs('m.yaml')]) {
    expect(args).toContain('--skip-download');
    expect(args).not.toContain('--quiet');
    expect(args.join(' ')).not.toMatch(/api-key|soft-fail|no-fail-on-crash/);
  }
});

test('code is scanned by one process for all frameworks, a plan beside its code', () => {
  expect(checkovCodeArgs('source/root').join(' ')).toContain('--directory source/root --framework terraform secrets --');
  expect(checkovPlanArgs('plan.json', 'source/root').join(' ')).toContain('--repo-root-for-plan-enrichment source/root');
});

test('a failed check is a finding with our severity and the path of the repository', () => {
  const { findings, toolVersion, parseErrors } = read(framework({ failed: [check()] }));
  expect({ toolVersion, parseErrors }).toEqual({ toolVersion: '3.3.30', parseErrors: [] });
  expect(findings).toMatchObject([
    {
      tool: 'checkov',
      rule: 'CKV_AWS_18',
      severity: 'medium',
      severitySource: 'plimsoll',
      address: 'aws_s3_bucket.models',
      file: 'infra/root/main.tf',
      line: 3,
      controls: ['AWS Security Hub S3.9'],
    },
  ]);
});

test('a module outside the root keeps its path in the repository, whether code or plan found it', () => {
  const fileOf = (file_path: string) => read(framework({ failed: [check({ file_path })] })).findings[0]?.file;
  expect(fileOf('/../modules/bucket/main.tf')).toBe('infra/modules/bucket/main.tf');
  expect(fileOf('../modules/bucket/main.tf')).toBe('infra/modules/bucket/main.tf');
});

test('a finding that moved to another line, or whose keys come in another order, is the same finding', () => {
  const moved = check({ file_line_range: [40, 46], check_result: { evaluated_keys: ['a', 'b'] } });
  const fingerprintOf = (one: object) => read(framework({ failed: [one] })).findings[0]?.fingerprint;
  expect(fingerprintOf(moved)).toBe(fingerprintOf(check()));
  expect(fingerprintOf(check({ resource: 'aws_s3_bucket.other' }))).not.toBe(fingerprintOf(check()));
});

test('a check that a comment skipped is a finding all the same', () => {
  const skipped = check({ check_result: { result: 'SKIPPED', suppress_comment: 'because I say so' } });
  expect(read(framework({ skipped: [skipped] })).findings).toMatchObject([{ message: expect.stringContaining('because I say so') }]);
});

test('several frameworks are an array, and all count', () => {
  const secret = check({ check_id: 'CKV_SECRET_2', resource: 'b5ae7e9c', file_path: '/dev.tf' });
  const { findings } = read([framework({ failed: [check()] }), framework({ check_type: 'secrets', failed: [secret] })]);
  expect(findings.map(({ rule }) => rule)).toEqual(['CKV_AWS_18', 'CKV_SECRET_2']);
});

test('the hash of a secret is not shown', () => {
  const secret = check({ check_id: 'CKV_SECRET_2', resource: 'b5ae7e9c', file_path: '/dev.tf' });
  const { findings } = read(framework({ check_type: 'secrets', failed: [secret] }));
  expect(findings).toMatchObject([{ address: 'infra/root/dev.tf', severity: 'critical' }]);
  expect(JSON.stringify(findings)).not.toContain('b5ae7e9c');
});

test('the short answer of a scan that had nothing to check is incomplete, not clean', () => {
  const short = { passed: 0, failed: 0, skipped: 0, parsing_errors: 0, resource_count: 0, checkov_version: '3.3.30' };
  expect(read(short)).toMatchObject({ toolVersion: '3.3.30', findings: [], parseErrors: ['checkov ran no check at all'] });
});

test('a file that does not parse is named, without the path of the worker', () => {
  expect(read(framework({ unread: ['/tmp/x/source/infra/root/broken.tf'] })).parseErrors).toEqual(['broken.tf does not parse']);
});

test.each([
  ['no JSON', 'Traceback (most recent call last):'],
  ['another shape', '{"check_type":"terraform"}'],
  ['nothing', ''],
])('%s is the failure that becomes an error report', (_what, text) => {
  expect(() => readCheckov(text, '')).toThrow(expect.objectContaining({ type: 'tool.rejected' }));
});
