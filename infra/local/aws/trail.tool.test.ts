/**
 * Goal: what is asked of the stand-in for AWS is recorded as CloudTrail records it, so that whoever reads a trail is tested on
 * one; and nothing is recorded before a trail logs, nor anybody's secret.
 * Method: calls of the SDK as a user and as a session of a role, on a stand-in of this test's own.
 */
import { gunzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTrailReader } from '../../../activities/trail/trail.ts';
import type { TrailWrite } from '../../../domain/strays/write.ts';
import { assumedRole, type CloudTrailEvent } from '../../../test/support/cloudtrail.ts';
import { type StandIn, startStandIn } from '../../../test/support/stand-in.ts';
import { cloudTrail, deliverTrails, startTrail } from './trail.ts';

const region = 'eu-west-1';
const testing = { accessKeyId: 'testing', secretAccessKey: 'testing' };
const release = 'fraud-scorer-production-000000000001';

let aws: StandIn;
beforeAll(async () => {
  aws = await startStandIn(region);
});
afterAll(() => aws?.stop());

const s3As = (credentials: typeof testing & { readonly sessionToken?: string }) =>
  new S3Client({ endpoint: aws.endpoint, region, credentials, forcePathStyle: true });

const makeBucket = (s3: S3Client, Bucket: string) =>
  s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));

async function delivered(s3: S3Client): Promise<{ keys: readonly string[]; events: readonly CloudTrailEvent[] }> {
  await deliverTrails({ endpoint: aws.endpoint, region });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'audit', Prefix: 'cloudtrail/' }));
  const keys = Contents.flatMap(({ Key = '' }) => Key);
  const events = await Promise.all(
    keys.map(async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'audit', Key }));
      const { Records } = JSON.parse(gunzipSync((await Body?.transformToByteArray()) ?? '').toString()) as { Records: CloudTrailEvent[] };
      return Records;
    }),
  );
  return { keys, events: events.flat().toSorted((a, b) => a.eventTime.localeCompare(b.eventTime)) };
}

test('a trail has every call that manages, by whom, and data only where it asks for them', async () => {
  const account = { endpoint: aws.endpoint, region };
  const user = s3As(testing);
  await makeBucket(user, 'audit');
  await makeBucket(user, 'before-the-trail');
  expect(await deliverTrails(account)).toBe(0);
  await startTrail(account, { name: 'audit', bucket: 'audit', prefix: 'cloudtrail' });

  const { Credentials } = await new STSClient({ endpoint: aws.endpoint, region, credentials: testing }).send(
    new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/apply', RoleSessionName: release, SourceIdentity: 'ana' }),
  );
  const session = { accessKeyId: Credentials?.AccessKeyId ?? '', secretAccessKey: Credentials?.SecretAccessKey ?? '' };
  const releasing = s3As({ ...session, sessionToken: Credentials?.SessionToken ?? '' });
  await makeBucket(releasing, 'made-by-a-release');
  await expect(makeBucket(releasing, 'no')).rejects.toThrow('not valid');
  await releasing.send(new PutObjectCommand({ Bucket: 'made-by-a-release', Key: 'not/asked-for', Body: 'x' }));
  await new SecretsManagerClient({ endpoint: aws.endpoint, region, credentials: testing }).send(
    new CreateSecretCommand({ Name: 'ml/password', SecretString: 'hunter2' }),
  );
  const objects = {
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::made-by-a-release/'] },
      { Field: 'readOnly', Equals: ['false'] },
    ],
  };
  await cloudTrail(account, 'PutEventSelectors', { TrailName: 'audit', AdvancedEventSelectors: [objects] });
  await releasing.send(new PutObjectCommand({ Bucket: 'made-by-a-release', Key: 'models/a', Body: 'x' }));
  await releasing.send(new GetObjectCommand({ Bucket: 'made-by-a-release', Key: 'models/a' }));
  await user.send(new PutObjectCommand({ Bucket: 'audit', Key: 'of/another-bucket', Body: 'x' }));

  const { keys, events } = await delivered(user);
  expect(keys[0]).toMatch(
    /^cloudtrail\/AWSLogs\/123456789012\/CloudTrail\/eu-west-1\/\d{4}\/\d\d\/\d\d\/123456789012_CloudTrail_eu-west-1_\d{8}T\d{4}Z_\w{16}\.json\.gz$/,
  );
  // The stand-in delivers by itself, too: events of one second may lie in two files, whose names say no order.
  const nameIn = ({ requestParameters }: CloudTrailEvent) => JSON.stringify(requestParameters);
  const named = (name: string) =>
    events.filter(({ eventName }) => eventName === name).toSorted((a, b) => nameIn(a).localeCompare(nameIn(b)));
  expect(named('CreateBucket')).toMatchObject([
    { readOnly: false, managementEvent: true, requestParameters: { bucketName: 'made-by-a-release' } },
    { errorCode: 'InvalidBucketName', requestParameters: { bucketName: 'no' } },
  ]);
  const [made] = named('CreateBucket');
  const shape = assumedRole('apply', release, 'ana');
  const known = { principalId: expect.stringMatching(new RegExp(`^AROA\\w+:${release}$`)), accessKeyId: session.accessKeyId };
  const { sessionContext } = shape;
  expect(made).toMatchObject({ eventSource: 's3.amazonaws.com', awsRegion: region, eventType: 'AwsApiCall' });
  expect(made?.['userIdentity']).toEqual({
    ...shape,
    ...known,
    sessionContext: {
      ...sessionContext,
      sessionIssuer: { ...sessionContext.sessionIssuer, principalId: expect.stringMatching(/^AROA\w+$/) },
      attributes: { ...sessionContext.attributes, creationDate: expect.stringMatching(/Z$/) },
    },
  });
  expect(named('AssumeRole')).toMatchObject([
    {
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/moto' },
      readOnly: true,
      requestParameters: { roleSessionName: release, sourceIdentity: 'ana' },
    },
  ]);
  expect(named('CreateSecret')).toMatchObject([{ requestParameters: { name: 'ml/password' }, userIdentity: { type: 'IAMUser' } }]);
  expect(JSON.stringify(events)).not.toContain('hunter2');
  expect(named('PutObject').map(({ requestParameters }) => requestParameters)).toEqual([
    { bucketName: 'made-by-a-release', key: 'models/a' },
  ]);
  expect(named('GetObject'), 'reads were not asked for').toEqual([]);

  // The worker's own reader, when the files have settled.
  const now = () => Date.now() + 10 * 60_000;
  const { files, gap } = await createTrailReader({ s3: user, bucket: 'audit', prefix: 'cloudtrail/', now })('123456789012', null);
  const writes: TrailWrite[] = [];
  for await (const file of files) writes.push(...file);
  writes.sort((a, b) => a.name.localeCompare(b.name));
  expect(gap).toBeNull();
  expect(writes.map(({ name, session, person, resources }) => [name, session, person, resources])).toEqual([
    ['CreateBucket', release, 'ana', ['arn:aws:s3:::made-by-a-release']],
    ['PutObject', release, 'ana', ['arn:aws:s3:::made-by-a-release/models/a', 'arn:aws:s3:::made-by-a-release']],
  ]);
});
