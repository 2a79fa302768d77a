/** Against S3's own conditional writes: who may write which place of a record, and what a recovery reads back. */

import { createPublicKey, generateKeyPairSync, randomUUID, verify } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { attestationKeyOf, attestationType } from '../../domain/ledger/attestation.ts';
import { linked, recordKeyOf, releaseChain, sealKeyOf } from '../../domain/ledger/chain.ts';
import { type Envelope, opened, type Sign, signedBytes } from '../../domain/ledger/dsse.ts';
import { type EndKind, endKinds } from '../../domain/ledger/ended.ts';
import { sealIn, sealType } from '../../domain/ledger/seal.ts';
import { type RecordKind, type ReleaseRecord, recordOf } from '../../domain/record.ts';
import { orderOf } from '../../test/support/builders.ts';
import { encodeRecord } from './append.ts';
import { createEnded } from './ends.ts';
import { createExplain } from './explanations.ts';
import { createLedgerActivities, createOwnerOf } from './ledger.ts';
import { createFileSigner, createKmsSigner, keyIdOf } from './signer.ts';

const bucket = `ledger-test-${randomUUID()}`;
const s3 = new S3Client({ forcePathStyle: true });
const keyFile = join(await mkdtemp(join(tmpdir(), 'ledger-key-')), 'key.pem');
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
await writeFile(keyFile, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const sign = createFileSigner(keyFile);
const ledger = createLedgerActivities({ s3, bucket, sign });
const keyOf = (id: string, sequence: number) => recordKeyOf(releaseChain(id), sequence);
const ownerOf = createOwnerOf({ s3, bucket });
let releaseId: string;

const record = (sequence: number, options: { runId?: string; claim?: boolean; kind?: RecordKind; data?: unknown } = {}): ReleaseRecord =>
  recordOf(
    releaseId,
    { runId: options.runId ?? 'run-1', sequence, claim: options.claim ?? sequence === 0 },
    options.kind ?? 'shifted',
    '2026-11-24T10:00:00Z',
    (options.data ?? {}) as never,
  );

const append = (...records: ReleaseRecord[]) => ledger.appendRecords({ releaseId, records });
const order = {
  releaseId: 'r',
  service: 'fraud-scorer',
  environment: 'production',
  team: 'risk',
  aws: { account: '111122223333' },
  cluster: { name: 'ml', namespace: 'models' },
  queues: { tools: 'tools', watch: 'watch' },
};

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
});
beforeEach(() => {
  releaseId = `fraud-scorer-production-${randomUUID().slice(0, 8)}`;
});

const parts = { infrastructure: 'none', model: 'put back' } as const;

