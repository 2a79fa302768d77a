/**
 * Goal: what is installed is what its publisher published, or nothing is.
 * Method: a local server plays the publisher, with archives made here; nothing leaves the machine.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { create } from 'tar';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { downloadRelease, findChecksum, Unavailable } from './download.ts';

const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const program = Buffer.from('#!/bin/sh\necho hello\n');

/** A zip with one stored file: the format's own words, so that no program is needed to write it. */
function zipOf(name: string, content: Buffer): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(content));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  const length = Buffer.from([name.length, 0]);
  const common = Buffer.concat([Buffer.from([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]), crc, size, size, length, Buffer.from([0, 0])]);
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), content]);
  const central = Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

let folder: string;
let target: string;
let server: Server;
let origin: string;
const files = new Map<string, Buffer | string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
  server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    if (file === undefined) response.writeHead(404).end();
    else response.end(file);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  mkdirSync(join(folder, 'made/linux-amd64'), { recursive: true });
  writeFileSync(join(folder, 'made/linux-amd64/tool'), program);
  writeFileSync(join(folder, 'made/linux-amd64/LICENSE'), 'free');
  await create({ gzip: true, file: join(folder, 'tool.tar.gz'), cwd: join(folder, 'made') }, ['linux-amd64']);
  files.set('/tool.tar.gz', readFileSync(join(folder, 'tool.tar.gz')));
  files.set('/tool.zip', zipOf('tool', program));
  files.set('/tool', program);
  files.set('/other.tar.gz', readFileSync(join(folder, 'tool.tar.gz')));
});

afterAll(async () => {
  await new Promise((settle) => server.close(settle));
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  target = mkdtempSync(join(folder, 'target-'));
  files.set('/sums', [...files].map(([name, bytes]) => `${sumOf(Buffer.from(bytes))}  ${name.slice(1)}`).join('\n'));
});

const get = (name: string, archive: 'none' | 'tar.gz' | 'zip', provides = ['tool'], checksums = '/sums') =>
  downloadRelease({ url: `${origin}/${name}`, checksums: `${origin}${checksums}`, archive }, provides, target);

test.each([['tool', 'none'] as const, ['tool.tar.gz', 'tar.gz'] as const, ['tool.zip', 'zip'] as const])(
  '%s is checked, unpacked, and leaves one executable and nothing else',
  async (name, archive) => {
    await get(name, archive);
    expect(readdirSync(target)).toEqual(['tool']);
    expect(statSync(join(target, 'tool')).mode & 0o111).not.toBe(0);
    expect(execFileSync(join(target, 'tool'), { encoding: 'utf8' })).toBe('hello\n');
  },
);

test('a file that differs from its checksum is an alarm, and no reason to try another way', async () => {
  files.set('/sums', `${'0'.repeat(64)}  tool.zip`);
  const failed = get('tool.zip', 'zip');
  await expect(failed).rejects.toThrow(/checksum/);
  await expect(failed).rejects.not.toBeInstanceOf(Unavailable);
  expect(readdirSync(target)).not.toContain('tool');
});

test('a release without a published checksum is not taken', async () => {
  files.set('/sums', `${'0'.repeat(64)}  another.zip`);
  await expect(get('tool.zip', 'zip')).rejects.toBeInstanceOf(Unavailable);
});

test('a release that is not there is a reason to try another way', async () => {
  await expect(get('tool.zip', 'zip', ['tool'], '/nothing')).rejects.toBeInstanceOf(Unavailable);
});

test('an archive without the program in it is refused by name', async () => {
  await expect(get('other.tar.gz', 'tar.gz', ['absent'])).rejects.toThrow(/holds no absent/);
});

test('a publisher that does not answer is asked once', async () => {
  const silent = { url: 'http://127.0.0.1:1/tool', checksums: 'http://127.0.0.1:1/sums', archive: 'none' } as const;
  await expect(downloadRelease(silent, ['tool'], target)).rejects.toThrow(/does not answer/);
  await expect(downloadRelease(silent, ['tool'], target)).rejects.toBeInstanceOf(Unavailable);
});

describe('checksums as publishers write them', () => {
  const sum = 'a'.repeat(64);
  test.each([
    ['a list', `${'b'.repeat(64)}  x.zip\n${sum}  tool.zip\n`],
    ['a list in binary mode, with folders', `${sum} *./dist/tool.zip`],
    ['a bare sum', `${sum}\n`],
    ['capitals', `${sum.toUpperCase()}  tool.zip`],
    ["a GitHub release's description", JSON.stringify({ assets: [{ name: 'x' }, { name: 'tool.zip', digest: `sha256:${sum}` }] })],
  ])('%s', (_form, text) => {
    expect(findChecksum(text, 'tool.zip')).toBe(sum);
  });

  test.each([
    ['a name that only ends alike', `${sum}  my-tool.zip`],
    ['another algorithm', JSON.stringify({ assets: [{ name: 'tool.zip', digest: `sha512:${sum}` }] })],
    ['an asset without a digest', JSON.stringify({ assets: [{ name: 'tool.zip', digest: null }] })],
    ['a page that is no list', '<html>not found</html>'],
  ])('%s is no checksum', (_form, text) => {
    expect(findChecksum(text, 'tool.zip')).toBeUndefined();
  });
});
