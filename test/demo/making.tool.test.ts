/** The demo's repository is made once, however many ask for it at the same moment: stories run side by side. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ensureRepository, headOf } from '../../infra/local/demo/repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('thirty at once get the same repository, with one commit', async () => {
  const env = { ...process.env, PLIMSOLL_DEMO_REPOSITORY: pathToFileURL(join(folder, 'ml-platform')).href };
  const made = await Promise.all(Array.from({ length: 30 }, () => ensureRepository(env)));
  const heads = await Promise.all(made.map(headOf));
  expect(new Set(heads).size).toBe(1);
  expect(await made[0]?.git(['rev-list', '--count', 'main'])).toBe('1');
});
