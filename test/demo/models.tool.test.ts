/** The committed model files are what their script writes, so that nobody has to trust bytes in git. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findTool } from '../support/find-tool.ts';

const models = resolve(import.meta.dirname, '../../examples/ml-platform/models');

test('make-models.py writes exactly the files that are here', () => {
  // It exits with 1 and names the file otherwise, which throws.
  expect(execFileSync(findTool('python3'), ['make-models.py', '--check'], { cwd: models, encoding: 'utf8' })).toBe('');
});
