import { WorkflowNotFoundError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { Problem } from '../http/problem.ts';
import { isUpdateUnanswered, translated } from './translated.ts';

test('a message that no worker answers is unreachable by name, and no bug of the API', () => {
  const problem = translated(new WorkflowUpdateRPCTimeoutOrCancelledError('the update timed out'));
  expect(problem).toMatchObject({
    kind: 'temporal.unreachable',
    status: 503,
    message: expect.stringContaining('may be done all the same'),
  });
  expect(isUpdateUnanswered(problem)).toBe(true);
});

test('only what a workflow may still be doing counts as one that goes on', () => {
  const gone = translated(new WorkflowNotFoundError('not found', 'fraud-scorer-production-1', undefined));
  expect(gone).toMatchObject({ kind: 'release.unknown' });
  expect([gone, new Problem('temporal.unreachable', 'away'), new Error('a bug')].map(isUpdateUnanswered)).toEqual([false, false, false]);
});
