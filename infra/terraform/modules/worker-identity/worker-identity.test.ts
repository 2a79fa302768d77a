/** What the worker's role may do is what the worker's code calls: an action more is a right too many, one less breaks a release. */
import { expect, test } from 'vitest';
import { files, isTest, read } from '../../../../test/hygiene/repository.ts';

/** By the SDK's command, the action that IAM asks for. */
const actionOf: Readonly<Record<string, string>> = {
  AssumeRole: 'sts:AssumeRole',
  ChangeMessageVisibilityBatch: 'sqs:ChangeMessageVisibility',
  DeleteMessage: 'sqs:DeleteMessage',
  DeleteObject: 's3:DeleteObject',
  GenerateMac: 'kms:GenerateMac',
  GetFindings: 'guardduty:GetFindings',
  GetObject: 's3:GetObject',
  GetObjectLockConfiguration: 's3:GetBucketObjectLockConfiguration',
  GetPublicKey: 'kms:GetPublicKey',
  GetQueueAttributes: 'sqs:GetQueueAttributes',
  GetQueueUrl: 'sqs:GetQueueUrl',
  GetSecretValue: 'secretsmanager:GetSecretValue',
  HeadObject: 's3:GetObject',
  ListDetectors: 'guardduty:ListDetectors',
  ListFindings: 'guardduty:ListFindings',
  ListObjectsV2: 's3:ListBucket',
  Publish: 'sns:Publish',
  PutObject: 's3:PutObject',
  ReceiveMessage: 'sqs:ReceiveMessage',
  Sign: 'kms:Sign',
};

/** What comes along: a session's tags and its person, and what S3 and SQS ask of KMS for whoever calls them. */
const alongside = ['sts:SetSourceIdentity', 'sts:TagSession', 'kms:Decrypt', 'kms:GenerateDataKey'];

/** What these call they call under the role of an environment. */
const underAnotherRole = ['activities/checkup/account.ts', 'activities/terraform/session.ts', 'activities/terraform/lock.ts'];

const sources = files.filter((file) => /^(activities|worker)\/.*\.ts$/.test(file) && !isTest(file) && !underAnotherRole.includes(file));
const called = sources.flatMap((file) => [...read(file).matchAll(/new (\w+)Command\(/g)].map(([, command = '']) => command));
const given = [...read('infra/terraform/modules/worker-identity/main.tf').matchAll(/Action\s+= \[([^\]]*)\]/g)].flatMap(([, list = '']) =>
  [...list.matchAll(/"([^"]+)"/g)].map(([, action = '']) => action),
);

test('every command of the worker is one that this test knows', () => {
  expect(called.length).toBeGreaterThan(10);
  expect(called.filter((command) => actionOf[command] === undefined)).toEqual([]);
});

test('its role may do what it calls, and nothing else', () => {
  const needed = [...called.map((command) => actionOf[command] ?? command), ...alongside];
  expect([...new Set(given)].toSorted()).toEqual([...new Set(needed)].toSorted());
});
