import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { assumeRole, awsConfigText, sessionTagsOf, sourceIdentityOf, workerIdentity, writeSession } from './credentials.ts';

test('a subject that AWS takes stays as it is', () => {
  expect(sourceIdentityOf('ana@example.com')).toBe('ana@example.com');
});

test('two people whose subjects are cut alike are still told apart', () => {
  expect(sourceIdentityOf('auth0|ana')).not.toBe(sourceIdentityOf('auth0/ana'));
  const long = 'x'.repeat(80);
  expect(sourceIdentityOf(`${long}a`)).not.toBe(sourceIdentityOf(`${long}b`));
});

test('every subject becomes a source identity that AWS takes, always the same', () => {
  assert(
    property(string({ unit: 'binary' }), (subject) => {
      expect(sourceIdentityOf(subject)).toMatch(/^[\w+=,.@-]{2,64}$/);
      expect(sourceIdentityOf(subject)).toBe(sourceIdentityOf(subject));
    }),
  );
});

test('the worker hands on how it finds its identity, and nothing else of its environment', () => {
  const environment = { AWS_ROLE_ARN: 'r', HOME: '/h', PATH: '/bin', DATABASE_PASSWORD: 'p', AWS_REGION: undefined };
  expect(workerIdentity(environment)).toEqual({ AWS_ROLE_ARN: 'r', HOME: '/h' });
});

test('the credential process is quoted, and its line neither begins nor ends the value with a quote', () => {
  const line = awsConfigText('/with space/session.json', 'eu-west-1').split('\n')[2] ?? '';
  expect(line).toMatch(/^credential_process = exec "[^"]+" "[^"]+credential-process\.ts" "\/with space\/session\.json"$/);
});

test('a role is taken in the name of the release, for a person, with the tags that its trust policy asks for', async () => {
  const asked: unknown[] = [];
  const keys = { AccessKeyId: 'a', SecretAccessKey: 'b', SessionToken: 'c', Expiration: new Date(0) };
  const sts = { send: async ({ input }: { input: unknown }) => (asked.push(input), { Credentials: keys }) } as unknown as STSClient;
  const release = { releaseId: 'fraud-scorer-production-0123456789ab', environment: 'production', team: 'risk' };
  await assumeRole(sts, {
    roleArn: 'arn',
    sessionName: release.releaseId,
    sourceIdentity: 'ana',
    tags: sessionTagsOf(release),
    policy: '{}',
  });
  expect(asked).toEqual([
    {
      RoleArn: 'arn',
      RoleSessionName: release.releaseId,
      SourceIdentity: 'ana',
      // As infra/terraform/modules/release-identity has them: one more, and AWS refuses.
      Tags: [
        { Key: 'release', Value: release.releaseId },
        { Key: 'environment', Value: 'production' },
        { Key: 'team', Value: 'risk' },
      ],
      DurationSeconds: 3600,
      Policy: '{}',
    },
  ]);
});

test.each([
  ['are other ones a minute before they end', 60, false],
  ['are the same while they hold', 3600, true],
])('keys of an hour %s, so that what runs longer goes on', async (_, secondsLeft, same) => {
  let taken = 0;
  const sts = {
    send: async () => {
      taken += 1;
      const Expiration = new Date(Date.now() + secondsLeft * 1000);
      return { Credentials: { AccessKeyId: `a${taken}`, SecretAccessKey: 'b', SessionToken: 'c', Expiration } };
    },
  } as unknown as STSClient;
  const role = { roleArn: 'arn', sessionName: 'release', sourceIdentity: 'ana', tags: {}, policy: '{}' };
  const s3 = new S3Client({ region: 'eu-west-1', credentials: () => assumeRole(sts, role) });
  const [first, second] = [await s3.config.credentials(), await s3.config.credentials()];
  expect(first.accessKeyId === second.accessKeyId).toBe(same);
  s3.destroy();
});

test("keys lie in files of the worker's user alone, and none is in Terraform's environment", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-session-'));
  try {
    const identity = { AWS_SECRET_ACCESS_KEY: 'worker-key', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const role = { roleArn: 'arn', sessionName: 'release', sourceIdentity: 'ana', tags: {}, policy: '{}', region: 'eu-west-1' };
    const env = await writeSession(folder, { ...role, identity });
    expect(Object.keys(env).toSorted()).toEqual([
      'AWS_CONFIG_FILE',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SHARED_CREDENTIALS_FILE',
    ]);
    expect(Object.values(env).join(' ')).not.toContain('worker-key');
    for (const name of ['config', 'session.json']) expect((await stat(join(folder, 'aws', name))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, 'aws', 'config'), 'utf8')).not.toContain('worker-key');
  } finally {
    await rm(folder, { recursive: true });
  }
});
