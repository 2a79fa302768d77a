import { expect, test } from 'vitest';
import { severityOf, severityTable } from './severity.ts';

test('every row says where its severity comes from, and names a rule of Checkov', () => {
  for (const [rule, { source }] of Object.entries(severityTable)) {
    expect(rule).toMatch(/^CKV2?_(AWS|K8S|SECRET)_\d+$/);
    expect(source).toMatch(/^(House: |AWS Security Hub |CIS |NSA |Pod Security Standards)/);
  }
});

test('a row that leans on a control names that control', () => {
  const rows = Object.values(severityTable).filter(({ source }) => source.startsWith('AWS Security Hub') && !source.includes('same'));
  const silent = rows.filter(({ source, controls }) => !controls.some((control) => source.startsWith(control)));
  expect(silent).toEqual([]);
});

test('a severity taken from AWS Security Hub is the one that is written down', () => {
  const quoted = Object.values(severityTable).filter(({ source }) => /^AWS Security Hub \S+ \(\w+\)$/.test(source));
  expect(quoted.length).toBeGreaterThan(50);
  expect(quoted.filter(({ source, severity }) => !source.endsWith(`(${severity})`))).toEqual([]);
});

test.each([
  ['a bucket anyone can read', 'CKV_AWS_20', 'critical'],
  ['a role that may do everything', 'CKV_AWS_62', 'high'],
  ['a privileged container', 'CKV_K8S_16', 'critical'],
  ['a description that is missing', 'CKV_AWS_23', 'info'],
] as const)('%s (%s) is %s', (_what, rule, severity) => {
  expect(severityOf(rule).severity).toBe(severity);
});

test('a rule nobody has judged is medium', () => {
  expect(severityOf('CKV_AWS_99999')).toMatchObject({ severity: 'medium', controls: [] });
});