describe('who may write', () => {
  test('a run writes its records one after the other, and owns them', async () => {
    expect(await ownerOf(releaseId)).toBeNull();
    await append(record(0), record(1));
    await append(record(2));
    expect(await ownerOf(releaseId)).toBe('run-1');
    expect(await ledger.readLastIntent({ releaseId: 'nobody' })).toMatchObject({
      nextSequence: 0,
      order: null,
      intent: null,
      closed: false,
    });
  });

  test('a retry that finds its own bytes is done, also when only half the batch had arrived', async () => {
    await append(record(0));
    await append(record(0), record(1));
    await expect(append(record(0), record(1))).resolves.toBeUndefined();
  });

  test('other content by the same run is a fork', async () => {
    await append(record(0), record(1));
    await expect(append(record(1, { data: { weightPercent: 5 } }))).rejects.toMatchObject({ type: 'ledger.forked' });
  });

  test('a run that was reset finds that its first record is taken, although it claims it', async () => {
    await append(record(0), record(1));
    await expect(append(record(0, { runId: 'run-2' }))).rejects.toMatchObject({ type: 'release.reset' });
  });

  test('a run cannot go on behind the record of another, unless it claims', async () => {
    await append(record(0), record(1));
    await expect(append(record(2, { runId: 'run-2' }))).rejects.toMatchObject({ type: 'release.reset' });
    await append(record(2, { runId: 'run-2', claim: true, kind: 'recovered' }), record(3, { runId: 'run-2' }));
    expect(await ownerOf(releaseId)).toBe('run-2');
    await append(record(4, { runId: 'run-2' }));
  });

  test('the run whose record was taken over may not write any more, wherever it tries', async () => {
    await append(record(0), record(1));
    await append(record(2, { runId: 'recovery', claim: true }));
    await expect(append(record(2))).rejects.toMatchObject({ type: 'release.reset' });
    await expect(append(record(3))).rejects.toMatchObject({ type: 'release.reset' });
  });

  test('of two runs that claim the same place at once exactly one gets it', async () => {
    await append(record(0));
    const claims = ['x', 'y', 'z'].map((runId) => append(record(1, { runId, claim: true })));
    const results = await Promise.allSettled(claims);
    const kinds = results.map((result) => (result.status === 'rejected' ? (result.reason as { type: string }).type : 'written'));
    expect(kinds.toSorted()).toEqual(['release.reset', 'release.reset', 'written']);
  });

  test('a record never follows a hole', async () => {
    await append(record(0));
    await expect(append(record(2))).rejects.toMatchObject({ type: 'ledger.forked' });
  });

  test('a batch with a gap or with two writers is a bug, and nothing of it is written', async () => {
    await expect(append(record(0), record(2))).rejects.toThrow('invariant broken');
    await expect(append(record(0), record(1, { runId: 'run-2' }))).rejects.toThrow('invariant broken');
    expect(await ownerOf(releaseId)).toBeNull();
  });

  test('a ledger that does not answer is retried, never passed over', async () => {
    const nowhere = createLedgerActivities({ s3: new S3Client({ endpoint: 'http://127.0.0.1:9', maxAttempts: 1 }), bucket, sign });
    await expect(nowhere.appendRecords({ releaseId, records: [record(0)] })).rejects.toMatchObject({
      type: 'ledger.unreachable',
      nonRetryable: false,
    });
  });
});

/** Records as a workflow makes them: each names the one before. */
function chainOf(count: number, data: unknown = {}): readonly ReleaseRecord[] {
  const records: ReleaseRecord[] = [];
  for (let sequence = 0; sequence < count; sequence++) records.push(linked(record(sequence, { data }), records.at(-1)?.hash ?? null));
  return records;
}

const check =
  (publicKey = keys.publicKey) =>
  (keyid: string, message: Uint8Array, sig: string) => {
    if (keyid !== keyIdOf(publicKey)) return 'unknown key' as const;
    return verify('sha256', message, publicKey, Buffer.from(sig, 'base64')) ? ('good' as const) : ('bad' as const);
  };

async function sealText(sequence: number): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: sealKeyOf(releaseChain(releaseId), sequence) }));
  return (await Body?.transformToString()) ?? '';
}

