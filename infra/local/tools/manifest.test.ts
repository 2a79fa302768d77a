/** The manifest is data that most machines never exercise whole: what can be known of it without a network is known here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository } from '../repository.ts';
import { type Tool, tools } from './manifest.ts';
import { fill, placeOf, toolFile, toolsPath } from './paths.ts';
import { needs, remedies } from './sources.ts';

const released = tools.flatMap((tool) => (tool.release === undefined ? [] : [{ tool, release: tool.release }]));
const named = ({ tool }: { tool: Tool }) => tool.name;

test('every tool has one name, and an exact version', () => {
  expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
  for (const { version } of tools) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

describe.each(released.map((row) => [named(row), row] as const))('the official release of %s', (_name, { tool, release }) => {
  const exes = release.url.includes('{exe}') ? tool.provides : [''];

  test.each(exes)('is fetched over https, by version, with nothing left to fill in %s', (exe) => {
    const url = new URL(fill(release.url, tool, exe));
    expect(url.protocol).toBe('https:');
    expect(url.pathname).toContain(tool.version);
    expect(decodeURIComponent(url.href)).not.toMatch(/[{}]|undefined/);
    expect(url.search).toBe('');
  });

  test('has its checksums at the same publisher, for the same version', () => {
    const checksums = new URL(fill(release.checksums, tool, exes[0]));
    expect(checksums.protocol).toBe('https:');
    expect(checksums.pathname).toContain(tool.version);
    const publisher = (host: string) => host.split('.').slice(-2).join('.');
    expect(publisher(checksums.host)).toBe(publisher(new URL(fill(release.url, tool)).host));
  });

  test('is unpacked as its name says', () => {
    const { pathname } = new URL(fill(release.url, tool));
    const archive = pathname.endsWith('.tar.gz') ? 'tar.gz' : pathname.endsWith('.zip') ? 'zip' : 'none';
    expect(release.archive).toBe(archive);
  });
});

const plain = released.filter(({ release }) => release.archive === 'none' && !release.url.includes('{exe}'));

test.each(plain.map((row) => [named(row), row.tool] as const))('%s, whose release is no archive, is one file', (_name, { provides }) => {
  expect(provides).toHaveLength(1);
});

const onPath = tools.flatMap(({ name, version, onPath }) => (onPath === undefined ? [] : [[name, version, onPath.says.source] as const]));

test.each(onPath)('%s on PATH counts only when it says exactly %s', (_name, version, says) => {
  expect(says).toContain(version.replaceAll('.', String.raw`\.`));
});

test.each(tools.map(({ name, source }) => [name, source] as const))(
  'a machine that cannot build %s is told what it lacks',
  (_name, source) => {
    const need = needs[source.kind];
    expect(source.kind === 'nowhere' ? source.remedy : remedies[need ?? '']).toMatch(/\w/);
  },
);

test('the module that builds the control plane requires the versions the manifest names', () => {
  for (const { source, version, name } of tools) {
    if (source.kind !== 'goModule') continue;
    const file = join(repository, source.folder, 'go.mod');
    expect(existsSync(file)).toBe(true);
    const wanted = name === 'kubernetes' ? `k8s.io/kubernetes v${version}` : `go.etcd.io/etcd/server/v3 v${version}`;
    expect(readFileSync(file, 'utf8')).toContain(wanted);
  }
});

test('tools are found by version, outside the checkout', () => {
  expect(toolFile('opa')).toMatch(/\/plimsoll\/tools\/opa\/v[\d.]+\/bin\/opa$/);
  expect(toolsPath().split(':')).toContain(join(toolFile('helm'), '..'));
  for (const tool of tools) expect(placeOf(tool).startsWith(`${repository}/`)).toBe(false);
});
