/** A private folder for one attempt of one activity, gone afterwards. Nobody finds another's files. */
import { mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';

export type WithWorkspace = <T>(releaseId: string, work: (folder: string) => Promise<T>) => Promise<T>;

/** The worker's pid is in the name: what a killed worker left is known as nobody's. */
const ownerIn = /-w(\d+)-\w{6}$/;

export function createWorkspaces(root: string): WithWorkspace {
  return async (releaseId, work) => {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(root, `${releaseId}-w${process.pid}-`));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/**
 * Takes away what killed workers left, since it may hold secrets. A folder stays while its worker lives, or a
 * tool that outlived its worker is at work in it. Doubt keeps a folder: a pid may have been taken by another.
 */
export async function sweepWorkspaces(root: string): Promise<readonly string[]> {
  return await sweepOf(root, isAlive);
}

/**
 * Before a worker's first workspace, so that one with its own number is not its own: in a container that is started
 * again, every worker has the number of the one before.
 */
export async function sweepBeforeFirst(root: string): Promise<readonly string[]> {
  return await sweepOf(root, (pid) => pid !== process.pid && isAlive(pid));
}

async function sweepOf(root: string, lives: (pid: number) => boolean): Promise<readonly string[]> {
  const folders = await readdir(root).catch(() => []);
  const orphaned = folders.filter((name) => ownerIn.test(name) && !lives(Number(ownerIn.exec(name)?.[1])));
  if (orphaned.length === 0) return [];
  const inUse = await workingFolders();
  const unused = orphaned.filter((name) => !inUse.some((folder) => `${folder}${sep}`.startsWith(`${join(root, name)}${sep}`)));
  await Promise.all(unused.map((name) => rm(join(root, name), { recursive: true, force: true })));
  return unused;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function workingFolders(): Promise<readonly string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  return await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
}
