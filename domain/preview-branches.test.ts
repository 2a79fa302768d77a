import { expect, test } from 'vitest';
import { branchMayBePreviewed } from './preview-branches.ts';

test.each([
  [['*'], 'anything/at-all', true],
  [['main'], 'main', true],
  [['feature/*'], 'feature/wider-bucket', true],
  [[], 'main', false],
  [['main'], 'main-2', false],
  [['feature/*'], 'fix/wider-bucket', false],
])('of %j, %s is one: %s', (patterns, branch, may) => {
  expect(branchMayBePreviewed(patterns, branch)).toBe(may);
});
