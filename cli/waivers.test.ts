import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { Waiver } from './client/generated/index.ts';
import { waiverTable } from './waivers.ts';

const plain = picocolors.createColors(false);
const waiver = (change: Partial<Waiver> = {}): Waiver => ({
  name: 'reports-are-public',
  waives: { kind: 'rule', rule: 'CKV_AWS_20', address: 'aws_s3_bucket.reports' },
  environment: 'production',
  service: null,
  reason: 'until they have a login',
  owner: 'olga',
  from: '2026-11-01T00:00:00.000Z',
  until: '2026-11-30T23:59:59.999Z',
  state: 'holds',
  daysLeft: 5,
  ...change,
});

test('a waiver is a line: how long, what, where, whose, why', () => {
  const [head, line] = waiverTable([waiver({ service: 'fraud-scorer' })], plain).split('\n');
  expect(head).toMatch(/DAYS LEFT +UNTIL +WAIVER +WAIVES +WHERE +OWNER +WHY/);
  expect(line).toMatch(
    /^5 +2026-11-30 +reports-are-public +CKV_AWS_20 aws_s3_bucket\.reports +production, fraud-scorer +olga +until they have a login$/,
  );
});

test('one that has ended says so, one that has not begun says when, and a fingerprint holds everywhere', () => {
  const fingerprint = `sha256:${'a'.repeat(64)}`;
  const text = waiverTable(
    [
      waiver({ state: 'ended', daysLeft: -4 }),
      waiver({ state: 'not begun', waives: { kind: 'fingerprint', fingerprint }, environment: null }),
    ],
    plain,
  );
  expect(text).toMatch(/^ended +2026-11-30/m);
  expect(text).toMatch(/reports-are-public \(from 2026-11-01\) +sha256:a+ +everywhere/);
});

test('none is said', () => {
  expect(waiverTable([], plain)).toBe('no waivers\n');
});
