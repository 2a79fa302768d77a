/** A ledger in a real bucket, with what somebody who may write can do to it. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Command } from 'commander';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordKeyOf } from '../domain/ledger/chain.ts';
import { keyPair, recordsOf, signWith, storedChain } from '../test/support/chains.ts';
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

  test('that is not there is unreachable', async () => {
    bucket = `nobody-${randomUUID()}`;
    expect(await verify('good')).toMatchObject({ code: 3, err: expect.stringContaining('cannot be read') });
  });
});
