import { expect, test } from 'vitest';
import { newestOf, recoveryFor } from './pending.ts';

const history = (...statuses: string[]) =>
  statuses.map((status, index) => ({ revision: index + 1, status, updated: '2026-11-24T10:00:00Z' }));

test.each([
  [[], { kind: 'none' }],
  [['deployed'], { kind: 'none' }],
  [['superseded', 'deployed'], { kind: 'none' }],
  [['failed'], { kind: 'none' }],
  [['pending-install'], { kind: 'uninstall' }],
  [['deployed', 'uninstalling'], { kind: 'uninstall' }],
  [['superseded', 'deployed', 'pending-upgrade'], { kind: 'rollback', to: 2 }],
  // Helm's own choice would be revision 2, which failed.
  [['deployed', 'failed', 'pending-upgrade'], { kind: 'rollback', to: 1 }],
  [['deployed', 'failed', 'pending-upgrade', 'pending-rollback'], { kind: 'rollback', to: 1 }],
  // An older pending revision is history: a rollback leaves it as it was.
  [['superseded', 'pending-upgrade', 'deployed'], { kind: 'none' }],
  // Nothing ever worked here, so there is nothing to go back to.
  [['failed', 'pending-upgrade'], { kind: 'uninstall' }],
] as const)('a history of %j needs %j', (statuses, recovery) => {
  expect(recoveryFor(history(...statuses))).toEqual(recovery);
});

test('the newest revision has the highest number, in whatever order they come', () => {
  expect(newestOf(history('superseded', 'deployed').toReversed())?.revision).toBe(2);
  expect(newestOf([])).toBeNull();
});
