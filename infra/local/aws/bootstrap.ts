/**
 * What the platform team would have made in the AWS account before the first release: Plimsoll's own store,
 * ledger and keys, the model bucket, the secrets of the services, the state bucket and lock table that Terraform's backend names,
 * and a trail of who does what.
 * Only ever pointed at the local stand-in: it refuses any other address.
 */
import { createPublicKey, randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand, type CreateKeyCommandInput, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startTrail, type Trail } from './trail.ts';

export interface AccountNames {
  readonly storeBucket: string;
  readonly ledgerBucket: string;
  readonly checkpointBucket: string;
  readonly modelsBucket: string;
  readonly stateBucket: string;
  /** `s3://<bucket>/<prefix>` */
  readonly auditTrail: string;
  readonly lockTable: string;
  readonly storeKey: string;
  readonly changeKey: string;
  readonly ledgerKey: string;
  readonly findingsQueue: string;
  readonly secrets: readonly string[];
}

/** By the variables that everything else reads, too. */
export const accountNames = (env: Readonly<Record<string, string | undefined>>): Omit<AccountNames, 'findingsQueue'> => ({
  storeBucket: env['PLIMSOLL_STORE_BUCKET'] ?? '',
  ledgerBucket: env['PLIMSOLL_LEDGER_BUCKET'] ?? '',
  checkpointBucket: env['PLIMSOLL_CHECKPOINT_BUCKET'] ?? '',
  modelsBucket: env['PLIMSOLL_MODELS_BUCKET'] ?? '',
  stateBucket: env['PLIMSOLL_STATE_BUCKET'] ?? '',
  auditTrail: env['PLIMSOLL_AUDIT_TRAIL'] ?? '',
  lockTable: env['PLIMSOLL_LOCK_TABLE'] ?? '',
  storeKey: env['PLIMSOLL_STORE_KEY'] ?? '',
  changeKey: env['PLIMSOLL_CHANGE_KEY'] ?? '',
  ledgerKey: env['PLIMSOLL_LEDGER_KEY'] ?? '',
  // Named by the demo's catalog.
  secrets: ['ml/staging/feature-store-password', 'ml/production/feature-store-password'],
});

export async function bootstrapAccount(endpoint: string, region: string, names: AccountNames): Promise<void> {
  if (new URL(endpoint).hostname !== '127.0.0.1') throw new Error(`${endpoint} is not the local stand-in for AWS`);
  const at = { endpoint, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } };
  const s3 = new S3Client({ ...at, forcePathStyle: true });
  const kms = new KMSClient(at);
  const dynamo = new DynamoDBClient(at);
  const secrets = new SecretsManagerClient(at);
  const sqs = new SQSClient(at);
  const trail = trailOf(names.auditTrail);

  await Promise.all([
    createBucket(s3, region, names.storeBucket),
    // Object Lock can only be asked for when the bucket is made.
    createBucket(s3, region, names.ledgerBucket, true),
    createBucket(s3, region, names.checkpointBucket, true),
    createBucket(s3, region, names.modelsBucket),
    createBucket(s3, region, names.stateBucket),
    createBucket(s3, region, trail.bucket),
    createKey(kms, names.storeKey, { Description: 'plans and reports at rest', KeyUsage: 'ENCRYPT_DECRYPT' }),
    createKey(kms, names.changeKey, {
      Description: 'sensitive values in change digests',
      KeySpec: 'HMAC_256',
      KeyUsage: 'GENERATE_VERIFY_MAC',
    }),
    createKey(kms, names.ledgerKey, { Description: 'vouches for the ledger', KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    createQueues(sqs, names.findingsQueue),
    // Values nobody knows: whatever shows one has leaked it.
    ...names.secrets.map((name) => secrets.send(new CreateSecretCommand({ Name: name, SecretString: randomUUID() }))),
  ]);
  // What was made up to here is the platform team's, and nobody's release.
  await startTrail({ endpoint, region }, trail);
  // Last: where it is, everything is (`isBootstrapped`).
  await dynamo.send(
    new CreateTableCommand({
      TableName: names.lockTable,
      BillingMode: 'PAY_PER_REQUEST',
      // The one attribute that Terraform's S3 backend asks for.
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
    }),
  );
  for (const client of [s3, kms, dynamo, secrets, sqs]) client.destroy();
}

function trailOf(place: string): Trail {
  const { protocol, hostname: bucket, pathname } = new URL(place);
  if (protocol !== 's3:' || pathname.length < 2) throw new Error(`PLIMSOLL_AUDIT_TRAIL=${place} is not s3://<bucket>/<prefix>`);
  return { name: bucket, bucket, prefix: pathname.slice(1) };
}

/** Asked of what is made last: an account that was only begun is none. */
export async function isBootstrapped(endpoint: string, region: string, { lockTable }: Pick<AccountNames, 'lockTable'>): Promise<boolean> {
  const dynamo = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } });
  const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
  dynamo.destroy();
  return TableNames.includes(lockTable);
}

/** As infra/terraform/modules/threat-detection has them, but for the rule that fills them. */
async function createQueues(sqs: SQSClient, name: string): Promise<void> {
  const { QueueUrl: dead } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead` }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 5 });
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '60', RedrivePolicy } }));
}

/** Versioned, all of them: what a release names by version must still be there when it is asked for. */
async function createBucket(s3: S3Client, region: string, bucket: string, objectLock = false): Promise<void> {
  await s3.send(
    new CreateBucketCommand({
      Bucket: bucket,
      CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' },
      ObjectLockEnabledForBucket: objectLock,
    }),
  );
  // A day locally, and nobody is kept from it by COMPLIANCE: a record that a test wrote must go away with the test.
  if (objectLock) {
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const;
    await s3.send(
      new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule } }),
    );
  }
  if (!objectLock) await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
}

/** What `plimsoll verify` trusts. Nobody should take it from where the ledger lies; from KMS anybody may. */
export async function publicKeyOf(endpoint: string, region: string, key: string): Promise<string> {
  const kms = new KMSClient({ endpoint, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } });
  const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: key }));
  kms.destroy();
  return createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
}

async function createKey(kms: KMSClient, alias: string, input: CreateKeyCommandInput): Promise<void> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }));
}