describe('a chain', () => {
  test('takes a record that names the one before, and no other', async () => {
    const [first, second, third] = chainOf(3);
    await append(first!, second!);
    await expect(append(linked(record(2), first!.hash!))).rejects.toMatchObject({ type: 'ledger.forked' });
    await expect(append(record(2))).rejects.toMatchObject({ type: 'ledger.forked' });
    await append(third!);
    expect(await ledger.readLastIntent({ releaseId: 'nobody' })).toMatchObject({ head: null });
  });

  test('refuses, as a bug, a record whose hash is of something else', async () => {
    const [first] = chainOf(1);
    await expect(append({ ...first!, event: { ...first!.event, data: { weightPercent: 5 } } })).rejects.toThrow('invariant broken');
  });

  test('that does not begin as one does not become one', async () => {
    await append(record(0));
    await expect(append(linked(record(1), null))).resolves.toBeUndefined();
    await expect(append(record(2))).rejects.toMatchObject({ type: 'ledger.forked' });
  });

  test('ends in a seal that says what the last record is, once however often it is asked for', async () => {
    const records = chainOf(2);
    await ledger.appendRecords({ releaseId, records, seal: true });
    const text = await sealText(1);
    await ledger.appendRecords({ releaseId, records, seal: true });
    expect(await sealText(1)).toBe(text);
    const seal = opened(text, sealType, check());
    expect(seal.kind === 'good' && sealIn(seal.payload)).toEqual({
      chain: `releases/${releaseId}`,
      sequence: 1,
      head: records[1]?.hash,
      time: '2026-11-24T10:00:00Z',
    });
  });

  test('that released something attests it, once', async () => {
    const deployed = linked(record(0, { kind: 'deployed', data: { image: 'fraud@sha256:1', digest: digestText('model') } }), null);
    const closed = linked(record(1, { kind: 'closed', data: { kind: 'released' } }), deployed.hash);
    const key = attestationKeyOf(releaseChain(releaseId), 'deployment');
    const attested = async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToString()) ?? '';
    };
    await ledger.appendRecords({ releaseId, records: [deployed, closed], seal: true });
    const text = await attested();
    await ledger.appendRecords({ releaseId, records: [deployed, closed], seal: true });
    expect(await attested()).toBe(text);
    expect(opened(text, attestationType, check())).toMatchObject({ kind: 'good', payload: expect.stringContaining(closed.hash) as string });
    await expect(s3.send(new GetObjectCommand({ Bucket: bucket, Key: key.replace('deployment', 'approval') }))).rejects.toThrow(NoSuchKey);
  });

  describe('that has ended', () => {
    const { infrastructure: _, ...modelOnly } = orderOf();
    const ofChain = (end: RecordKind, data: object) => {
      const requested = linked(record(0, { kind: 'requested', data: { order: { ...modelOnly, releaseId, service: releaseId } } }), null);
      return [requested, linked(record(1, { kind: end, data }), requested.hash)];
    };
    const ended = createEnded({ s3, bucket });
    const at = (kinds: readonly EndKind[]) => ended.at(`production/model/${releaseId}`, { kinds, limit: 5 });

    test('is found at its place, once however often its end is written', async () => {
      const records = ofChain('closed', { kind: 'released' });
      for (const _again of [1, 2]) await ledger.appendRecords({ releaseId, records, seal: true });
      expect(await at(['released'])).toMatchObject([{ order: { releaseId }, kind: 'released', at: '2026-11-24T10:00:00Z' }]);
      expect(await at(['blocked'])).toEqual([]);
      expect(await ended.places()).toContain(`production/model/${releaseId}`);
      expect(await ended.find(releaseId)).toMatchObject({ kind: 'released' });
    });

    test('badly is found as well, and not among what was released', async () => {
      await ledger.appendRecords({ releaseId, records: ofChain('failed', { kind: 'tool.crashed' }), seal: true });
      expect([(await at(['released'])).length, (await at(['failed'])).length]).toEqual([0, 1]);
    });

    test('is not found while it goes on', async () => {
      await ledger.appendRecords({ releaseId, records: ofChain('held', {}) });
      expect([await ended.find(releaseId), await at(endKinds)]).toEqual([null, []]);
    });
  });

  test('that is sealed with another hash is an incident', async () => {
    await ledger.appendRecords({ releaseId, records: chainOf(1), seal: true });
    const text = await sealText(0);
    releaseId = `${releaseId}-2`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: sealKeyOf(releaseChain(releaseId), 0), Body: text }));
    await expect(ledger.appendRecords({ releaseId, records: chainOf(1), seal: true })).rejects.toMatchObject({ type: 'ledger.forked' });
  });

  test('waits for its key: a record that cannot be sealed is there, and the seal is tried again', async () => {
    const broken = createLedgerActivities({ s3, bucket, sign: createFileSigner('/nowhere/key.pem') });
    const records = chainOf(1);
    await expect(broken.appendRecords({ releaseId, records, seal: true })).rejects.toMatchObject({
      type: 'ledger.unreachable',
      nonRetryable: false,
    });
    await ledger.appendRecords({ releaseId, records, seal: true });
    expect(opened(await sealText(0), sealType, check()).kind).toBe('good');
  });
});

describe('a key', () => {
  test('in KMS signs what its public half proves, in the same form as one in a file', async () => {
    const kms = new KMSClient({});
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    const message = signedBytes(sealType, 'x'.repeat(3_000));
    const signed = async (one: Sign): Promise<Envelope['signatures'][number]> => await one(message);
    const { keyid, sig } = await signed(createKmsSigner(kms, KeyMetadata?.KeyId ?? ''));
    expect(check(publicKey)(keyid, message, sig)).toBe('good');
    expect(check(publicKey)(keyid, signedBytes(sealType, 'y'), sig)).toBe('bad');
    const own = await signed(sign);
    expect(check()(own.keyid, message, own.sig)).toBe('good');
    expect(check(publicKey)(own.keyid, message, own.sig)).toBe('unknown key');
  });
});

