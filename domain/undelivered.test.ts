import { expect, test } from 'vitest';
import { strayNotice } from '../test/support/notices.ts';
import { keptUntil, listedNotice, undeliveredIdOf } from './undelivered.ts';

const { target, notice } = strayNotice;

test('the same notice to the same place is the same one; a place of the same name elsewhere is another', () => {
  expect(undeliveredIdOf({ target: { ...target }, notice: { ...notice } })).toBe(undeliveredIdOf(strayNotice));
  const elsewhere = { kind: 'slack' as const, name: target.name, url: { variable: 'PLIMSOLL_NOTICE_B' } };
  expect(undeliveredIdOf({ target: elsewhere, notice })).not.toBe(undeliveredIdOf(strayNotice));
});

test('it is kept for two weeks from when it was given up', () => {
  expect(new Date(keptUntil({ since: '2026-11-27T10:00:00.000Z' })).toISOString()).toBe('2026-12-11T10:00:00.000Z');
});

test('a list says what was to be told in words, and nothing of where to', () => {
  const listed = listedNotice({ ...strayNotice, since: '2026-11-27T10:00:00.000Z', because: 'x'.repeat(1_000) });
  expect(listed).toMatchObject({
    target: 'paging',
    targetKind: 'webhook',
    kind: 'unexplained workload',
    text: 'No release explains Pod/debug in production: it names no release',
  });
  expect(listed.because).toHaveLength(500);
  expect(JSON.stringify(listed)).not.toContain('hooks.example.com');
});
