/**
 * What the generator leaves in its templates and we do not keep: links to a package registry, and its authors'
 * notes to themselves. Run after generating; the test applies it to a fresh client before it compares.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const tidied = (text: string): string =>
  text.replaceAll(/\{@link https:\S+ (`[^`]+`)\}/g, '$1').replaceAll(/^[ \t]*\/\/ TO[D]O:.*\n/gm, '');

if (import.meta.main) {
  const folder = fileURLToPath(new URL('generated', import.meta.url));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((found) => found.isFile())) {
    const file = join(entry.parentPath, entry.name);
    writeFileSync(file, tidied(readFileSync(file, 'utf8')));
  }
}
