/**
 * The AWS account of an environment, under its own roles, as a release takes them: with a session's name and tags as the
 * trust policies ask for. The planning role reads; the applying one is taken with a session policy that denies everything.
 */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetDetectorCommand, GuardDutyClient, ListDetectorsCommand } from '@aws-sdk/client-guardduty';
import { GetBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { type Check, type CheckedEnvironment, failed, passed } from '../../domain/checkup.ts';
import { look } from './look.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface RoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly sourceIdentity: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What of the role's rights the session has. */
  readonly policy: string;
}

export type TakeRole = (request: RoleRequest) => Promise<Keys>;

const policyOf = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

const readOnly = policyOf({
  Effect: 'Allow',
  Action: ['dynamodb:DescribeTable', 'guardduty:GetDetector', 'guardduty:ListDetectors', 's3:GetBucketVersioning'],
  Resource: '*',
});
const nothing = policyOf({ Effect: 'Deny', Action: '*', Resource: '*' });

/** Of one region, under the planning role. */
export interface AccountClients {
  readonly s3: Pick<S3Client, 'send' | 'destroy'>;
  readonly dynamo: Pick<DynamoDBClient, 'send' | 'destroy'>;
  readonly guardDuty: Pick<GuardDutyClient, 'send' | 'destroy'>;
}
export type ClientsFor = (region: string, credentials: () => Promise<Keys>) => AccountClients;

/** A path-style endpoint is what a local stand-in needs; AWS's own addresses are found by the region. */
export const clientsAt =
  (endpoint: string | undefined): ClientsFor =>
  (region, credentials) => {
    const common = { region, credentials, ...(endpoint !== undefined && { endpoint }) };
    return {
      s3: new S3Client({ ...common, forcePathStyle: endpoint !== undefined }),
      dynamo: new DynamoDBClient(common),
      guardDuty: new GuardDutyClient(common),
    };
  };

/** Ends as a release's id does, which trust policies ask for; no release has nothing but zeros. */
const sessionNameOf = (environment: string) => `doctor-${environment}-${'0'.repeat(12)}`;

export interface AccountDependencies {
  readonly takeRole: TakeRole;
  readonly clientsFor: ClientsFor;
}

export async function checkAccount(
  { takeRole, clientsFor }: AccountDependencies,
  by: string,
  { name, aws, backends }: CheckedEnvironment,
): Promise<readonly Check[]> {
  const sessionName = sessionNameOf(name);
  const session = { sessionName, sourceIdentity: by, tags: { release: sessionName, environment: name, team: 'plimsoll' } };
  const keys = takeRole({ ...session, roleArn: aws.planRole, policy: readOnly });
  // Several looks wait for it, and each says that it failed.
  keys.catch(() => undefined);
  const clients = new Map<string, AccountClients>();
  const clientsOf = async (region: string): Promise<AccountClients> => {
    await keys;
    const found = clients.get(region) ?? clientsFor(region, () => keys);
    clients.set(region, found);
    return found;
  };
  const guarded = `${name} ${aws.region}`;
  try {
    return await Promise.all([
      look('plan role', name, async () => passed('plan role', name, (await keys, aws.planRole))),
      look('apply role', name, async () => {
        await takeRole({ ...session, roleArn: aws.applyRole, policy: nothing });
        return passed('apply role', name, aws.applyRole);
      }),
      ...backends.map(({ bucket, region }) =>
        look('state', bucket, async (signal) => versioned((await clientsOf(region)).s3, bucket, signal)),
      ),
      ...backends.map(({ lockTable, region }) =>
        look('locks', lockTable, async (signal) => lockable((await clientsOf(region)).dynamo, lockTable, signal)),
      ),
      look('guardduty', guarded, async (signal) => watched((await clientsOf(aws.region)).guardDuty, guarded, signal)),
    ]);
  } finally {
    for (const { s3, dynamo, guardDuty } of clients.values()) for (const client of [s3, dynamo, guardDuty]) client.destroy();
  }
}

async function versioned(s3: AccountClients['s3'], bucket: string, abortSignal: AbortSignal): Promise<Check> {
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }), { abortSignal });
  return Status === 'Enabled' ? passed('state', bucket, 'versioned') : failed('state', bucket, 'not versioned');
}

async function lockable(dynamo: AccountClients['dynamo'], table: string, abortSignal: AbortSignal): Promise<Check> {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: table }), { abortSignal });
  const key = Table?.KeySchema?.map(({ AttributeName }) => AttributeName).join(', ');
  return key === 'LockID' ? passed('locks', table, 'there') : failed('locks', table, `its key is ${key ?? 'unknown'}`);
}

async function watched(guardDuty: AccountClients['guardDuty'], about: string, abortSignal: AbortSignal): Promise<Check> {
  const { DetectorIds: [DetectorId] = [] } = await guardDuty.send(new ListDetectorsCommand({}), { abortSignal });
  if (DetectorId === undefined) return failed('guardduty', about, 'no detector');
  const { Status } = await guardDuty.send(new GetDetectorCommand({ DetectorId }), { abortSignal });
  return Status === 'ENABLED' ? passed('guardduty', about, 'enabled') : failed('guardduty', about, 'a detector that is suspended');
}
