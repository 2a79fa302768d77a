import { expect, test } from 'vitest';
import { listQuery } from './list-query.ts';

test('filters become a query of visibility, values in quotes', () => {
  expect(listQuery({ service: 'fraud-scorer', phase: 'awaiting approval', teams: ['risk', 'ads'], running: true })).toBe(
    "WorkflowType = 'release' AND ReleaseService = 'fraud-scorer' AND ReleasePhase = 'awaiting approval' AND ReleaseTeam IN ('risk', 'ads') AND ExecutionStatus = 'Running'",
  );
});

test.each(["x' OR ReleaseTeam = 'ads", 'x"', 'x\\', 'x\n'])('a value cannot leave its quotes: %j', (value) => {
  expect(() => listQuery({ requester: value })).toThrow('invariant');
  expect(() => listQuery({ teams: [value] })).toThrow('invariant');
});
