import { expect, test } from 'vitest';
import { callerOf } from '../../test/support/builders.ts';
import { fitsStart, type RefusedCall } from './refusals.ts';

const call: RefusedCall = {
  at: '2026-11-27T10:00:00.000Z',
  by: callerOf('mallory', 'risk'),
  call: 'POST /v1/releases',
  release: null,
  refusal: 'caller.forbidden',
  because: 'no',
};

test('a few entries may wait for the next run of a day; more than a message holds are written first', () => {
  const waiting = (count: number) => Array.from({ length: count }, () => call);
  expect([0, 10, 1_000].map((count) => fitsStart(waiting(count)))).toEqual([true, true, false]);
});
