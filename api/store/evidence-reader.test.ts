/** The store against an S3 that is a function: what is asked for, and what of an answer is believed. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { digestText, hexOf } from '../../domain/digest.ts';
import { createEvidenceReader } from './evidence-reader.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'testing');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'testing');
});
afterEach(() => void vi.unstubAllEnvs());

async function storeBehind(answer: RequestListener, folder: 'counts' | 'findings' = 'counts') {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return createEvidenceReader({ bucket: 'plimsoll-store', region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}` }, folder);
}

const text = 'instant,version,pod\n';
const blob = { digest: digestText(text), bytes: text.length };

test.each(['counts', 'findings'] as const)(
  '%s are read from their own folder, under their digest, and nothing but read',
  async (folder) => {
    const asked: string[] = [];
    const store = await storeBehind((request, response) => {
      asked.push(`${request.method} ${request.url?.replace(/\?.*$/, '')}`);
      response.end(text);
    }, folder);
    expect(await store.read(blob)).toBe(text);
    const hex = hexOf(blob.digest);
    expect(asked).toEqual([`GET /plimsoll-store/${folder}/${hex.slice(0, 2)}/${hex}`]);
  },
);

test.each([
  ['other bytes', 200, 'instant,version\n', 'store.corrupt'],
  ['no such key', 404, '<Error><Code>NoSuchKey</Code></Error>', 'store.corrupt'],
  ['no right to read', 403, '<Error><Code>AccessDenied</Code></Error>', 'store.unreachable'],
])('%s is a problem of its kind', async (_, status, body, kind) => {
  const store = await storeBehind((_request, response) => response.writeHead(status, { 'content-type': 'application/xml' }).end(body));
  await expect(store.read(blob)).rejects.toMatchObject({ kind });
});

test('an API without a store says how it gets one', async () => {
  await expect(createEvidenceReader(null, 'counts').read(blob)).rejects.toMatchObject({
    kind: 'store.unreachable',
    message: expect.stringContaining('PLIMSOLL_STORE_BUCKET'),
  });
});
