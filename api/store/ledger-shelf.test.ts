/** The ledger against an S3 that is a function: what is asked for, page by page, and what becomes of its answers. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createEndedReleases } from '../../domain/ledger/ended-reader.ts';
import { orderOf } from '../../test/support/builders.ts';
import { MemoryShelf } from '../../test/support/shelf.ts';
import { createLedgerShelf } from './ledger-shelf.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'testing');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'testing');
});
afterEach(() => void vi.unstubAllEnvs());

async function ledgerBehind(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return createLedgerShelf({ bucket: 'plimsoll-ledger', region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}` });
}

/** As S3 answers, two keys or folders a page; `asked` is what it was asked, in turn. */
async function ledgerOf(objects: ReadonlyMap<string, string>) {
  const asked: string[] = [];
  const shelf = await ledgerBehind((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    const key = pathname.replace('/plimsoll-ledger', '').slice(1);
    const prefix = searchParams.get('prefix') ?? '';
    asked.push(key === '' ? `list ${prefix}` : `${request.method} ${key}`);
    response.setHeader('content-type', 'application/xml');
    if (key === '') response.end(pageOf([...objects.keys()], prefix, searchParams));
    else if (objects.has(key)) response.end(objects.get(key));
    else response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  });
  return { shelf, asked };
}

function pageOf(keys: readonly string[], prefix: string, asked: URLSearchParams): string {
  const below = keys.filter((key) => key.startsWith(prefix)).toSorted();
  const folders = [...new Set(below.map((key) => `${prefix}${key.slice(prefix.length).split('/')[0]}/`))];
  const rows = asked.has('delimiter')
    ? folders.map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`)
    : below.map((key) => `<Contents><Key>${key}</Key></Contents>`);
  const start = Number(asked.get('continuation-token') ?? 0);
  const next = start + 2 < rows.length ? `<NextContinuationToken>${start + 2}</NextContinuationToken>` : '';
  return `<ListBucketResult>${rows.slice(start, start + 2).join('')}${next}</ListBucketResult>`;
}

const five = new Map(['a/1', 'a/2', 'a/3', 'b/1', 'c/1'].map((key) => [`ends/${key}`, `text of ${key}`]));

async function all(keys: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found;
}

describe('the ledger', () => {
  test('is listed below a prefix, and not a page further than somebody reads', async () => {
    const { shelf, asked } = await ledgerOf(five);
    for await (const key of shelf.list('ends/')) if (key === 'ends/a/2') break;
    expect(asked).toEqual(['list ends/']);
    expect(await all(shelf.list('ends/a/'))).toEqual(['ends/a/1', 'ends/a/2', 'ends/a/3']);
    expect(asked).toHaveLength(3);
  });

  test('has folders, over as many pages as they are', async () => {
    const { shelf } = await ledgerOf(five);
    expect(await shelf.folders('ends/')).toEqual(['ends/a/', 'ends/b/', 'ends/c/']);
  });

  test('is read, and says where nothing is', async () => {
    const { shelf } = await ledgerOf(five);
    expect([await shelf.read('ends/a/1'), await shelf.read('ends/a/4')]).toEqual(['text of a/1', null]);
  });

  test('tells what was released from the names below ends/ and the records of releases/: nothing else is ever read', async () => {
    const { infrastructure: _, ...order } = orderOf();
    const ledger = new MemoryShelf();
    ledger.put({ order, kind: 'released', at: '2026-11-27T10:00:00.000Z' });
    const { shelf, asked } = await ledgerOf(ledger.objects);
    const released = await createEndedReleases(shelf).at('production/model/fraud-scorer', { kinds: ['released'], limit: 20 });
    expect(released).toMatchObject([{ order: { releaseId: order.releaseId }, kind: 'released' }]);
    const chain = `releases/${order.releaseId}`;
    expect(asked.toSorted()).toEqual([
      `GET ${chain}/0000000000.json`,
      `GET ${chain}/0000000001.json`,
      'list ends/production/model/fraud-scorer/',
      `list ${chain}/`,
    ]);
  });

  test('that may not be read, or contradicts itself, is a problem of its kind', async () => {
    const shelf = await ledgerBehind((_request, response) =>
      response.writeHead(403, { 'content-type': 'application/xml' }).end('<Error><Code>AccessDenied</Code></Error>'),
    );
    const unreachable = { kind: 'ledger.unreachable', message: expect.stringContaining('AccessDenied') };
    await expect(all(shelf.list('ends/'))).rejects.toMatchObject(unreachable);
    await expect(shelf.read('releases/a/0000000000.json')).rejects.toMatchObject(unreachable);
    expect(shelf.forked('record 0 was changed')).toMatchObject({ kind: 'ledger.forked', message: 'record 0 was changed' });
  });
});

test('an API without a ledger says how it gets one', async () => {
  const shelf = createLedgerShelf(null);
  const problem = { kind: 'ledger.unreachable', message: expect.stringContaining('PLIMSOLL_LEDGER_BUCKET') };
  await expect(all(shelf.list('ends/'))).rejects.toMatchObject(problem);
  await expect(shelf.read('releases/a/0000000000.json')).rejects.toMatchObject(problem);
});
