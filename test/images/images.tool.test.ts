/** The Dockerfile before its linter. No engine is needed, and none builds it here. */
import { expect, test } from 'vitest';
import { run } from '../support/chart.ts';

test('hadolint finds nothing that a comment does not answer', async () => {
  const lint = ['--failure-threshold', 'style'];
  expect(await run('hadolint', [...lint, 'infra/docker/Dockerfile'])).toEqual({ code: 0, stdout: '', stderr: '' });
});
