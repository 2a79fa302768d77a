import { describe, expect, test } from 'vitest';
import type { Freeze } from './catalog.ts';
import { freezesAfter, freezesAt, mistakeOf } from './freezes.ts';

const freeze = (change: Partial<Freeze> = {}): Freeze => ({
  name: 'weekend',
  reason: 'nobody is there',
  // A Friday.
  start: '2026-01-02T18:00',
  end: '2026-01-05T08:00',
  timeZone: 'Europe/Berlin',
  rule: 'FREQ=WEEKLY',
  ...change,
});
const on = (one: Freeze, at: string) => freezesAt([one], Date.parse(at)).map(({ until }) => until);

describe('a freeze', () => {
  test('is on from its start and not at its end any more', () => {
    const once = freeze({ rule: null });
    expect(on(once, '2026-01-02T16:59:59Z')).toEqual([]);
    expect(on(once, '2026-01-02T17:00:00Z')).toEqual(['2026-01-05T07:00:00.000Z']);
    expect(on(once, '2026-01-05T06:59:59Z')).toEqual(['2026-01-05T07:00:00.000Z']);
    expect(on(once, '2026-01-05T07:00:00Z')).toEqual([]);
    expect(on(once, '2026-01-09T17:00:00Z')).toEqual([]);
  });

  test('recurs by its rule', () => {
    expect(on(freeze(), '2026-01-10T12:00:00Z')).toEqual(['2026-01-12T07:00:00.000Z']);
    expect(on(freeze(), '2026-01-14T12:00:00Z')).toEqual([]);
    expect(on(freeze({ rule: 'FREQ=WEEKLY;UNTIL=20260105T000000Z' }), '2026-01-10T12:00:00Z')).toEqual([]);
    expect(on(freeze({ rule: 'FREQ=YEARLY' }), '2027-01-03T12:00:00Z')).toEqual(['2027-01-05T07:00:00.000Z']);
  });

  test.each([
    // Berlin goes from UTC+1 to UTC+2 in the night to Sunday, 29 March 2026.
    ['to summer time', '2026-03-27T17:00:00Z', '2026-03-30T06:00:00.000Z', '2026-03-30T05:59:59Z'],
    // And back in the night to Sunday, 25 October 2026.
    ['from summer time', '2026-10-23T16:00:00Z', '2026-10-26T07:00:00.000Z', '2026-10-26T06:59:59Z'],
  ])('keeps its hours on the wall across a change %s', (_, begins, ends, lastSecond) => {
    const before = new Date(Date.parse(begins) - 1000).toISOString();
    expect(on(freeze(), before)).toEqual([]);
    expect(on(freeze(), begins)).toEqual([ends]);
    expect(on(freeze(), lastSecond)).toEqual([ends]);
    expect(on(freeze(), ends)).toEqual([]);
  });

  test('whose start falls into the hour that is left out begins with the next one', () => {
    const night = freeze({ start: '2026-03-29T02:30', end: '2026-03-29T04:00', rule: null });
    expect(on(night, '2026-03-29T01:29:59Z')).toEqual([]);
    expect(on(night, '2026-03-29T01:30:00Z')).toEqual(['2026-03-29T02:00:00.000Z']);
  });

  test('is one of several: each that is on is told, and what comes next is, nearest first', () => {
    const release = freeze({ name: 'audit', start: '2026-01-03T00:00', end: '2026-01-04T00:00', timeZone: 'UTC', rule: null });
    const at = Date.parse('2026-01-03T12:00:00Z');
    expect(freezesAt([freeze(), release], at).map(({ name }) => name)).toEqual(['weekend', 'audit']);
    expect(freezesAfter([freeze(), release], at)).toEqual([
      { name: 'weekend', reason: 'nobody is there', from: '2026-01-09T17:00:00.000Z', until: '2026-01-12T07:00:00.000Z' },
    ]);
    expect(freezesAfter([freeze(), release], Date.parse('2026-01-02T12:00:00Z')).map(({ name }) => name)).toEqual(['weekend', 'audit']);
  });
});

describe('a freeze as it is written', () => {
  test.each<[string, Partial<Freeze>, string]>([
    ['a place that is none', { timeZone: 'Europe/Atlantis' }, 'timeZone'],
    ['a start that is no time', { start: 'Friday' }, 'start'],
    ['a day that is none', { end: '2026-02-30T18:00' }, 'end'],
    ['an end before its start', { end: '2026-01-02T17:00' }, 'end'],
    ['a rule that is none', { rule: 'every Friday' }, 'rule'],
    ['a rule that never occurs', { rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, 'rule'],
  ])('is refused with %s, by its field', (_, change, field) => {
    expect(mistakeOf(freeze(change))?.field).toBe(field);
  });

  test('is right with and without a rule', () => {
    expect(mistakeOf(freeze())).toBeUndefined();
    expect(mistakeOf(freeze({ rule: null }))).toBeUndefined();
  });
});
