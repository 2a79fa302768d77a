/** Which files of an archive Helm gets to see. A path or a link must never show it the worker's own files. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChart } from './chart.ts';

let root: string;
let source: string;
const chart = { repository: 'r', refs: ['main'], path: 'chart', values: [] as string[] };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plimsoll-chart-'));
  source = join(root, 'source');
  await mkdir(join(source, 'chart', 'templates'), { recursive: true });
  await writeFile(join(source, 'chart', 'Chart.yaml'), 'name: x\n');
  await writeFile(join(source, 'chart', 'templates', 'a.yaml'), 'a\n');
  await writeFile(join(root, 'secret.yaml'), 'secret\n');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const digest = async () => {
  const found = await findChart(source, chart, 'production');
  if (found.kind === 'refused') throw new Error(found.because);
  return found.digest;
};

test('the digest is over names and contents of the chart’s files and nothing beside them', async () => {
  const before = await digest();
  await writeFile(join(source, 'beside.yaml'), 'x');
  expect(await digest()).toBe(before);
  await writeFile(join(source, 'chart', 'templates', 'a.yaml'), 'b\n');
  const changed = await digest();
  expect(changed).not.toBe(before);
  await writeFile(join(source, 'chart', 'templates', 'b.yaml'), '');
  expect(await digest()).not.toBe(changed);
});

test('the environment’s name takes its place in the names of values files', async () => {
  await writeFile(join(source, 'production.yaml'), 'replicas: 3\n');
  const found = await findChart(source, { ...chart, values: ['{environment}.yaml'] }, 'production');
  expect(found).toMatchObject({ kind: 'found', valuesTexts: ['replicas: 3\n'] });
});

test.each(['../secret.yaml', 'missing.yaml', 'link.yaml', 'chart'])('the values file %s is refused by name', async (name) => {
  await symlink(join(root, 'secret.yaml'), join(source, 'link.yaml'));
  const because = `the values file ${name} is not in the repository`;
  expect(await findChart(source, { ...chart, values: [name] }, 'production')).toEqual({ kind: 'refused', because });
});

test.each(['..', '../..', 'chart/templates', 'nowhere'])('a chart at %s is refused', async (path) => {
  expect(await findChart(source, { ...chart, path }, 'production')).toEqual({ kind: 'refused', because: `there is no chart at ${path}` });
});

test('a link inside the chart is refused', async () => {
  await symlink(join(root, 'secret.yaml'), join(source, 'chart', 'templates', 'b.yaml'));
  expect(await findChart(source, chart, 'production')).toMatchObject({ kind: 'refused', because: expect.stringContaining('b.yaml') });
});
