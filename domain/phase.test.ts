import { describe, expect, test } from 'vitest';
import { isAllowed, messages, messageTable, type Phase, phases } from './phase.ts';

const effectful: readonly Phase[] = ['undoing', 'finishing', 'closed'];

test('every phase has a row, and every row only messages that exist', () => {
  expect(Object.keys(messageTable).toSorted()).toEqual([...phases].toSorted());
  const known = new Set<string>(messages);
  expect(Object.values(messageTable).flatMap((row) => Object.keys(row).filter((message) => !known.has(message)))).toEqual([]);
});

describe('a release', () => {
  test.each(phases.filter((phase) => !effectful.includes(phase)))('can be aborted, held and resumed while %s', (phase) => {
    expect(['abort', 'hold', 'resume'].filter((message) => !isAllowed(message as never, phase))).toEqual([]);
  });

  test.each(effectful)('cannot be aborted, held or approved while %s', (phase) => {
    expect(messages.filter((message) => message !== 'skip undo' && message !== 'resume' && isAllowed(message, phase))).toEqual([]);
  });

  test('is decided on in one phase alone', () => {
    for (const message of ['approve', 'reject'] as const) {
      expect(phases.filter((phase) => isAllowed(message, phase))).toEqual(['awaiting approval']);
    }
  });

  test('takes nothing any more once it is closed', () => {
    expect(messageTable.closed).toEqual({});
  });
});

test('every effect is a sentence that a person can read', () => {
  for (const effect of Object.values(messageTable).flatMap((row) => Object.values(row))) expect(effect).toMatch(/^\p{Ll}.{15,}[^.]$/u);
});
