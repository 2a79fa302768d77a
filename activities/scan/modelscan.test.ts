import { expect, test } from 'vitest';
import { readFormat, readModelscan, readOtherDigest } from './modelscan.ts';

const answer = (changes: { scanned?: string[]; skipped?: string[]; issues?: object[]; errors?: object[] } = {}) => {
  const { scanned = ['artifact.npy'], skipped = [], issues = [], errors = [] } = changes;
  return JSON.stringify({
    summary: {
      modelscan_version: '0.8.8',
      scanned: scanned.length > 0 ? { total_scanned: scanned.length, scanned_files: scanned } : { total_scanned: 0 },
      skipped: { total_skipped: skipped.length, skipped_files: skipped.map((source) => ({ category: 'SCAN_NOT_SUPPORTED', source })) },
    },
    issues,
    errors,
  });
};

const issue = {
  description: "Use of unsafe operator 'system' from module 'posix'",
  operator: 'system',
  module: 'posix',
  source: 'artifact.pkl',
  scanner: 'modelscan.scanners.PickleUnsafeOpScan',
  severity: 'CRITICAL',
};

const artifact = 's3://models/fraud/model.bin';

test('a file that was read and runs nothing is clean', () => {
  expect(readModelscan(answer(), artifact)).toMatchObject({ toolVersion: '0.8.8', findings: [], parseErrors: [] });
});

test('code in a pickle is a critical finding of the artifact', () => {
  expect(readModelscan(answer({ scanned: ['artifact.pkl'], issues: [issue] }), artifact).findings[0]).toMatchObject({
    rule: 'PickleUnsafeOpScan',
    severity: 'critical',
    severitySource: 'tool',
    address: artifact,
  });
});

test.each(['artifact.pkl', 'artifact.joblib', 'artifact.pt:archive/data.pkl', 'artifact.ckpt'])(
  'a pickle without a bad name (%s) is still a pickle, and says so',
  (file) => {
    expect(readModelscan(answer({ scanned: [file] }), artifact).findings).toMatchObject([{ rule: 'PickleFormat', severity: 'medium' }]);
  },
);

test('what nobody read is incomplete, never clean', () => {
  expect(readModelscan(answer({ scanned: [], skipped: ['artifact.xyz'] }), artifact).parseErrors).toEqual([
    'no scanner here reads artifact.xyz',
  ]);
  expect(readModelscan(answer({ scanned: [] }), artifact).parseErrors).toEqual(['nothing was scanned']);
});

test('a member of an archive that nobody read is incomplete, beside one that was', () => {
  const { parseErrors } = readModelscan(answer({ scanned: ['a.zip:data.pkl'], skipped: ['a.zip:payload.xyz'] }), artifact);
  expect(parseErrors).toHaveLength(1);
});

test('the raw tensors of a PyTorch archive are not unread code', () => {
  const skipped = ['version', 'byteorder', 'data/0', 'data/17', '.data/serialization_id'].map((name) => `a.pt:archive/${name}`);
  expect(readModelscan(answer({ scanned: ['a.pt:archive/data.pkl'], skipped }), artifact).parseErrors).toEqual([]);
});

test('an error of the scanner is something unread', () => {
  const errors = [{ category: 'PICKLE_GENOPS', description: 'not enough data in stream', source: 'artifact.pkl' }];
  expect(readModelscan(answer({ scanned: [], errors }), artifact).parseErrors).toEqual(['PICKLE_GENOPS: not enough data in stream']);
});

test('no report is not an answer', () => {
  expect(() => readModelscan('modelscan wrote no report', artifact)).toThrow(expect.objectContaining({ type: 'tool.rejected' }));
});

test('a format that holds data only is clean, and each type skops would build beyond it is high', () => {
  expect(readFormat({ kind: 'safetensors' }, artifact)).toMatchObject({ findings: [], parseErrors: [] });
  expect(readFormat({ kind: 'skops', unknownTypes: ['os.system'] }, artifact).findings).toMatchObject([
    { rule: 'SkopsUnknownType', severity: 'high', severitySource: 'plimsoll' },
  ]);
});

test('other bytes than were ordered are critical', () => {
  expect(readOtherDigest(artifact, 'sha256:0').findings).toMatchObject([{ rule: 'ArtifactDigest', severity: 'critical' }]);
});
