/** When is somebody else's Helm operation over? Doubt must always count as "no". */
import { describe, expect, test } from 'vitest';
import type { Carriers, Machine } from '../tool/machine.ts';
import { abandonedSeconds, type Holder, isOver, silentSeconds } from './holder.ts';

const holder: Holder = { releaseId: 'r-1', token: 't-1', machine: 'here', worker: { pid: 7, start: '700' }, ended: false };
const self = { pid: 1, works: () => false };
const gone: Carriers = { kind: 'seen', programs: [], others: [] };
const machine = (facts: { start?: string | null; carriers?: Carriers } = {}): Machine => ({
  id: 'here',
  startOf: () => (facts.start === undefined ? '700' : facts.start),
  carriersOf: () => Promise.resolve(facts.carriers ?? gone),
});

describe('on the same machine', () => {
  test.each([
    ['a Helm', { ...gone, programs: [8] }],
    ['what a Helm started and that', { ...gone, others: [9] }],
  ])('%s still runs is never over, however long ago its worker was heard of', async (_, carriers) => {
    expect(await isOver(holder, 1e9, machine({ carriers, start: null }), self)).toBe(false);
  });
  test('no Helm and no worker: over, at once', async () => {
    expect(await isOver(holder, 0, machine({ start: null }), self)).toBe(true);
  });
  test('a process with the worker’s number that began at another time is another process', async () => {
    expect(await isOver(holder, 0, machine({ start: '701' }), self)).toBe(true);
  });
  test('a living worker may be just before its Helm starts: only its silence ends it', async () => {
    expect(await isOver(holder, silentSeconds - 1, machine(), self)).toBe(false);
    expect(await isOver(holder, silentSeconds + 1, machine(), self)).toBe(true);
  });
  test('this very worker knows its own operations', async () => {
    expect(await isOver(holder, 1e9, machine(), { pid: 7, works: () => true })).toBe(false);
    expect(await isOver(holder, 0, machine(), { pid: 7, works: () => false })).toBe(true);
  });
  test('a Helm of another user that cannot be asked is given time', async () => {
    expect(await isOver(holder, abandonedSeconds - 1, machine({ carriers: { kind: 'unknown' }, start: null }), self)).toBe(false);
    expect(await isOver(holder, abandonedSeconds + 1, machine({ carriers: { kind: 'unknown' }, start: null }), self)).toBe(true);
  });
});

test.each(['elsewhere', null])('on a machine that cannot be looked at (%s) only time tells', async (id) => {
  const away = { ...holder, machine: id };
  expect(await isOver(away, abandonedSeconds - 1, machine({ start: null }), self)).toBe(false);
  expect(await isOver(away, abandonedSeconds + 1, machine({ start: null }), self)).toBe(true);
});

test('an operation that says itself that it ended is over', async () => {
  expect(await isOver({ ...holder, machine: 'elsewhere', ended: true }, 0, machine(), self)).toBe(true);
});
