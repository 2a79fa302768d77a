/**
 * One official release: fetched, checked against its published checksum, unpacked. `Unavailable` means "try
 * the next way"; a file that does not match its checksum never does: that is an alarm, not an absence.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract as untar } from 'tar';
import yauzl from 'yauzl';
import type { Release } from './manifest.ts';

export class Unavailable extends Error {}

/** Until the answer's first line. A machine with no internet should lose seconds, not minutes. */
const answerMilliseconds = 5_000;

/** Hosts that did not answer are not asked again in this run. */
const silentHosts = new Set<string>();

async function get(url: string): Promise<Response> {
  const { host } = new URL(url);
  if (silentHosts.has(host)) throw new Unavailable(`${host} does not answer`);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), answerMilliseconds);
  let response: Response;
  try {
    response = await fetch(url, { signal: abort.signal });
  } catch {
    silentHosts.add(host);
    throw new Unavailable(`${host} does not answer`);
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok || response.body === null) throw new Unavailable(`${url} answers ${response.status}`);
  return response;
}

/** The sum for one file out of what publishers write: a list of sums, a bare sum, or a GitHub release. */
export function findChecksum(published: string, file: string): string | undefined {
  if (published.trimStart().startsWith('{')) {
    const { assets = [] } = JSON.parse(published) as { assets?: { name: string; digest?: string | null }[] };
    return assets.find(({ name }) => name === file)?.digest?.match(/^sha256:([0-9a-f]{64})$/)?.[1];
  }
  const lines = published.trim().split('\n');
  if (lines.length === 1 && /^[0-9a-f]{64}$/i.test(lines[0] ?? '')) return lines[0]?.toLowerCase();
  const line = lines.map((line) => /^([0-9a-f]{64})\s+\*?(.+?)\s*$/i.exec(line)).find((match) => basename(match?.[2] ?? '') === file);
  return line?.[1]?.toLowerCase();
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Puts the files `provides` of one release into `folder`, executable. */
export async function downloadRelease(
  { url, checksums, archive }: Pick<Release, 'url' | 'checksums' | 'archive'>,
  provides: readonly string[],
  folder: string,
): Promise<void> {
  const file = basename(new URL(url).pathname);
  const expected = findChecksum(await (await get(checksums)).text(), file);
  if (expected === undefined) throw new Unavailable(`no checksum is published for ${file}`);

  const scratch = join(folder, '.download');
  await mkdir(scratch, { recursive: true });
  const packed = join(scratch, file);
  try {
    await pipeline(Readable.fromWeb((await get(url)).body as never), createWriteStream(packed));
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    throw new Unavailable(`${url} broke off`);
  }
  const actual = await sha256(packed);
  if (actual !== expected) throw new Error(`${url} has checksum ${actual}, but its publisher says ${expected}: not installed`);

  if (archive === 'none') await rename(packed, join(folder, provides[0] ?? file));
  else await pick(await unpack(archive, packed, join(scratch, 'unpacked')), provides, folder);
  await rm(scratch, { recursive: true, force: true });
  for (const name of provides) await chmod(join(folder, name), 0o755);
}

async function unpack(archive: 'tar.gz' | 'zip', packed: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (archive === 'tar.gz') await untar({ file: packed, cwd: folder });
  else await unzip(packed, folder);
  return folder;
}

async function unzip(packed: string, folder: string): Promise<void> {
  const zip = await yauzl.openPromise(packed);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    // yauzl itself refuses absolute names and names that climb out.
    const target = join(folder, entry.fileName);
    await mkdir(dirname(target), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
  }
}

/** Publishers put their programs at different depths; the name is what counts. */
async function pick(unpacked: string, provides: readonly string[], folder: string): Promise<void> {
  const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
  for (const name of provides) {
    const entry = entries.find((entry) => entry.isFile() && entry.name === name);
    if (entry === undefined) throw new Error(`the release holds no ${name}`);
    await copyFile(join(entry.parentPath, name), join(folder, name));
  }
}
