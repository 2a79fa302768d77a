/**
 * Goal: each file that the trail delivers is read once, whole, by the look after it came; what cannot be read, or is not there,
 * is said and never taken for a quiet hour.
 * Method: a bucket that is a map, with events in the shapes that AWS documents.
 */
import { gzipSync } from 'node:zlib';
import type { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import type { TrailWrite } from '../../domain/strays/write.ts';
import { assumedRole, awsService, type CloudTrailEvent, eventOf, otherAccount, root, webIdentity } from '../../test/support/cloudtrail.ts';
import { writesIn } from './events.ts';
import { createTrailReader, firstOf } from './trail.ts';

const account = '123456789012';
const now = Date.parse('2026-11-27T12:30:00Z');
const release = 'fraud-scorer-production-0123456789ab';
const write = ['s3', 'PutBucketPolicy'] as const;

const textOf = (...events: readonly CloudTrailEvent[]) => JSON.stringify({ Records: events });
const at = (time: string, id = time) => eventOf(id, time, write, root);

describe('a file', () => {
  test('has the writes that somebody made and that were not refused, by whoever AWS says', () => {
    const made = '2026-11-27T12:00:00Z';
    const writes = writesIn(
      textOf(
        eventOf('release', made, write, assumedRole('apply', release, 'ana'), {
          resources: [{ type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::models', accountId: account }],
        }),
        eventOf('job', made, ['iam', 'CreateRole'], webIdentity('ci', 'job'), { requestParameters: { roleName: 'new', policy: 'long' } }),
        eventOf('root', made, write, root),
        eventOf('stranger', made, write, otherAccount),
        eventOf('read', made, ['s3', 'GetBucketPolicy'], root),
        eventOf('refused', made, write, root, { errorCode: 'AccessDenied' }),
        eventOf('service', made, ['kms', 'RotateKey'], awsService),
        eventOf('on behalf', made, write, { ...root, invokedBy: 'cloudformation.amazonaws.com' }),
        eventOf('elsewhere', made, ['ec2', 'RunInstances'], root),
      ),
    );
    expect(writes.map(({ eventId, principal }) => [eventId, principal])).toEqual([
      ['release', `arn:aws:sts::${account}:assumed-role/apply/${release}`],
      ['job', `arn:aws:sts::${account}:assumed-role/ci/job`],
      ['root', `arn:aws:iam::${account}:root`],
      ['stranger', '444455556666'],
    ]);
    expect(writes[0]).toMatchObject({ session: release, person: 'ana', role: `arn:aws:iam::${account}:role/apply`, account, at: made });
    expect(writes.map(({ resources }) => resources)).toEqual([['arn:aws:s3:::models'], ['roleName new'], [], []]);
    expect(writes.slice(2).map(({ role, session, person }) => [role, session, person])).toEqual([
      [null, null, null],
      [null, null, null],
    ]);
  });
});

describe('the trail', () => {
  const files = new Map<string, { readonly body: Uint8Array; readonly cameAt: string; readonly size?: number }>();
  let read: string[];
  beforeEach(() => {
    files.clear();
    read = [];
  });

  const s3 = {
    send: async ({ input, constructor: { name } }: GetObjectCommand | ListObjectsV2Command) => {
      if (name === 'GetObjectCommand') {
        const { Key = '' } = input as GetObjectCommand['input'];
        read.push(Key);
        return { Body: { transformToByteArray: async () => files.get(Key)?.body } };
      }
      const { Prefix = '', Delimiter } = input as ListObjectsV2Command['input'];
      const found = [...files].filter(([key]) => key.startsWith(Prefix));
      if (Delimiter === undefined)
        return {
          Contents: found.map(([Key, { body, cameAt, size }]) => ({ Key, Size: size ?? body.length, LastModified: new Date(cameAt) })),
        };
      const folders = new Set(found.map(([key]) => key.slice(0, key.indexOf('/', Prefix.length) + 1)));
      return { CommonPrefixes: [...folders].map((folder) => ({ Prefix: folder })) };
    },
  } as unknown as S3Client;

  const deliver = (name: string, cameAt: string, body: Uint8Array = gzipSync(textOf(at(cameAt, name))), more: { size?: number } = {}) =>
    files.set(`cloudtrail/AWSLogs/${account}/CloudTrail/eu-west-1/${name}.json.gz`, { body, cameAt, ...more });

  async function readFrom(readUntil: string | null) {
    const { files: contents, ...rest } = await createTrailReader({ s3, bucket: 'audit', prefix: 'cloudtrail/', now: () => now })(
      account,
      readUntil,
    );
    const writes: TrailWrite[] = [];
    for await (const content of contents) writes.push(...content);
    return { ...rest, ids: writes.map(({ eventId }) => eventId) };
  }

  test("is read on from where the last look ended, by when files came and not by their day; what came just now is the next one's", async () => {
    deliver('2026/11/27/read-before', '2026-11-27T11:20:00Z');
    deliver('2026/11/27/second', '2026-11-27T12:00:00Z');
    deliver('2026/11/26/late', '2026-11-27T11:40:00Z');
    deliver('2026/11/27/just-now', '2026-11-27T12:29:00Z');
    const { ids, readUntil, gap } = await readFrom('2026-11-27T11:20:00.000Z');
    expect([ids, readUntil, gap]).toEqual([['2026/11/26/late', '2026/11/27/second'], '2026-11-27T12:25:00.000Z', null]);
    expect(read).toHaveLength(2);
  });

  test('is read for a day at the first look, and for a week at most, which it says', async () => {
    deliver('2026/11/25/old', '2026-11-25T12:00:00Z');
    deliver('2026/11/26/day', '2026-11-26T13:00:00Z');
    expect(await readFrom(null)).toMatchObject({ ids: ['2026/11/26/day'], gap: null });
    const { ids, gap } = await readFrom('2026-11-01T00:00:00.000Z');
    expect(ids).toHaveLength(2);
    expect(gap).toBe(
      'what the trail delivered between 2026-11-01T00:00:00.000Z and 2026-11-20T12:25:00.000Z was not read: nobody had looked for a week',
    );
  });

  test('that has nothing of an account is no account in which nothing was written', async () => {
    await expect(readFrom(null)).rejects.toThrow(
      'nothing lies at s3://audit/cloudtrail/AWSLogs/123456789012/CloudTrail/: the account has no trail',
    );
    deliver('2026/11/01/old', '2026-11-01T12:00:00Z');
    await expect(readFrom(null)).rejects.toThrow('for a day: the trail is off, or delivers elsewhere');
  });

  test.each<[string, Uint8Array, number | undefined, RegExp]>([
    ['that is not compressed', new TextEncoder().encode('{}'), undefined, /one\.json\.gz could not be read whole: incorrect header check/],
    ['that is no JSON', gzipSync('{"Records":['), undefined, /could not be read whole: it is not JSON/],
    ['that is something else', gzipSync('{"Events":[]}'), undefined, /could not be read whole: it is no list of events: Records/],
    [
      'that was cut off',
      gzipSync(textOf(at('2026-11-27T12:00:00Z'))).subarray(0, 40),
      undefined,
      /could not be read whole: unexpected end of file/,
    ],
    ['that is too large', gzipSync('{}'), 16 * 1024 * 1024 + 1, /it has 16777217 bytes, and 16777216 are allowed/],
    [
      'that is larger inside than any',
      gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1)),
      undefined,
      /could not be read whole: Cannot create a Buffer larger than/,
    ],
  ])('with a file %s is not read', async (_, body, size, message) => {
    deliver('2026/11/27/one', '2026-11-27T12:00:00Z', body, size === undefined ? {} : { size });
    await expect(readFrom(null)).rejects.toThrow(message);
  });

  test('with more than one look reads is read up to a moment, and from there by the next', () => {
    const file = (key: string, cameAt: number) => ({ key, bytes: 1, cameAt });
    const due = [file('a', 1), file('b', 2), file('c', 2), file('d', 3)];
    expect(firstOf(due, 9, 4)).toEqual({ taken: due, readTo: 9 });
    expect(firstOf(due, 9, 3)).toEqual({ taken: due.slice(0, 3), readTo: 2 });
    expect(firstOf(due, 9, 2), 'half of an instant would be lost').toEqual({ taken: due.slice(0, 1), readTo: 1 });
    expect(firstOf(due.slice(1), 9, 1), 'an instant is read as a whole').toEqual({ taken: due.slice(1, 3), readTo: 2 });
  });
});
