import { expect, test } from 'vitest';
import { add, atLeastOneFailed, none, opaCounts, vitestCounts } from './counts.ts';

test('what vitest reports is added up, and what it left out is skipped', () => {
  const report = JSON.stringify({ numPassedTests: 7, numFailedTests: 2, numPendingTests: 3, numTodoTests: 1, success: false });
  expect(vitestCounts(report)).toEqual({ passed: 7, failed: 2, skipped: 4 });
});

test('what OPA reports is added up: a test that broke has failed', () => {
  const report = JSON.stringify([
    { name: 'test_good' },
    { name: 'test_bad', fail: true },
    { name: 'test_broken', error: { code: 'eval_conflict_error' } },
    { name: 'todo_test_later', skip: true },
  ]);
  expect(opaCounts(report)).toEqual({ passed: 1, failed: 2, skipped: 1 });
});

test.each([vitestCounts, opaCounts])('a report that is not one is refused, not counted as nothing (%#)', (count) => {
  expect(() => count('{"errors": ["rego_parse_error"]}')).toThrow(/invalid/i);
});

test('a runner that broke without naming a test has failed all the same', () => {
  expect(atLeastOneFailed({ passed: 3, failed: 0, skipped: 0 })).toEqual({ passed: 3, failed: 1, skipped: 0 });
  expect(atLeastOneFailed({ passed: 3, failed: 2, skipped: 0 })).toEqual({ passed: 3, failed: 2, skipped: 0 });
});

test('parts add up', () => {
  expect(add({ passed: 1, failed: 2, skipped: 3 }, none)).toEqual({ passed: 1, failed: 2, skipped: 3 });
});
