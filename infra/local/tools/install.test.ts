/**
 * Goal: a tool is there, whole and right, or it is not there at all; never half, never twice, never another one.
 * Method: made-up tools whose publisher is a local server, and a cache folder of their own.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { installTool } from './install.ts';
import type { Tool } from './manifest.ts';
import { isInstalled, placeOf, platformName, toolFolder } from './paths.ts';

const program = '#!/bin/sh\necho "made-up 1.2.3"\n';
let folder: string;
let server: Server;
let origin: string;
let asked: string[];

const released = (more: Partial<Tool> = {}): Tool => ({
  name: 'made-up',
  version: '1.2.3',
  purpose: 'nothing',
  provides: ['made-up'],
  onPath: { args: [], says: /^made-up 1\.2\.3$/ },
  release: { url: `${origin}/v{version}/made-up`, checksums: `${origin}/v{version}/sums`, archive: 'none', platforms: [platformName()] },
  source: { kind: 'nowhere', remedy: 'ask its maker' },
  ...more,
});

const onPath = (text: string) => {
  const bin = join(folder, 'machine');
  mkdirSync(bin);
  writeFileSync(join(bin, 'made-up'), text);
  chmodSync(join(bin, 'made-up'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  return join(bin, 'made-up');
};

const says = (tool: Tool) => execFileSync(join(placeOf(tool), 'made-up'), { encoding: 'utf8' }).trim();

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/v1.2.3/made-up') response.end(program);
    else if (request.url === '/v1.2.3/sums') response.end(`${createHash('sha256').update(program).digest('hex')}  made-up\n`);
    else if (request.url === '/v6.6.6/made-up') response.end('something else');
    else if (request.url === '/v6.6.6/sums') response.end(`${'0'.repeat(64)}  made-up\n`);
    else response.writeHead(404).end();
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((settle) => server.close(settle)));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'));
  asked = [];
  vi.stubEnv('XDG_CACHE_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('the release is taken, and nothing but the tool stays', async () => {
  expect(await installTool(released())).toBe('released');
  expect(says(released())).toBe('made-up 1.2.3');
  expect(readdirSync(toolFolder(released()))).toEqual(['bin']);
});

test('what is there is not asked for again', async () => {
  await installTool(released());
  asked = [];
  expect(await installTool(released())).toBe('installed');
  expect(asked).toEqual([]);
});

test('two at the same time are one', async () => {
  const told: string[] = [];
  const origins = await Promise.all([
    installTool(released(), (what) => told.push(what)),
    installTool(released(), (what) => told.push(what)),
  ]);
  expect(origins.toSorted()).toEqual(['installed', 'released']);
  expect(asked.filter((url) => url.endsWith('made-up'))).toHaveLength(1);
  expect(told).toContain('another installation is at it: waiting');
});

test('an installation that broke off is begun again, and one whose process died holds no lock', async () => {
  const locks = join(folder, 'plimsoll/tools/.locks');
  mkdirSync(locks, { recursive: true });
  writeFileSync(join(locks, 'made-up'), JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
  mkdirSync(join(toolFolder(released()), 'bin'), { recursive: true });
  mkdirSync(join(toolFolder(released()), '.new-1'));
  expect(isInstalled(released())).toBe(false);
  expect(await installTool(released())).toBe('released');
  expect(says(released())).toBe('made-up 1.2.3');
  expect(readdirSync(toolFolder(released()))).toEqual(['bin']);
});

test('a program of the right version on PATH is used where it is', async () => {
  const file = onPath(program);
  expect(await installTool(released())).toBe('found');
  expect(readlinkSync(join(placeOf(released()), 'made-up'))).toBe(file);
  expect(asked).toEqual([]);
});

test('a program of another version on PATH is not', async () => {
  onPath('#!/bin/sh\necho "made-up 1.2.30"\n');
  expect(await installTool(released())).toBe('released');
});

test('a program on PATH that has become another version is not used any more', async () => {
  const file = onPath(program);
  await installTool(released());
  writeFileSync(file, '#!/bin/sh\necho "made-up 2.0.0"\n');
  expect(await installTool(released())).toBe('released');
  expect(says(released())).toBe('made-up 1.2.3');
});

test('a link to a program that has gone is replaced', async () => {
  mkdirSync(placeOf(released()), { recursive: true });
  symlinkSync(join(folder, 'gone'), join(placeOf(released()), 'made-up'));
  expect(await installTool(released())).toBe('released');
});

test('when no way leads to it, each is named with what to do, and nothing stays', async () => {
  const tool = released({ version: '9.9.9' });
  await expect(installTool(tool)).rejects.toThrow(/made-up 9\.9\.9: http.*\/v9\.9\.9\/sums answers 404; ask its maker/);
  expect(readdirSync(toolFolder(tool))).toEqual([]);
});

test('a checksum that differs ends it there: no other way is tried', async () => {
  const tool = released({ version: '6.6.6' });
  await expect(installTool(tool)).rejects.toThrow(/its publisher says 0{64}: not installed/);
  await expect(installTool(tool)).rejects.not.toThrow(/ask its maker/);
  expect(isInstalled(tool)).toBe(false);
});
