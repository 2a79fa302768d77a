/** The committed model files are what their script writes, so that nobody has to trust bytes in git. */
import { resolve } from 'node:path';
import { execaSync } from 'execa';
import { expect, test } from 'vitest';
import { findTool } from '../support/find-tool.ts';

const models = resolve(import.meta.dirname, '../../examples/ml-platform/models');

test('make-models.py writes exactly the files that are here', () => {
  // It exits with 1 and names the file otherwise, which throws.
  expect(execaSync(findTool('python3'), ['make-models.py', '--check'], { cwd: models }).stdout).toBe('');
});
