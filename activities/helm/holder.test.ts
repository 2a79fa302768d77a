/** When is somebody else's Helm operation over? Doubt must always count as "no". */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { abandonedSeconds, type Holder, isOver, type Machine, silentSeconds, thisMachine, tokenVariable } from './holder.ts';

const holder: Holder = { releaseId: 'r-1', token: 't-1', machine: 'here', worker: { pid: 7, start: '700' }, ended: false };
const self = { pid: 1, works: () => false };
const machine = (facts: { start?: string | null; carrier?: 'running' | 'gone' | 'unknown' } = {}): Machine => ({
  id: 'here',
  startOf: () => (facts.start === undefined ? '700' : facts.start),
  carrierOf: () => facts.carrier ?? 'gone',
});

describe('on the same machine', () => {
  test('a Helm that still runs is never over, however long ago its worker was heard of', () => {
    expect(isOver(holder, 1e9, machine({ carrier: 'running', start: null }), self)).toBe(false);
  });
  test('no Helm and no worker: over, at once', () => {
    expect(isOver(holder, 0, machine({ start: null }), self)).toBe(true);
  });
  test('a process with the worker’s number that began at another time is another process', () => {
    expect(isOver(holder, 0, machine({ start: '701' }), self)).toBe(true);
  });
  test('a living worker may be just before its Helm starts: only its silence ends it', () => {
    expect(isOver(holder, silentSeconds - 1, machine(), self)).toBe(false);
    expect(isOver(holder, silentSeconds + 1, machine(), self)).toBe(true);
  });
  test('this very worker knows its own operations', () => {
    expect(isOver(holder, 1e9, machine(), { pid: 7, works: () => true })).toBe(false);
    expect(isOver(holder, 0, machine(), { pid: 7, works: () => false })).toBe(true);
  });
  test('a Helm of another user that cannot be asked is given time', () => {
    expect(isOver(holder, abandonedSeconds - 1, machine({ carrier: 'unknown', start: null }), self)).toBe(false);
    expect(isOver(holder, abandonedSeconds + 1, machine({ carrier: 'unknown', start: null }), self)).toBe(true);
  });
});

test.each(['elsewhere', null])('on a machine that cannot be looked at (%s) only time tells', (id) => {
  const away = { ...holder, machine: id };
  expect(isOver(away, abandonedSeconds - 1, machine({ start: null }), self)).toBe(false);
  expect(isOver(away, abandonedSeconds + 1, machine({ start: null }), self)).toBe(true);
});

test('an operation that says itself that it ended is over', () => {
  expect(isOver({ ...holder, machine: 'elsewhere', ended: true }, 0, machine(), self)).toBe(true);
});

test.runIf(thisMachine.id !== null)('this machine finds a process by the token it carries, and misses it when it is gone', async () => {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    env: { [tokenVariable]: 'carried' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  expect(thisMachine.carrierOf('carried')).toBe('running');
  expect(thisMachine.startOf(child.pid ?? 0)).toMatch(/^\d+$/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(thisMachine.carrierOf('carried')).toBe('gone');
  expect(thisMachine.startOf(child.pid ?? 0)).toBeNull();
});
