/** Days and checkpoints in real buckets: what a worker writes, `plimsoll verify` takes. */
import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkpointKeyOf, linked, recordKeyOf } from '../../domain/ledger/chain.ts';
import { readCheckpoint } from '../../domain/ledger/checkpoint.ts';
import { endKinds } from '../../domain/ledger/ended.ts';
import { dayRecordOf } from '../../domain/ledger/refusals.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import { callerOf, orderOf } from '../../test/support/builders.ts';
import { keyPair, recordsOf, signWith, trusting } from '../../test/support/chains.ts';
import { MemoryShelf } from '../../test/support/shelf.ts';
import { createCheckpointActivities } from './checkpoint.ts';
import { createDayActivities } from './days.ts';
import { createEnded } from './ends.ts';
import { createLedgerActivities } from './ledger.ts';

const s3 = new S3Client({ forcePathStyle: true });
const keys = keyPair();
const sign = signWith(keys);
let bucket: string;
let other: string;

beforeEach(async () => {
  [bucket, other] = [`ledger-test-${randomUUID()}`, `checkpoint-test-${randomUUID()}`];
  for (const Bucket of [bucket, other])
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
});

const append = (releaseId: string, records: readonly ReleaseRecord[], seal = false) =>
  createLedgerActivities({ s3, bucket, sign }).appendRecords({ releaseId, records, seal });

async function checkpoint(moment: string) {
  const activities = createCheckpointActivities({ ledger: { s3, bucket }, checkpoints: { s3, bucket: other }, sign });
  return await new MockActivityEnvironment().run(() => activities.writeCheckpoint({ moment }));
}

async function stored(moment: string) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: other, Key: checkpointKeyOf(moment) }));
  const read = readCheckpoint((await Body?.transformToString()) ?? '', moment, trusting(keys));
  if (read.kind === 'bad') throw new Error(read.because);
  return read.checkpoint;
}

describe('a checkpoint', () => {
  test('names every head, sealed or not, and the checkpoint before', async () => {
    const [open, closed] = [recordsOf('open', 2), recordsOf('closed', 3)];
    await append('open', open);
    await append('closed', closed, true);
    expect(await checkpoint('2026-11-24T235500Z')).toEqual({ chains: 2, contradictions: [] });
    expect(await checkpoint('2026-11-25T235500Z')).toEqual({ chains: 2, contradictions: [] });
    const [first, second] = [await stored('2026-11-24T235500Z'), await stored('2026-11-25T235500Z')];
    expect(first.list).toEqual([
      { chain: 'releases/closed', sequence: 2, head: closed[2]?.hash },
      { chain: 'releases/open', sequence: 1, head: open[1]?.hash },
    ]);
    expect([first.previous, second.previous]).toEqual([null, first.digest]);
  });

  test('is written once per moment, however often it is asked for', async () => {
    await append('one', recordsOf('one', 1));
    await checkpoint('2026-11-24T235500Z');
    await append('two', recordsOf('two', 1));
    expect(await checkpoint('2026-11-24T235500Z')).toEqual({ chains: 1, contradictions: [] });
  });

  test('says what is less than the one before says, and is written nevertheless', async () => {
    await append('cut', recordsOf('cut', 3));
    await append('gone', recordsOf('gone', 1));
    await checkpoint('2026-11-24T235500Z');
    for (const key of [recordKeyOf('releases/cut', 2), recordKeyOf('releases/gone', 0)])
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    expect(await checkpoint('2026-11-25T235500Z')).toEqual({
      chains: 1,
      contradictions: ['releases/cut ends with record 1, and had 2', 'releases/gone is gone'],
    });
    expect((await stored('2026-11-25T235500Z')).list).toHaveLength(1);
  });

  test('names what ended before ends had names, and nothing that goes on', async () => {
    const shelf = new MemoryShelf();
    for (const id of ['old', 'older'])
      shelf.put({ order: orderOf({ releaseId: id }), kind: 'released', at: '2026-11-24T10:00:00.000Z' }, { named: false });
    for (const [Key, Body] of shelf.objects) await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    await append('open', recordsOf('open', 2));
    const ended = () => createEnded({ s3, bucket }).at('production/model/fraud-scorer', { kinds: endKinds, limit: 5 });
    expect(await ended()).toEqual([]);
    await checkpoint('2026-11-24T235500Z');
    expect((await ended()).map(({ order }) => order.releaseId)).toEqual(['old', 'older']);
  });

  test('leaves out a record from before there were chains', async () => {
    const [{ hash: _, previousHash: __, ...plain } = {} as ReleaseRecord] = recordsOf('old', 1);
    await append('old', [plain]);
    expect(await checkpoint('2026-11-24T235500Z')).toEqual({ chains: 0, contradictions: [] });
  });
});

describe('a day of refused calls', () => {
  test('is a chain that goes on where it stands, and is sealed when the day is over', async () => {
    const days = createDayActivities({ s3, bucket, sign });
    const day = '2026-11-24';
    const call = {
      at: `${day}T10:00:00.000Z`,
      by: callerOf('mallory', 'risk'),
      call: 'POST /v1/releases',
      release: null,
      refusal: 'caller.forbidden',
      because: 'no',
    } as const;
    expect(await days.readDay({ day })).toEqual({ nextSequence: 0, head: null });
    const first = linked(dayRecordOf(day, { runId: 'one', sequence: 0, claim: true }, call), null);
    await days.appendDay({ day, records: [first] });
    expect(await days.readDay({ day })).toEqual({ nextSequence: 1, head: first.hash });
    const second = linked(dayRecordOf(day, { runId: 'two', sequence: 1, claim: true }, call), first.hash);
    await days.appendDay({ day, records: [second] });
    await days.sealDay({ day });
    await days.sealDay({ day });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual([
      'refusals/2026-11-24/0000000000.json',
      'refusals/2026-11-24/0000000001.json',
      'seals/refusals/2026-11-24/0000000001.json',
    ]);
  });
});
