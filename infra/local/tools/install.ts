/**
 * Gets one tool: what is installed already, a program of the right version on PATH, the official release, the
 * published source package, in this order. What appears, appears whole: everything is made in a folder
 * beside its place and renamed, so that an interrupted installation is simply begun again.
 */
import { execFile } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { whileLocked } from '../processes.ts';
import { downloadRelease, Unavailable } from './download.ts';
import type { Tool } from './manifest.ts';
import { cacheFolder, fill, isInstalled, placeOf, platformName, terraformMirror, toolFolder } from './paths.ts';
import { buildFromSource } from './sources.ts';

const run = promisify(execFile);

const stagingPrefix = '.new-';

export type Origin = 'installed' | 'found' | 'released' | 'built';

export async function installTool(tool: Tool, tell: (what: string) => void = () => {}): Promise<Origin> {
  if (await isRight(tool)) return 'installed';
  if (isFoundElsewhere(tool)) return 'found';
  const lock = join(cacheFolder(), '.locks', tool.name);
  return whileLocked(
    lock,
    () => tell('another installation is at it: waiting'),
    async () => {
      if (await isRight(tool)) return 'installed';
      const staging = join(toolFolder(tool), `${stagingPrefix}${process.pid}`);
      try {
        await clearStagings(tool);
        await mkdir(staging, { recursive: true });
        const origin = await obtain(tool, staging, tell);
        const place = placeOf(tool);
        await rm(place, { recursive: true, force: true });
        await mkdir(dirname(place), { recursive: true });
        await rename(staging, place);
        return origin;
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    },
  );
}

/** What interrupted installations left; nobody else is at it, for the lock is ours. */
async function clearStagings(tool: Tool): Promise<void> {
  await mkdir(toolFolder(tool), { recursive: true });
  const stagings = (await readdir(toolFolder(tool))).filter((name) => name.startsWith(stagingPrefix));
  for (const name of stagings) await rm(join(toolFolder(tool), name), { recursive: true, force: true });
}

/** A link leads to a program of the machine's, which may have become another version since. */
export async function isRight(tool: Tool): Promise<boolean> {
  if (!isInstalled(tool)) return false;
  const first = join(placeOf(tool), tool.provides[0] ?? '');
  return tool.onPath === undefined || !lstatSync(first).isSymbolicLink() || saysOurVersion(tool.onPath, first);
}

/** Terraform's provider is not a program on PATH: a mirror anywhere in the usual places will do. */
export const isFoundElsewhere = (tool: Tool): boolean => tool.name === 'terraform-provider-aws' && terraformMirror() !== undefined;

async function obtain(tool: Tool, folder: string, tell: (what: string) => void): Promise<Origin> {
  const found = await findOnPath(tool);
  if (found !== undefined) {
    for (const [name, file] of Object.entries(found)) await symlink(file, join(folder, name));
    return 'found';
  }
  let missing = tool.release === undefined ? 'comes as a package' : 'no release for this platform';
  if (tool.release?.platforms.includes(platformName())) {
    try {
      tell('downloading');
      await download(tool, folder);
      return 'released';
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      missing = error.message;
    }
  }
  try {
    if (tool.source.kind !== 'nowhere')
      tell(tool.release === undefined ? 'installing its package' : `${missing}; building from its source package`);
    await buildFromSource(tool, folder);
    return 'built';
  } catch (error) {
    throw new Error(`${tool.name} ${tool.version}: ${missing}; ${(error as Error).message}`, { cause: error });
  }
}

async function download(tool: Tool, folder: string): Promise<void> {
  if (tool.release === undefined) return;
  const { url, checksums, archive } = tool.release;
  // A publisher that names its files by program has one release file for each.
  const rounds = url.includes('{exe}') ? tool.provides.map((exe) => [exe]) : [tool.provides];
  for (const provides of rounds) {
    const exe = provides[0] ?? '';
    await downloadRelease({ url: fill(url, tool, exe), checksums: fill(checksums, tool, exe), archive }, provides, folder);
  }
}

/** Every program of the tool on PATH, if the first says that it is exactly our version. */
export async function findOnPath(tool: Tool): Promise<Record<string, string> | undefined> {
  if (tool.onPath === undefined) return undefined;
  const folders = (process.env['PATH'] ?? '').split(':');
  const files = tool.provides.map((name) => folders.map((folder) => join(folder, name)).find((file) => existsSync(file)));
  const [first] = files;
  if (first === undefined || files.includes(undefined)) return undefined;
  if (!(await saysOurVersion(tool.onPath, first))) return undefined;
  return Object.fromEntries(tool.provides.map((name, index) => [name, files[index] ?? first]));
}

async function saysOurVersion({ args, says }: NonNullable<Tool['onPath']>, file: string): Promise<boolean> {
  try {
    // 10 s: a program that cannot say its version by then is not one to build on.
    const { stdout, stderr } = await run(file, args, { timeout: 10_000 });
    return says.test(stdout.trim() || stderr.trim());
  } catch {
    return false;
  }
}
