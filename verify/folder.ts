/** A copy of a bucket in a folder, as `aws s3 sync` makes one. A folder knows nothing of versions. */
import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { exitCodes, VerifyError } from './errors.ts';
import type { Objects } from './source.ts';

export async function folderObjects(given: string): Promise<Objects> {
  const folder = resolve(given);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new VerifyError(`${given} is no folder: a copy of the ledger's bucket is needed, or s3://<bucket>`);
  return {
    async list(prefix) {
      const entries = await readdir(join(folder, prefix), { recursive: true, withFileTypes: true }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
          throw new VerifyError(`${join(folder, prefix)} cannot be read (${error.code ?? error.name})`, exitCodes.unreachable);
        },
      );
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => ({ key: relative(folder, join(parentPath, name)).replaceAll(sep, '/') }))
        .toSorted((one, other) => (one.key < other.key ? -1 : 1));
    },
    // At once: waiting for each of many small files takes three times as long as reading them.
    read: async ({ key }) => readFileSync(join(folder, key), 'utf8'),
    readBytes: (key) => readFile(join(folder, key)),
  };
}
