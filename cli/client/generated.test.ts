/** The document and the client that are checked in are what their sources make today. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../api/docs/openapi.ts';
import config from '../../openapi-ts.config.ts';
import { tidied } from './tidy.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('api/openapi.json is what the schemas say: `npm run generate:client` writes it', () => {
  expect(JSON.parse(readFileSync(join(root, 'api/openapi.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('the client is what api/openapi.json makes: `npm run generate:client` writes it', async () => {
  const fresh = mkdtempSync(join(tmpdir(), 'plimsoll-client-'));
  const base = await config;
  const { input, output, plugins } = Array.isArray(base) ? base[0] : base;
  await createClient({ input, plugins, output: { ...(output as object), path: fresh }, logs: { level: 'silent', file: false } });
  const tidy = Object.fromEntries(Object.entries(filesUnder(fresh)).map(([name, text]) => [name, tidied(text)]));
  expect(tidy).toEqual(filesUnder(join(root, 'cli/client/generated')));
});

function filesUnder(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  );
}
