/**
 * A state, a store, keys and roots for tests that run the real Terraform on the stack's AWS. Everything has a
 * name of its own, so that tests never meet each other's.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { MockActivityEnvironment } from '@temporalio/testing';
import { create } from 'tar';
import { createTerraformActivities, type TerraformConfig, workerIdentity } from '../../activities/terraform/index.ts';
import type { Lease } from '../../activities/terraform/lease.ts';
import { runTool } from '../../activities/tool/run-tool.ts';
import { createBlobStore } from '../../activities/tool/store.ts';
import { createWorkspaces } from '../../activities/tool/workspace.ts';
import type { Blob } from '../../domain/blob.ts';
import type { Gates } from '../../domain/catalog.ts';
import type { Json } from '../../domain/order.ts';
import type { PlanInput, ReleaseRef, TerraformPort } from '../../domain/ports.ts';

export const gates: Gates = { blockAt: 'high', providers: ['hashicorp/aws'], modules: [] };

/** Three quick resources, one of them secret. */
export const threeResources = `terraform {
  backend "s3" {}
}

variable "name" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

resource "aws_s3_bucket" "models" {
  bucket = var.name
}

resource "aws_ssm_parameter" "password" {
  name  = "/\${var.name}/password"
  type  = "SecureString"
  value = var.password
}

resource "aws_ssm_parameter" "address" {
  name  = "/\${var.name}/address"
  type  = "String"
  value = aws_s3_bucket.models.arn
}

output "address" {
  value = aws_ssm_parameter.address.arn
}
`;

const needed = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: the stack's environment is incomplete`);
  return value;
};

export async function createTerraformWorld(changes: Partial<TerraformConfig> = {}) {
  const region = needed('AWS_REGION');
  // The stack's default account. Another account would be another world to a stand-in for AWS.
  const account = '123456789012';
  const suffix = randomUUID().slice(0, 8);
  const s3 = new S3Client({ region, forcePathStyle: true });
  const [kms, sts] = [new KMSClient({ region }), new STSClient({ region })];
  const [dynamo, secrets] = [new DynamoDBClient({ region }), new SecretsManagerClient({ region })];

  const [storeBucket, stateBucket, lockTable] = [`store-${suffix}`, `state-${suffix}`, `lock-${suffix}`];
  for (const Bucket of [storeBucket, stateBucket])
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }));
  await dynamo.send(
    new CreateTableCommand({
      TableName: lockTable,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
    }),
  );
  const storeKey = await kms.send(new CreateKeyCommand({}));
  const changeKey = await kms.send(new CreateKeyCommand({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }));

  const store = createBlobStore(s3, { bucket: storeBucket, kmsKey: storeKey.KeyMetadata?.KeyId ?? '' });
  const config: TerraformConfig = {
    path: needed('PLIMSOLL_TOOLS_PATH'),
    cliConfig: needed('PLIMSOLL_TERRAFORM_CLI_CONFIG'),
    changeKey: changeKey.KeyMetadata?.KeyId ?? '',
    leaseBucket: storeBucket,
    ownBuckets: [storeBucket],
    identity: workerIdentity(process.env),
    ...changes,
  };
  const workRoot = await mkdtemp(join(tmpdir(), 'plimsoll-terraform-'));
  const activities = createTerraformActivities({ run: runTool, withWorkspace: createWorkspaces(workRoot), store, kms, s3, sts, config });

  const release: ReleaseRef = {
    releaseId: `fraud-scorer-production-${suffix}`,
    service: 'fraud-scorer',
    environment: 'production',
    team: 'risk',
  };
  const backend = { bucket: stateBucket, key: 'production.tfstate', region, lockTable, lockFile: true };
  const stack = { name: 'platform', repository: 'local', refs: ['main'], root: 'infra/root', backend, secretVariables: {} };

  return {
    s3,
    store,
    storeBucket,
    backend,
    activities,
    release,
    suffix,

    /** The files as an archive in the store, as the source activity would leave it. */
    async archive(files: Readonly<Record<string, string>>): Promise<Blob> {
      const folder = await mkdtemp(join(tmpdir(), 'plimsoll-root-'));
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
      const bytes = await buffer(create({ cwd: folder, portable: true }, ['.']));
      await rm(folder, { recursive: true });
      return await store.put(bytes);
    },

    /** Of whoever works on the state. */
    async lease(): Promise<Lease | null> {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: storeBucket, Key: `leases/${stateBucket}/${backend.key}.json` }));
        return JSON.parse((await Body?.transformToString()) ?? '') as Lease;
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    },

    async secret(value: string): Promise<string> {
      const { ARN } = await secrets.send(new CreateSecretCommand({ Name: `secret-${randomUUID()}`, SecretString: value }));
      return ARN ?? '';
    },

    input(
      archive: Blob,
      variables: Readonly<Record<string, Json>> = {},
      secretVariables: Readonly<Record<string, string>> = {},
    ): PlanInput {
      const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
      return {
        release,
        archive,
        stack: { ...stack, secretVariables },
        aws: { account, region, planRole: role('plimsoll-plan'), applyRole: role('plimsoll-apply') },
        requester: { subject: 'ana@example.com', kind: 'human' },
        variables,
      };
    },

    /** Calls an activity as a worker would; `heard` gets its heartbeats. */
    run<Name extends keyof TerraformPort>(
      name: Name,
      input: Parameters<TerraformPort[Name]>[0],
      heard: (details: unknown) => void = () => undefined,
    ): ReturnType<TerraformPort[Name]> {
      const environment = new MockActivityEnvironment();
      environment.on('heartbeat', heard);
      const call = activities[name].bind(activities) as (input: unknown) => Promise<unknown>;
      return environment.run(call as never, input as never) as ReturnType<TerraformPort[Name]>;
    },

    async close(): Promise<void> {
      for (const client of [s3, kms, sts, dynamo, secrets]) client.destroy();
      await rm(workRoot, { recursive: true, force: true });
    },
  };
}

export type TerraformWorld = Awaited<ReturnType<typeof createTerraformWorld>>;
