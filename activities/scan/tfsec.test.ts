import { expect, test } from 'vitest';
import { readTfsec, readTfsecVersion, tfsecArgs } from './tfsec.ts';

const result = (changes: object = {}) => ({
  rule_id: 'AVD-AWS-0088',
  long_id: 'aws-s3-enable-bucket-encryption',
  description: 'Bucket does not have encryption enabled',
  severity: 'HIGH',
  status: 0,
  resource: 'aws_s3_bucket.models',
  location: { filename: '/space/source/infra/main.tf', start_line: 3, end_line: 5 },
  ...changes,
});

const read = async (results: unknown) => await readTfsec(JSON.stringify({ results }), '/space/source');

test('ignore comments do not count and nothing is downloaded', () => {
  expect(tfsecArgs('source/root')).toEqual(expect.arrayContaining(['source/root', '--no-ignores', '--no-module-downloads']));
});

test('a result is a finding with the severity tfsec gave it', async () => {
  expect(await read([result()])).toMatchObject([
    { tool: 'tfsec', rule: 'aws-s3-enable-bucket-encryption', severity: 'high', severitySource: 'tool', file: 'infra/main.tf', line: 3 },
  ]);
});

test('a finding that moved is the same finding', async () => {
  const [before] = await read([result()]);
  const [after] = await read([result({ location: { filename: '/space/source/infra/main.tf', start_line: 30 } })]);
  expect(after?.fingerprint).toBe(before?.fingerprint);
});

test('no results are no findings, also as null', async () => {
  expect(await read([])).toEqual([]);
  expect(await read(null)).toEqual([]);
});

test.each(['', 'Error: scan failed', '{}', '{"results":[{"severity":"WORST"}]}'])('%j is not an answer', async (text) => {
  await expect(readTfsec(text, '/')).rejects.toMatchObject({ type: 'tool.rejected' });
});

test('a release says its version, a build from source says that it is one', () => {
  expect(readTfsecVersion('v1.28.14\n')).toBe('1.28.14');
  expect(readTfsecVersion('You are running a locally built version of tfsec.\n')).toBe('built from source');
});
