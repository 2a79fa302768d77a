import { expect, test } from 'vitest';
import { add, atLeastOneFailed, none, opaCounts, vitestCounts } from './counts.ts';

test('what vitest reports is added up, what it left out is skipped, and what failed is named, with why', () => {
  const testResults = [
    {
      name: '/somewhere/domain/hold.test.ts',
      assertionResults: [
        { status: 'passed', fullName: 'a hold holds' },
        {
          status: 'failed',
          fullName: 'a hold ends',
          failureMessages: [
            '\u001B[31mAssertionError: expected 2 to be 1\u001B[39m\n    at lib (/node_modules/lib.js:1:1)\n    at /somewhere/domain/hold.test.ts:7:3',
          ],
        },
      ],
    },
  ];
  const report = JSON.stringify({ numPassedTests: 7, numFailedTests: 1, numPendingTests: 3, numTodoTests: 1, testResults });
  const failure = ['hold.test.ts: a hold ends', '    AssertionError: expected 2 to be 1', '    at /somewhere/domain/hold.test.ts:7:3'].join(
    '\n',
  );
  expect(vitestCounts(report)).toEqual({ passed: 7, failed: 1, skipped: 4, failures: [failure] });
});

test('what OPA reports is added up: a test that broke has failed', () => {
  const report = JSON.stringify([
    { name: 'test_good' },
    { name: 'test_bad', fail: true },
    { name: 'test_broken', error: { code: 'eval_conflict_error' } },
    { name: 'todo_test_later', skip: true },
  ]);
  expect(opaCounts(report)).toEqual({ passed: 1, failed: 2, skipped: 1, failures: ['test_bad', 'test_broken'] });
});

test.each([vitestCounts, opaCounts])('a report that is not one is refused, not counted as nothing (%#)', (count) => {
  expect(() => count('{"errors": ["rego_parse_error"]}')).toThrow(/invalid/i);
});

test('a runner that broke without naming a test has failed all the same', () => {
  expect(atLeastOneFailed({ ...none, passed: 3 }, 'opa')).toEqual({ passed: 3, failed: 1, skipped: 0, failures: ['opa'] });
  const named = { ...none, passed: 3, failed: 1, failures: ['a hold ends'] };
  expect(atLeastOneFailed(named, 'opa')).toEqual(named);
});

test('parts add up', () => {
  const part = { passed: 1, failed: 1, skipped: 3, failures: ['a hold ends'] };
  expect(add(part, none)).toEqual(part);
  expect(add(part, part)).toEqual({ passed: 2, failed: 2, skipped: 6, failures: ['a hold ends', 'a hold ends'] });
});
