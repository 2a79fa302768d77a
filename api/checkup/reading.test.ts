/** Goal: a right that the API lacks is named before somebody wants to roll back. Method: a ledger in memory that refuses one call. */
import { expect, test } from 'vitest';
import { checkTable, failed, passed } from '../../domain/checkup.ts';
import type { Shelf } from '../../domain/ledger/ended-reader.ts';
import { orderOf } from '../../test/support/builders.ts';
import { MemoryShelf } from '../../test/support/shelf.ts';
import { Problem } from '../http/problem.ts';
import { createLedgerShelf } from '../store/ledger-shelf.ts';
import { checkReading } from './reading.ts';

const bucket = 'acme-ledger';
const releaseId = 'fraud-scorer-production-0123456789ab';

function ledgerWithOne(): MemoryShelf {
  const ledger = new MemoryShelf();
  ledger.put({ order: { ...orderOf(), releaseId }, kind: 'released', at: '2026-11-27T10:00:00.000Z' });
  return ledger;
}

/** What a shelf of the API throws where S3 answers with this error. */
const answered = (name: string) =>
  new Problem('ledger.unreachable', `the ledger did not answer: ${name}`, { cause: Object.assign(new Error('arn:aws:…'), { name }) });

/** Listings and reads whose key begins so are refused. */
function refusing(ledger: MemoryShelf, call: 'list' | 'read', start: string): Shelf {
  const refuse = (asked: string, key: string) => {
    if (asked === call && key.startsWith(start)) throw answered('AccessDenied');
  };
  return {
    folders: (prefix) => ledger.folders(prefix),
    forked: ledger.forked,
    async *list(prefix) {
      refuse('list', prefix);
      yield* ledger.list(prefix);
    },
    async read(key) {
      refuse('read', key);
      return await ledger.read(key);
    },
  };
}

test('a name, and a record of what it names: three calls, however much there is', async () => {
  const ledger = ledgerWithOne();
  expect(await checkReading(ledger, bucket)).toEqual(passed('reading', bucket, 'the API reads what was released'));
  expect(ledger.asked).toEqual(['list ends/', `list releases/${releaseId}/`, `read releases/${releaseId}/0000000000.json`]);
});

test('a ledger in which nothing has ended yet is read as well', async () => {
  expect(await checkReading(new MemoryShelf(), bucket)).toMatchObject({ ok: true, found: 'nothing has ended yet' });
});

test.each([
  ['list', 'ends/', 's3:ListBucket below ends/'],
  ['list', 'releases/', 's3:ListBucket below releases/'],
  ['read', 'releases/', 's3:GetObject on releases/*, or kms:Decrypt with its key'],
] as const)('a role that may not %s %s lacks %s', async (call, start, right) => {
  const check = await checkReading(refusing(ledgerWithOne(), call, start), bucket);
  expect(check).toEqual(failed('reading', bucket, `AccessDenied: the API’s role lacks ${right}`));
  expect(check.remedy).toBe(checkTable.reading.remedy);
});

test('what else S3 answers is said by its name, and a bug by its name alone', async () => {
  const ledger = ledgerWithOne();
  ledger.broken = answered('NoSuchBucket');
  expect(await checkReading(ledger, bucket)).toMatchObject({ ok: false, found: 'the ledger did not answer: NoSuchBucket' });
  ledger.broken = new TypeError('of arn:aws:…');
  expect(await checkReading(ledger, bucket)).toMatchObject({ ok: false, found: 'TypeError' });
});

test('an API without a ledger is told which variable it lacks', async () => {
  expect(await checkReading(createLedgerShelf(null), undefined)).toMatchObject({
    about: 'the API',
    ok: false,
    found: expect.stringContaining('set PLIMSOLL_LEDGER_BUCKET') as string,
  });
});

test('a name whose release has no record is said', async () => {
  const ledger = ledgerWithOne();
  for (const key of ledger.objects.keys()) if (key.startsWith('releases/')) ledger.objects.delete(key);
  expect(await checkReading(ledger, bucket)).toMatchObject({ ok: false, found: `${releaseId} has ended, and has no record` });
});

test('a ledger that does not answer in time leaves it unknown, which is not right', async () => {
  const silent: Shelf = {
    ...refusing(ledgerWithOne(), 'list', 'nothing'),
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }),
  };
  expect(await checkReading(silent, bucket, 5)).toEqual(
    failed('reading', bucket, 'no answer within 0.005 s: whether it may be read is unknown'),
  );
});
