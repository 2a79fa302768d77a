/** Each look with the tool's own answers, good and bad: what is wrong is named with what to do, and nothing throws. */
import type { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { type Check, type CheckedEnvironment, checkTable } from '../../domain/checkup.ts';
import { digestText } from '../../domain/digest.ts';
import { failure } from '../failure.ts';
import type { RoleRequest } from './account.ts';
import { createCheckupActivities } from './checkup.ts';

const revision = digestText('policies');
const environment: CheckedEnvironment = {
  name: 'production',
  aws: { account: '111122223333', region: 'eu-west-1', planRole: 'arn:plan', applyRole: 'arn:apply' },
  backends: [{ bucket: 'acme-tfstate', lockTable: 'acme-tflock', region: 'eu-central-1' }],
  cluster: { name: 'ml-production', namespace: 'models' },
  prometheus: 'http://prometheus:9090/prefix/',
  queues: { tools: 'tools', watch: 'watch' },
};

const lock = (Rule?: object) => ({ ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', ...(Rule && { Rule }) } });
const asDate = (away: number) => new Date(Date.now() - away * 1000).toUTCString();

/** What each command of AWS is answered; one that is an error is thrown. */
function given(
  change: { readonly aws?: Record<string, unknown>; readonly http?: Record<string, Response>; readonly refused?: string } = {},
) {
  const aws: Record<string, unknown> = {
    GetObjectLockConfigurationCommand: lock({ DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } }),
    GetBucketVersioningCommand: { Status: 'Enabled' },
    DescribeTableCommand: { Table: { KeySchema: [{ AttributeName: 'LockID' }] } },
    ListDetectorsCommand: { DetectorIds: ['d'] },
    GetDetectorCommand: { Status: 'ENABLED' },
    ...change.aws,
  };
  const http: Record<string, Response> = {
    opa: Response.json({ result: 50, provenance: { bundles: { plimsoll: { revision } } } }),
    prometheus: Response.json({ status: 'success' }),
    sts: new Response(null, { status: 302, headers: { date: asDate(0) } }),
    ...change.http,
  };
  const send = async ({ constructor: { name } }: { constructor: { name: string } }) => {
    if (aws[name] instanceof Error) throw aws[name];
    return aws[name];
  };
  const client = { send, destroy: () => undefined };
  const roles: RoleRequest[] = [];
  const regions: string[] = [];
  const asked: string[] = [];
  const activities = createCheckupActivities({
    s3: client as unknown as S3Client,
    fetch: async (address) => {
      asked.push(String(address));
      const found = http[new URL(address).hostname.split('.')[0] ?? ''];
      if (found === undefined) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
      return found;
    },
    takeRole: async (request) => {
      roles.push(request);
      if (request.roleArn === change.refused)
        throw Object.assign(new Error('User arn:aws:sts::… is not authorized'), { name: 'AccessDenied' });
      return { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' };
    },
    clientsFor: (region) => {
      regions.push(region);
      return { s3: client, dynamo: client, guardDuty: client };
    },
    expectedPolicies: async () => [revision],
    config: {
      opaUrl: 'http://opa:8181',
      ledgerBucket: 'acme-ledger',
      checkpointBucket: 'acme-checkpoints',
      kubeconfig: '/nowhere',
      aws: { region: 'eu-west-1', endpoint: undefined },
    },
  });
  return { activities, roles, regions, asked };
}

const account = ({ activities }: ReturnType<typeof given>) => activities.checkAccount({ by: 'ana', environment });
const control = ({ activities }: ReturnType<typeof given>) => activities.checkControl({ environments: [environment] });
const said = (checks: readonly Check[]) => checks.map(({ check, ok }) => `${check} ${ok ? 'ok' : 'wrong'}`);
const one = (checks: readonly Check[], name: Check['check']) => checks.find(({ check }) => check === name);

test('an account that is right is said to be, by roles that are taken as a release takes them and may do nothing more', async () => {
  const world = given();
  expect(said(await account(world))).toEqual(['plan role ok', 'apply role ok', 'state ok', 'locks ok', 'guardduty ok']);
  expect(world.regions.toSorted()).toEqual(['eu-central-1', 'eu-west-1']);
  const [plan, apply] = world.roles;
  const name = 'doctor-production-000000000000';
  expect(plan).toMatchObject({
    sessionName: name,
    sourceIdentity: 'ana',
    tags: { release: name, environment: 'production', team: 'plimsoll' },
  });
  expect(plan?.policy).not.toMatch(/Put|Create|Delete|Update|\*"\]/);
  expect(JSON.parse(apply?.policy ?? '')).toMatchObject({ Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });
});

test.each<[Check['check'], Parameters<typeof given>[0], string]>([
  ['apply role', { refused: 'arn:apply' }, 'AccessDenied'],
  ['state', { aws: { GetBucketVersioningCommand: {} } }, 'not versioned'],
  ['locks', { aws: { DescribeTableCommand: { Table: { KeySchema: [{ AttributeName: 'id' }] } } } }, 'its key is id'],
  ['guardduty', { aws: { ListDetectorsCommand: { DetectorIds: [] } } }, 'no detector'],
  ['guardduty', { aws: { GetDetectorCommand: { Status: 'DISABLED' } } }, 'a detector that is suspended'],
])('%s that is not right is wrong alone, with its remedy: %j', async (check, change, found) => {
  const checks = await account(given(change));
  expect(checks.filter(({ ok }) => !ok)).toMatchObject([{ check, found, remedy: checkTable[check].remedy }]);
});

test('without the planning role nothing under it is known, and nobody quotes what AWS said', async () => {
  const checks = await account(given({ refused: 'arn:plan' }));
  expect(said(checks)).toEqual(['plan role wrong', 'apply role ok', 'state wrong', 'locks wrong', 'guardduty wrong']);
  expect(JSON.stringify(checks)).not.toContain('not authorized');
});

test('what every release needs is looked at from the worker', async () => {
  const world = given();
  const checks = await control(world);
  expect(said(checks)).toEqual(['policies ok', 'ledger ok', 'checkpoints ok', 'gateway api wrong', 'clock ok']);
  expect(one(checks, 'gateway api')).toMatchObject({ about: 'ml-production', found: 'the worker has no readable kubeconfig' });
  expect(one(checks, 'ledger')?.found).toBe('COMPLIANCE, 400 days');
  expect(world.asked).toContain('https://sts.eu-west-1.amazonaws.com/');
});

test.each<[Check['check'], Parameters<typeof given>[0], string]>([
  ['policies', { http: { opa: Response.json({ provenance: {} }) } }, `OPA answers by no bundle, expected is ${revision}`],
  ['policies', { http: { opa: new Response('', { status: 503 }) } }, 'OPA answered 503'],
  [
    'ledger',
    { aws: { GetObjectLockConfigurationCommand: Object.assign(new Error('x'), { name: 'ObjectLockConfigurationNotFoundError' }) } },
    'ObjectLockConfigurationNotFoundError',
  ],
  ['ledger', { aws: { GetObjectLockConfigurationCommand: lock() } }, 'Object Lock without a default retention'],
  ['checkpoints', { aws: { GetObjectLockConfigurationCommand: {} } }, 'no Object Lock'],
  ['clock', { http: { sts: new Response(null, { headers: { date: asDate(90) } }) } }, 's ahead'],
  ['clock', { http: { sts: new Response(null) } }, 'the answer has no Date'],
])('%s that is not right is wrong: %j', async (check, change, found) => {
  expect(one(await control(given(change)), check)).toMatchObject({
    ok: false,
    found: expect.stringContaining(found) as string,
    remedy: checkTable[check].remedy,
  });
});

test('Prometheus is asked under its own path; without an answer it is said why', async () => {
  const world = given();
  expect(await world.activities.checkMetrics({ environment })).toMatchObject([{ check: 'prometheus', ok: true }]);
  expect(world.asked).toEqual(['http://prometheus:9090/prefix/api/v1/query?query=1']);
  const gone = { ...environment, prometheus: 'http://gone:9090' };
  expect(await world.activities.checkMetrics({ environment: gone })).toMatchObject([{ ok: false, found: 'ECONNREFUSED' }]);
});

test('a failure of ours is told in its own words', async () => {
  const world = given({ aws: { GetObjectLockConfigurationCommand: failure('store.unreachable', 'the store did not answer') } });
  expect(one(await control(world), 'ledger')?.found).toBe('the store did not answer');
});
