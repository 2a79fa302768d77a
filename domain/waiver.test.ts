import { describe, expect, test } from 'vitest';
import { digestText } from './digest.ts';
import {
  beginOfDay,
  daysLeft,
  daysOf,
  endedOf,
  endOfDay,
  firstLapseOf,
  isWaivable,
  renews,
  rulesLike,
  stateOf,
  type Waiver,
  waiversInScope,
} from './waiver.ts';

const waiver = (change: Partial<Waiver> = {}): Waiver => ({
  name: 'reports-are-public',
  waives: { kind: 'rule', rule: 'CKV_AWS_20', address: 'aws_s3_bucket.reports' },
  environment: 'production',
  service: null,
  reason: 'the customer reads them until December',
  owner: 'ana',
  from: beginOfDay('2026-11-01'),
  until: endOfDay('2026-11-30'),
  ...change,
});

describe('days', () => {
  test('are counted as people count them, both ends included', () => {
    expect(daysOf(beginOfDay('2026-11-02'), endOfDay('2026-11-06'))).toBe(5);
    expect(daysOf(beginOfDay('2026-11-02'), endOfDay('2026-11-02'))).toBe(1);
  });

  test('that are left are none on the last day, and fewer once it is over', () => {
    expect(daysLeft(endOfDay('2026-11-30'), '2026-11-30T12:00:00.000Z')).toBe(0);
    expect(daysLeft(endOfDay('2026-11-30'), '2026-11-28T12:00:00.000Z')).toBe(2);
    expect(daysLeft(endOfDay('2026-11-30'), '2026-12-01T00:00:00.000Z')).toBe(-1);
  });
});

describe('the scope', () => {
  test('is one environment, and one service where it is named', () => {
    const all = [waiver(), waiver({ name: 'other', service: 'churn-scorer' }), waiver({ name: 'staging', environment: 'staging' })];
    const names = (service: string, environment: string) => waiversInScope(all, service, environment).map(({ name }) => name);
    expect(names('fraud-scorer', 'production')).toEqual(['reports-are-public']);
    expect(names('churn-scorer', 'production')).toEqual(['reports-are-public', 'other']);
    expect(names('fraud-scorer', 'staging')).toEqual(['staging']);
  });

  test('of a fingerprint without an environment is every environment', () => {
    const one = waiver({ waives: { kind: 'fingerprint', fingerprint: digestText('f') }, environment: null });
    expect(waiversInScope([one], 'fraud-scorer', 'staging')).toEqual([one]);
  });
});

test.each([
  ['2026-10-31T23:59:59.999Z', 'not begun'],
  ['2026-11-01T00:00:00.000Z', 'holds'],
  ['2026-11-30T23:59:59.999Z', 'holds'],
  ['2026-12-01T00:00:00.000Z', 'ended'],
])('at %s a waiver of November %s', (at, state) => {
  expect(stateOf(waiver(), at)).toBe(state);
});

test('the first to end decides when not every waiver holds any more', () => {
  expect(firstLapseOf([])).toBeNull();
  expect(firstLapseOf([waiver(), waiver({ until: endOfDay('2026-11-10') })])).toBe(Date.parse('2026-11-11T00:00:00.000Z'));
});

describe('rules', () => {
  test.each([
    'CKV_AWS_20',
    'CKV2_AWS_6',
    'CKV_K8S_16',
    'aws-s3-no-public-access-with-acl',
    'PickleFormat',
    'plimsoll.terraform.provisioner',
  ])('%s can be waived', (rule) => expect(isWaivable(rule)).toBe(true));

  test.each(['CKV_AWS_99999', 'ArtifactDigest', 'plimsoll.terraform.variable.sensitive', '*', ''])('%s cannot', (rule) =>
    expect(isWaivable(rule)).toBe(false),
  );

  test('that are mistyped have neighbours', () => {
    expect(rulesLike('CKV_AWS_99999')).toEqual(['CKV_AWS_1', 'CKV_AWS_2', 'CKV_AWS_3']);
    expect(rulesLike('unheard-of')).toEqual([]);
  });
});

describe('a waiver that has ended', () => {
  const inPlay = {
    name: 'reports-are-public',
    fingerprint: digestText('finding'),
    rule: 'CKV_AWS_20',
    address: 'aws_s3_bucket.reports',
    owner: 'ana',
    reason: 'r',
    until: endOfDay('2026-11-30'),
  };
  const at = '2026-12-02T10:00:00.000Z';
  const renewed = waiver({ from: beginOfDay('2026-12-01'), until: endOfDay('2026-12-24') });
  const isRenewedBy = (change: Partial<Waiver>) =>
    renews({ ...renewed, ...change }, inPlay, { service: 's', environment: 'production' }, at);

  test('has done so the instant after its last', () => {
    expect(endedOf([inPlay], Date.parse(inPlay.until))).toEqual([]);
    expect(endedOf([inPlay], Date.parse(inPlay.until) + 1)).toEqual([inPlay]);
  });

  test('is renewed by the same one with a later end, however it names the finding', () => {
    expect(isRenewedBy({})).toBe(true);
    expect(isRenewedBy({ waives: { kind: 'fingerprint', fingerprint: inPlay.fingerprint } })).toBe(true);
  });

  test.each<[string, Partial<Waiver>]>([
    ['of another owner', { owner: 'bo' }],
    ['for another rule', { waives: { kind: 'rule', rule: 'CKV_AWS_21', address: inPlay.address } }],
    ['at another address', { waives: { kind: 'rule', rule: inPlay.rule, address: 'aws_s3_bucket.models' } }],
    ['for another finding', { waives: { kind: 'fingerprint', fingerprint: digestText('another') } }],
    ['of another environment', { environment: 'staging' }],
    ['of another service', { service: 'other' }],
    ['that has ended, too', { until: endOfDay('2026-12-01') }],
    ['that has not begun', { from: beginOfDay('2026-12-03') }],
    ['that is longer than one may be', { until: endOfDay('2027-03-01') }],
  ])('is not renewed by one %s', (_what, change) => {
    expect(isRenewedBy(change)).toBe(false);
  });
});
