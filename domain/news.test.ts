import { describe, expect, test } from 'vitest';
import { digestText } from './digest.ts';
import type { MergedFinding } from './merged-findings.ts';
import { compared, isComparable, newsOf, newsText } from './news.ts';

const found = (rule: string, change: Partial<MergedFinding> = {}): MergedFinding => ({
  fingerprint: digestText(rule),
  tool: 'checkov',
  rule,
  severity: 'high',
  address: 'aws_s3_bucket.models',
  message: 'no versioning',
  controls: [],
  reports: ['checkov code'],
  alsoAs: [],
  waiver: null,
  ...change,
});
const known = (...rules: string[]) => new Set(rules.map((rule) => digestText(rule)));

describe('findings that are compared', () => {
  test('have the new ones first, and keep the order in which they come', () => {
    const both = compared([found('a'), found('b'), found('c'), found('d')], known('a', 'c'));
    expect(both.map(({ rule, isNew }) => [rule, isNew])).toEqual([
      ['b', true],
      ['d', true],
      ['a', false],
      ['c', false],
    ]);
  });

  test('are not new where the last release had them in another scanner’s words', () => {
    const alsoAs = [{ fingerprint: digestText('tfsec'), tool: 'tfsec', rule: 'aws-s3-enable-versioning' }];
    expect(compared([found('a', { alsoAs })], known('tfsec'))).toMatchObject([{ isNew: false }]);
  });

  test('are neither new nor old without a release before', () => {
    expect(compared([found('a')], undefined)).toMatchObject([{ isNew: null }]);
  });
});

describe('what is told of them', () => {
  test('is how many of each severity are new, and the worst three', () => {
    const findings = [found('a', { severity: 'critical' }), ...['b', 'c', 'd', 'old'].map((rule) => found(rule))];
    const news = newsOf(compared(findings, known('old')), 'r-1');
    expect(news).toMatchObject({ comparedWith: 'r-1', counts: { critical: 1, high: 3 } });
    expect(news.worst.map(({ rule }) => rule)).toEqual(['a', 'b', 'c']);
    expect(newsText(news)).toBe('new since r-1: 1 critical, 3 high');
  });

  test('fits beside violations and waivers in a message, however long addresses and messages are', () => {
    const long = 'x'.repeat(5_000);
    const findings = ['a', 'b', 'c', 'd'].map((rule) => found(rule + long, { address: long, message: long }));
    expect(JSON.stringify(newsOf(compared(findings, known()), 'r-1')).length).toBeLessThan(1_700);
  });

  test.each([
    ['nothing new', newsOf(compared([found('a')], known('a')), 'r-1'), 'none is new since r-1'],
    ['the first release', newsOf(compared([found('a')], undefined), null), 'there is no earlier release to compare with'],
    ['nobody who could say', undefined, 'not compared with an earlier release'],
  ])('says so of %s', (_what, news, text) => {
    expect(newsText(news)).toBe(text);
  });
});

test('a release is compared with one of the same parts that was not a way back', () => {
  const model = { version: '1', digest: digestText('m'), image: 'i' };
  const infrastructure = { stack: 'platform', commit: 'a'.repeat(40) };
  const both = { model, infrastructure, rollback: false };
  expect(isComparable(both, { ...both, model: { ...model, version: '2' } })).toBe(true);
  expect(isComparable(both, { ...both, rollback: true })).toBe(false);
  expect(isComparable(both, { ...both, model: null })).toBe(false);
  expect(isComparable(both, { ...both, infrastructure: null })).toBe(false);
  expect(isComparable(both, { ...both, infrastructure: { ...infrastructure, stack: 'network' } })).toBe(false);
});
