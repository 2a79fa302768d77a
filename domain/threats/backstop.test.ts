import { expect, test } from 'vitest';
import { askedFrom, type BackstopAnswer, backstopText, reportOf } from './backstop.ts';

const looked: BackstopAnswer = { kind: 'looked', told: 1, known: 2, malformed: 0 };
const off: BackstopAnswer = { kind: 'off', because: 'no detector' };

test('the first look goes back a day, and each other one a little further than the one before it ended', () => {
  const at = '2026-11-27T12:00:00.000Z';
  expect(askedFrom(undefined, at)).toBe('2026-11-26T12:00:00.000Z');
  expect(askedFrom(reportOf(undefined, at, looked), '2026-11-27T12:15:00.000Z')).toBe('2026-11-27T11:45:00.000Z');
});

test('after hours without a look the next one asks for all of them', () => {
  const before = reportOf(undefined, '2026-11-27T12:00:00.000Z', looked);
  const meanwhile = reportOf(before, '2026-11-27T18:00:00.000Z', off);
  expect(askedFrom(meanwhile, '2026-11-27T18:15:00.000Z')).toBe('2026-11-27T11:45:00.000Z');
});

test('where nobody ever asked, the first look is still to come', () => {
  expect(reportOf(undefined, '2026-11-27T12:00:00.000Z', off)).toEqual({ askedUntil: null, answer: off });
  expect([backstopText(off), backstopText(looked)]).toEqual([
    'GuardDuty was not asked: no detector',
    '1 findings that nothing had brought, 2 that were known, 0 that are none',
  ]);
});
