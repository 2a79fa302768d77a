/** What a prepared root needs to reach AWS: the session of a role, and clients that use the same session. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { STSClient } from '@aws-sdk/client-sts';
import type { PlanInput } from '../../domain/ports.ts';
import { failure } from '../failure.ts';
import type { Root } from './command.ts';
import { assumeRole, sessionTagsOf, sourceIdentityOf, writeSession } from './credentials.ts';
import { reachable } from './reachable.ts';
import { type Access, sessionPolicyOf } from './session-policy.ts';

export interface Session {
  readonly root: Root;
  /** Value by variable. Never leaves the worker but in a file of the private workspace. */
  readonly secretVariables: Readonly<Record<string, string>>;
  /** Of the state's bucket, under the assumed role. */
  readonly stateS3: S3Client;
  readonly stateDynamo: DynamoDBClient;
}

export interface SessionDependencies {
  readonly sts: STSClient;
  readonly config: {
    readonly identity: Readonly<Record<string, string>>;
    /** Plimsoll's own: no release has business in them. */
    readonly ownBuckets: readonly string[];
  };
}

export async function withSession<T>(
  { sts, config }: SessionDependencies,
  root: Root,
  { release, aws, stack, requester }: PlanInput,
  access: Access,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const roleArn = access === 'writes' ? aws.applyRole : aws.planRole;
  const role = {
    roleArn,
    sessionName: release.releaseId,
    sourceIdentity: sourceIdentityOf(requester.subject),
    tags: sessionTagsOf(release),
    policy: sessionPolicyOf(access, stack.backend, roleArn, config.ownBuckets),
  };
  const env = await writeSession(root.workspace, { ...role, region: aws.region, identity: { ...config.identity } });
  const credentials = () => reachable(`the role ${roleArn}`, () => assumeRole(sts, role));
  const endpoint = config.identity['AWS_ENDPOINT_URL'];
  const local = endpoint === undefined ? {} : { endpoint };
  // Path-style for a stand-in: bucket names are not host names there.
  const stateS3 = new S3Client({ region: stack.backend.region, credentials, ...local, forcePathStyle: endpoint !== undefined });
  const stateDynamo = new DynamoDBClient({ region: stack.backend.region, credentials, ...local });
  const secretsManager = new SecretsManagerClient({ region: aws.region, credentials, ...local });
  try {
    const secretVariables = await readSecrets(secretsManager, stack.secretVariables);
    return await work({
      root: { ...root, env, secrets: Object.values(secretVariables) },
      secretVariables,
      stateS3,
      stateDynamo,
    });
  } finally {
    for (const client of [stateS3, stateDynamo, secretsManager]) client.destroy();
  }
}

async function readSecrets(
  client: SecretsManagerClient,
  arns: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const read = async ([name, SecretId]: [string, string]) => {
    const { SecretString } = await reachable(`the secret of variable ${name}`, () => client.send(new GetSecretValueCommand({ SecretId })));
    if (SecretString === undefined) throw failure('terraform.failed', `the secret of variable ${name} is not a text`);
    return [name, SecretString] as const;
  };
  return Object.fromEntries(await Promise.all(Object.entries(arns).map(read)));
}
