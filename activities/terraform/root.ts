/** A root in a private workspace: the archive unpacked, nothing initialised, no credential anywhere. */
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { RootRef } from '../../domain/ports.ts';
import { failure } from '../failure.ts';
import { unpack } from '../tool/archive.ts';
import { withHeartbeats } from '../tool/heartbeat.ts';
import type { BlobStore } from '../tool/store.ts';
import type { WithWorkspace } from '../tool/workspace.ts';
import type { Root } from './command.ts';

export async function withRoot<T>(
  { store, withWorkspace }: { readonly store: BlobStore; readonly withWorkspace: WithWorkspace },
  input: RootRef,
  work: (root: Root) => Promise<T>,
): Promise<T> {
  return await withWorkspace(input.release.releaseId, async (workspace) => {
    await chmod(workspace, 0o700);
    const repository = join(workspace, 'source');
    await mkdir(repository);
    await withHeartbeats(() => unpack(store, input.archive, repository));
    const folder = join(repository, input.stack.root);
    if (relative(repository, folder).startsWith('..') || !(await isFolder(folder)))
      throw failure('terraform.failed', `the repository has no folder ${input.stack.root} at this commit`);
    return await work({ workspace, repository, folder, env: {}, secrets: [] });
  });
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};
