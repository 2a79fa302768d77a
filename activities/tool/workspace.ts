/** A private folder for one attempt of one activity, gone afterwards. Nobody finds another's files. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type WithWorkspace = <T>(releaseId: string, work: (folder: string) => Promise<T>) => Promise<T>;

export function createWorkspaces(root: string): WithWorkspace {
  return async (releaseId, work) => {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(root, `${releaseId}-`));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
