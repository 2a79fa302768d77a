/**
 * A chart and its values files out of a source archive. Refuses what leads out of the archive and what is not
 * there, by name: Helm itself would read any file of the worker that a path or a link points to.
 */
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ChartSource } from '../../domain/catalog.ts';
import { type Digest, digestBytes, digestOf } from '../../domain/digest.ts';
import type { Refusal } from '../../domain/ports.ts';

const refused = (because: string): Refusal => ({ kind: 'refused', because });

export interface FoundChart {
  readonly kind: 'found';
  readonly folder: string;
  readonly valuesFiles: readonly string[];
  readonly valuesTexts: readonly string[];
  readonly digest: Digest;
}

export async function findChart(source: string, chart: ChartSource, environment: string): Promise<FoundChart | Refusal> {
  const folder = await inside(source, chart.path);
  if (folder === null || (await inside(folder, 'Chart.yaml')) === null) return refused(`there is no chart at ${chart.path}`);
  const valuesFiles: string[] = [];
  for (const name of chart.values.map((file) => file.replaceAll('{environment}', environment))) {
    const file = await inside(source, name);
    if (file === null || !(await lstat(file)).isFile()) return refused(`the values file ${name} is not in the repository`);
    valuesFiles.push(file);
  }
  const files = await listFiles(folder);
  if (files.kind === 'refused') return files;
  const valuesTexts = await Promise.all(valuesFiles.map((file) => readFile(file, 'utf8')));
  return { kind: 'found', folder, valuesFiles, valuesTexts, digest: await digestFiles(folder, files.paths) };
}

/** The real path, or `null` when it is not there or not inside. */
async function inside(root: string, path: string): Promise<string | null> {
  try {
    const [base, target] = await Promise.all([realpath(root), realpath(join(root, path))]);
    return target === base || target.startsWith(base + sep) ? target : null;
  } catch {
    return null;
  }
}

async function listFiles(folder: string): Promise<{ readonly kind: 'files'; readonly paths: readonly string[] } | Refusal> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (odd !== undefined) return refused(`the chart has a link or a special file: ${odd.name}`);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return { kind: 'files', paths: paths.toSorted() };
}

/** Over names and contents in order, so that two checkouts of the same chart have the same digest. */
async function digestFiles(folder: string, paths: readonly string[]): Promise<Digest> {
  const files = [];
  for (const path of paths) files.push({ path, digest: digestBytes(await readFile(join(folder, path))) });
  return digestOf(files);
}
