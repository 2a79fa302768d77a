/**
 * The code to scan, unpacked and disarmed: files by which a repository would configure its own examiner are
 * taken away before a scanner sees them (measured: one `.checkov.yaml` turned seventeen failures into a pass).
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RootRef } from '../../domain/ports.ts';
import { unpack } from '../tool/archive.ts';
import type { BlobStore } from '../tool/store.ts';

export const sourceFolder = 'source';

const configuresScanner = new Set(['.checkov.yaml', '.checkov.yml', '.tfsec', '.tflint.hcl', '.tflint.d']);

/** Into `<workspace>/source`, which must exist. Answers the root's folder, relative to the workspace. */
export async function unpackDisarmed(store: BlobStore, { archive, stack }: RootRef, workspace: string): Promise<string> {
  const source = join(workspace, sourceFolder);
  await unpack(store, archive, source);
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const armed = entries.filter(({ name }) => configuresScanner.has(name));
  await Promise.all(armed.map(({ parentPath, name }) => rm(join(parentPath, name), { recursive: true, force: true })));
  return join(sourceFolder, stack.root);
}

/** Every scanner calls an empty folder clean. It is not: it was not read. */
export async function holdsTerraform(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name.endsWith('.tf') || name.endsWith('.tf.json'));
}
