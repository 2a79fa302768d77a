/** A ledger in a real bucket, with what somebody who may write can do to it. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Command } from 'commander';
import { beforeEach, describe, expect, test } from 'vitest';
import { mountExport } from '../audit/export.ts';
import { recordKeyOf } from '../domain/ledger/chain.ts';
import { keyPair, recordsOf, signWith, storedChain } from '../test/support/chains.ts';
import { runPlimsoll } from '../test/support/plimsoll.ts';
import { mountVerify } from './command.ts';

const s3 = new S3Client({ forcePathStyle: true });
const keys = keyPair();
const keyFile = join(mkdtempSync(join(tmpdir(), 'plimsoll-verify-')), 'key.pem');
writeFileSync(keyFile, keys.publicKey.export({ type: 'spki', format: 'pem' }));
const chain = 'releases/good';
let bucket: string;

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));

beforeEach(async () => {
  bucket = `verify-test-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const stored = await storedChain('good', recordsOf('good', 5), { by: signWith(keys) });
  for (const { key, text } of [...stored.records, ...stored.seals]) await put(key, text);
});

async function verify(...words: readonly string[]) {
  const said = { out: '', err: '' };
  let code = -1;
  const program = new Command().exitOverride();
  const host = { env: process.env, out: (text: string) => void (said.out += text), err: (text: string) => void (said.err += text) };
  mountVerify(program, host, (exitCode) => {
    code = exitCode;
  });
  await program.parseAsync(['verify', '--from', `s3://${bucket}`, '--key', keyFile, ...words], { from: 'user' });
  return { code, ...said };
}

describe('a bucket', () => {
  test('that nobody has touched is verified', async () => {
    expect(await verify('--all')).toMatchObject({ code: 0, out: expect.stringContaining('verified    releases/good  5 records') });
  });

  test('in which a record was written over says so, and checks what was there first', async () => {
    await put(recordKeyOf(chain, 2), '{"forged":true}');
    const { code, out } = await verify('good');
    expect([code, out]).toEqual([1, expect.stringContaining(`later version: ${recordKeyOf(chain, 2)} was written over once`)]);
  });

  test('in which a record was deleted says so, also when something was put in its place', async () => {
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: recordKeyOf(chain, 3) }));
    expect((await verify('good')).out).toContain(`deleted marker: ${recordKeyOf(chain, 3)} was deleted`);
    // A delete marker makes the condition pass that keeps a place from being written twice.
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: recordKeyOf(chain, 3), Body: '{}', IfNoneMatch: '*' }));
    const { code, out } = await verify('good');
    expect([code, out]).toEqual([1, expect.stringContaining('was written over once')]);
    expect(out).toContain('and 1 further fault');
  });

  test('is exported into a bucket, an hour a file, the same each time; one that is not there is unreachable', async () => {
    const exported = (to: string) => runPlimsoll([mountExport], ['export', '--from', `s3://${bucket}`, '--to', to], process.env);
    expect(await exported(`s3://${bucket}/events/`)).toMatchObject({ code: 0, out: expect.stringContaining('5 records in 1 hour\n') });
    await exported(`s3://${bucket}/events`);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'events/' }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['events/dt=2026-11-24/hour=10/events.parquet']);
    expect(await exported(`s3://nobody-${randomUUID()}`)).toMatchObject({ code: 3, err: expect.stringContaining('cannot be written') });
  });

  test('that is not there is unreachable', async () => {
    bucket = `nobody-${randomUUID()}`;
    expect(await verify('good')).toMatchObject({ code: 3, err: expect.stringContaining('cannot be read') });
  });
});
