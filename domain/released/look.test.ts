import { describe, expect, test } from 'vitest';
import { digestText } from '../digest.ts';
import { looksOf, newSince, notLooked, type Seen } from './look.ts';
import { type LaterFinding, laterFindingKey } from './rescan.ts';

const place = 'production/model/fraud-scorer';
const finding = (rule: string, change: Partial<LaterFinding> = {}): LaterFinding => ({
  place,
  release: 'fraud-1',
  fingerprint: digestText(rule),
  rule,
  severity: 'high',
  address: 'Deployment.fraud-scorer',
  message: 'it runs as root',
  ...change,
});
const seenAt = (found: readonly LaterFinding[], change: Partial<Seen<LaterFinding>> = {}): Seen<LaterFinding> => ({
  environment: 'production',
  place,
  found,
  more: 0,
  unknown: null,
  ...change,
});
const looks = (...seen: readonly Seen<LaterFinding>[]) => looksOf([], seen, laterFindingKey);
const newIn = (before: ReturnType<typeof looks>, after: ReturnType<typeof looks>) =>
  after.flatMap((look) => newSince(before, look, laterFindingKey)).map(({ rule }) => rule);

describe('a look', () => {
  test('is told by environment, with how many places were looked at', () => {
    const elsewhere = 'staging/model/fraud-scorer';
    expect(
      looks(seenAt([finding('a')]), seenAt([], { place: 'production/infrastructure/platform' }), seenAt([], { environment: 'staging' })),
    ).toMatchObject([
      { environment: 'production', looked: 2, found: [{ rule: 'a' }], more: 0, unknown: [] },
      { environment: 'staging', looked: 1, found: [] },
    ]);
    expect(looks(seenAt([], { place: elsewhere, ...notLooked('the chart is gone') }))).toMatchObject([
      { unknown: [{ place: elsewhere, because: 'the chart is gone' }] },
    ]);
  });

  test('keeps what was known where nobody could look, beside what was found all the same', () => {
    const before = looks(seenAt([finding('a'), finding('b')]), seenAt([finding('c', { place: 'other' })], { place: 'other' }));
    const after = looksOf(before, [seenAt([finding('b'), finding('d')], { unknown: 'tfsec: error' })], laterFindingKey);
    expect(after[0]?.found.map(({ rule }) => rule)).toEqual(['b', 'd', 'a']);
    expect(newIn(before, after)).toEqual(['d']);
  });

  test('finds new what the look before did not have there', () => {
    const before = looks(seenAt([finding('a')]));
    expect(newIn(before, looks(seenAt([finding('a')])))).toEqual([]);
    expect(newIn(before, looks(seenAt([finding('a'), finding('b')])))).toEqual(['b']);
    expect(newIn(before, looks(seenAt([finding('a')], { environment: 'staging' })))).toEqual(['a']);
    expect(newIn([], before)).toEqual(['a']);
  });

  test('of a hundred environments in trouble fits into a message, and counts what it does not list', () => {
    const long = '…'.repeat(40);
    const seen = Array.from({ length: 100 }, (_, index) => {
      const of = { environment: `environment-${index}`, place: `environment-${index}/model/${'s'.repeat(40)}` };
      const found = Array.from({ length: 10 }, (__, rule) =>
        finding(`${rule}`, { place: of.place, rule: long, message: long, address: long }),
      );
      return seenAt(found, { ...of, more: 5, ...(index % 2 === 0 && { unknown: 'u'.repeat(120) }) });
    });
    const report = looks(...seen);
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(32_768);
    expect(report.reduce((sum, look) => sum + look.found.length + look.more, 0)).toBe(100 * 15);
    expect(report.reduce((sum, { unknown, moreUnknown }) => sum + unknown.length + moreUnknown, 0)).toBe(50);
  });
});