describe('what explains what runs', () => {
  const explain = createExplain({ s3, bucket });
  const image = digestText('image');
  const requested = (sequence = 0) =>
    record(sequence, { kind: 'requested', data: { order: { ...order, model: { image: `registry.example/fraud@${image}` } } } });

  test('is what a release was to run, from its first record on, and how it ended, from its last', async () => {
    expect(await explain(releaseId)).toBeNull();
    const place = { cluster: 'ml', namespace: 'models' };
    await append(requested());
    const writing = { account: '111122223333', from: '2026-11-24T10:00:00Z', until: null };
    expect(await explain(releaseId)).toEqual({ service: 'fraud-scorer', place, image, ended: null, writing });
    await append(record(1), record(2, { kind: 'closed', data: { kind: 'rolled back', reason: 'slow', ...parts } }));
    const at = '2026-11-24T10:00:00Z';
    expect(await explain(releaseId)).toMatchObject({ image, ended: { kind: 'rolled back', at }, writing: { until: at } });
  });

  test('is nothing that does not say how it ended', async () => {
    await append(requested(), record(1, { kind: 'closed', data: { kind: 'vanished' } }));
    await expect(explain(releaseId)).rejects.toMatchObject({ type: 'ledger.forked' });
  });
});

describe('what a recovery reads', () => {
  test('the order, the newest intent and the next free place', async () => {
    const owed = [
      { kind: 'leave lane', lane: { kind: 'service', key: 'fraud-scorer/production' } },
      { kind: 'empty slot', slot: 'b' },
      { kind: 'park slot', slot: 'a' },
      { kind: 'restore traffic', liveSlot: null },
    ];
    await append(
      record(0, { kind: 'requested', data: { order } }),
      record(1, { kind: 'intended', data: { step: 'deploy', owed: owed.slice(0, 1), ...parts } }),
      record(2, { kind: 'intended', data: { step: 'shift', owed, ...parts } }),
      record(3),
    );
    expect(await ledger.readLastIntent({ releaseId })).toEqual({
      nextSequence: 4,
      order,
      intent: { step: 'shift', owed, ...parts },
      closed: false,
      head: null,
    });
  });

  test('the hash that its own first record has to carry', async () => {
    const records = chainOf(3, { order });
    await append(...records);
    expect(await ledger.readLastIntent({ releaseId })).toMatchObject({ nextSequence: 3, head: records[2]?.hash });
  });

  test('that the record is closed', async () => {
    await append(record(0, { kind: 'requested', data: { order } }), record(1, { kind: 'closed' }));
    expect(await ledger.readLastIntent({ releaseId })).toMatchObject({ intent: null, closed: true });
  });

  test('an intent that does not say what is owed is an incident, not "nothing is owed"', async () => {
    await append(record(0, { kind: 'requested', data: { order } }), record(1, { kind: 'intended', data: { step: 'shift' } }));
    await expect(ledger.readLastIntent({ releaseId })).rejects.toMatchObject({ type: 'ledger.forked' });
  });

  test('a foreign object among the records is named', async () => {
    await append(record(0, { kind: 'requested', data: { order } }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(releaseId, 1), Body: 'not a record' }));
    await expect(ledger.readLastIntent({ releaseId })).rejects.toMatchObject({
      type: 'ledger.forked',
      message: expect.stringContaining('record 1'),
    });
    await expect(append(record(2))).rejects.toMatchObject({ type: 'ledger.forked' });
  });

  test('more records than one page of a listing', async () => {
    // Written directly: a thousand appends would only test patience.
    const sequences = Array.from({ length: 1003 }, (_, sequence) => sequence);
    for (let start = 0; start < sequences.length; start += 50) {
      await Promise.all(
        sequences
          .slice(start, start + 50)
          .map((sequence) =>
            s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(releaseId, sequence), Body: encodeRecord(record(sequence)) })),
          ),
      );
    }
    expect(await ownerOf(releaseId)).toBe('run-1');
    await append(record(1003));
    await expect(append(record(1003, { runId: 'late', claim: true }))).rejects.toMatchObject({ type: 'release.reset' });
  });
});
