/**
 * Goal: the stack is what the documents and the other parts take it for.
 * Method: ask the running one, through the addresses in its environment.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, GenerateMacCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetBucketVersioningCommand, GetObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { revisionsIn } from '../../../domain/policy-revisions.ts';
import { searchAttributes } from '../../../workflows/search-attributes.ts';
import { policyRevision } from '../../opa/revision.ts';
import { freePorts } from '../free-ports.ts';
import { endProcess } from '../processes.ts';
import { repository } from '../repository.ts';
import { toolFile } from '../tools/paths.ts';
import { type StackConfig, stackConfig } from './config.ts';
import { clusterProcesses, probeCluster } from './kubernetes.ts';
import { type PieceRecord, readRecord } from './piece.ts';
import { down, up } from './supervisor.ts';

/** Two clusters that start at once: seconds of a core each, and minutes on a machine that is busy with others. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const quietly = { tell: () => undefined };
const env = (name: string): string => process.env[name] ?? expect.fail(`${name} is not in the environment`);

describe('AWS', () => {
  // Made late: the environment is read when a client is made.
  const s3 = () => new S3Client({ forcePathStyle: true });

  test.each(['STORE', 'LEDGER', 'MODELS', 'STATE'])('the %s bucket keeps every version', async (name) => {
    const { Status } = await s3().send(new GetBucketVersioningCommand({ Bucket: env(`PLIMSOLL_${name}_BUCKET`) }));
    expect(Status).toBe('Enabled');
  });

  test('the ledger can lock what is written to it', async () => {
    const { ObjectLockConfiguration } = await s3().send(new GetObjectLockConfigurationCommand({ Bucket: env('PLIMSOLL_LEDGER_BUCKET') }));
    expect(ObjectLockConfiguration?.ObjectLockEnabled).toBe('Enabled');
  });

  test("Terraform's lock table has the key that its backend asks for", async () => {
    const { Table } = await new DynamoDBClient().send(new DescribeTableCommand({ TableName: env('PLIMSOLL_LOCK_TABLE') }));
    expect(Table?.KeySchema).toEqual([{ AttributeName: 'LockID', KeyType: 'HASH' }]);
  });

  test('one key encrypts, the other makes codes for what must not be shown', async () => {
    const kms = new KMSClient();
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: env('PLIMSOLL_STORE_KEY') }));
    expect(KeyMetadata?.KeyUsage).toBe('ENCRYPT_DECRYPT');
    const mac = new GenerateMacCommand({ KeyId: env('PLIMSOLL_CHANGE_KEY'), MacAlgorithm: 'HMAC_SHA_256', Message: Buffer.from('secret') });
    expect((await kms.send(mac)).Mac).toHaveLength(32);
  });
});

test('Temporal knows the search attributes that workflows set', async () => {
  const connection = await Connection.connect({ address: env('PLIMSOLL_TEMPORAL_ADDRESS') });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.values(searchAttributes).map(({ name }) => name)));
  } finally {
    await connection.close();
  }
});

test('OPA decides by the policies of this checkout, says so, and is expected to', async () => {
  const response = await fetch(`${env('PLIMSOLL_OPA_URL')}/v1/data/plimsoll/authz/decision?provenance=true`);
  const { provenance } = (await response.json()) as { provenance: { bundles: Record<string, { revision: string }> } };
  const revisions = Object.values(provenance.bundles).map(({ revision }) => revision);
  expect(revisions).toEqual([policyRevision(join(repository, 'infra/opa'))]);
  expect(revisionsIn(readFileSync(env('PLIMSOLL_POLICY_REVISIONS'), 'utf8'))).toEqual(revisions);
});

test('Prometheus asks the lab whom to scrape, every second', async () => {
  const response = await fetch(`${env('PLIMSOLL_PROMETHEUS_URL')}/api/v1/status/config`);
  const { data } = (await response.json()) as { data: { yaml: string } };
  expect(data.yaml).toContain(`url: ${env('PLIMSOLL_LAB_URL')}/targets`);
  expect(data.yaml).toContain('scrape_interval: 1s');
});

test('Terraform takes its provider from a mirror, and asks no registry', () => {
  expect(readFileSync(env('PLIMSOLL_TERRAFORM_CLI_CONFIG'), 'utf8')).toContain('filesystem_mirror');
  const answer = execFileSync(toolFile('terraform'), ['version'], {
    env: { TF_CLI_CONFIG_FILE: env('PLIMSOLL_TERRAFORM_CLI_CONFIG'), CHECKPOINT_DISABLE: '1' },
    encoding: 'utf8',
  });
  expect(answer).toContain('Terraform v1.11.4');
});

describe('the cluster', () => {
  const namespace = 'models';
  let core: CoreV1Api;
  const names: string[] = [];

  beforeAll(() => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(env('KUBECONFIG'));
    core = kubeConfig.makeApiClient(CoreV1Api);
  });
  afterAll(() => Promise.all(names.map((name) => core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }))));

  async function create(mode: string, annotations: Record<string, string> = {}): Promise<() => Promise<V1Pod>> {
    const labels = { 'lab.plimsoll.dev/mode': mode };
    const metadata = { generateName: 'stack-test-', labels, annotations };
    const pod = await core.createNamespacedPod({
      namespace,
      body: { metadata, spec: { containers: [{ name: 'model', image: 'model' }] } },
    });
    const name = pod.metadata?.name ?? '';
    names.push(name);
    return () => core.readNamespacedPod({ name, namespace });
  }

  const isReady = ({ status }: V1Pod) => status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const patience = { timeout: 60_000, interval: 100 };

  test('a pod is ready by itself', async () => {
    const read = await create('good');
    await expect.poll(async () => isReady(await read()), patience).toBe('True');
  });

  test('a slow pod runs first, and is ready later', async () => {
    const read = await create('slow', { 'lab.plimsoll.dev/ready-after': '2s' });
    await expect.poll(async () => isReady(await read()), patience).toBe('True');
    // By what the cluster wrote: whoever looks on a busy machine may come only after both.
    const { startTime, conditions = [] } = (await read()).status ?? {};
    const readyAt = conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime;
    expect((readyAt?.getTime() ?? 0) - (startTime?.getTime() ?? 0)).toBeGreaterThanOrEqual(2_000);
  });

  test('a pod that crashes says so, again and again', async () => {
    const read = await create('crash');
    const container = async () => (await read()).status?.containerStatuses?.[0];
    await expect.poll(async () => (await container())?.state?.waiting?.reason, patience).toBe('CrashLoopBackOff');
    await expect.poll(async () => (await container())?.restartCount ?? 0, patience).toBeGreaterThan(1);
  });

  test('a pod that is never ready runs, with an event that says why', async () => {
    const read = await create('never-ready');
    await expect.poll(async () => (await read()).status?.phase, patience).toBe('Running');
    const name = (await read()).metadata?.name ?? '';
    const events = async () => (await core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.name=${name}` })).items;
    await expect.poll(async () => (await events()).map(({ reason }) => reason), patience).toContain('Unhealthy');
    expect(isReady(await read())).toBe('False');
  });
});

describe('clusters that start at the same time', () => {
  const homes: string[] = [];
  afterAll(async () => {
    for (const home of homes) {
      await down(stackConfig({ PLIMSOLL_HOME: home }), quietly);
      rmSync(home, { recursive: true, force: true });
    }
  });

  test('have all their parts, and one that has lost its controllers is not taken for ready', async () => {
    const ports = await freePorts(2);
    const configs = ports.map((port) => {
      const home = mkdtempSync(join(tmpdir(), 'plimsoll-cluster-'));
      homes.push(home);
      return stackConfig({ PLIMSOLL_HOME: home, PLIMSOLL_PORT_KUBERNETES: String(port) });
    });
    await Promise.all(configs.map((config) => up(config, { only: ['kubernetes'], ...quietly })));
    for (const config of configs) {
      expect(clusterProcesses(config)).toHaveLength(5);
      await expect(probeCluster(config)).resolves.toBeUndefined();
    }
    const [one] = configs as [StackConfig];
    const [, , controllers] = clusterProcesses(one);
    if (controllers !== undefined) await endProcess(controllers);
    await expect(probeCluster(one)).rejects.toThrow('1 of kwok-controller, kube-scheduler, kube-controller-manager');
  });
});

test.runIf(process.platform === 'linux')('every process of the stack listens on this machine alone', () => {
  const config = stackConfig({ ...process.env });
  const names = ['aws', 'temporal', 'kubernetes', 'opa', 'prometheus', 'issuer', 'lab', 'worker', 'api'];
  const records = names.map((name) => readRecord(config, name)).filter((record): record is PieceRecord => record !== undefined);
  const pids = records.flatMap(({ processes }) => processes.map(({ pid }) => pid));
  expect(pids.length).toBeGreaterThanOrEqual(9);
  expect(pids.flatMap(listeningAddresses).filter((address) => address !== '127.0.0.1')).toEqual([]);
});

/** From /proc, so that no program has to be there: sockets of the process that are in state LISTEN (0A). */
function listeningAddresses(pid: number): string[] {
  const mine = new Set(socketsOf(pid));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && mine.has(inode ?? ''))
      .map(([, local = '']) => addressOf(local.split(':')[0] ?? '')),
  );
}

const socketsOf = (pid: number): string[] =>
  execFileSync('ls', ['-l', `/proc/${pid}/fd`], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /socket:\[(\d+)\]/.exec(line)?.[1] ?? []);

/** The kernel writes each 32-bit word of an address lowest byte first. */
const addressOf = (hex: string): string =>
  hex.length === 8
    ? (hex.match(/../g) ?? [])
        .toReversed()
        .map((byte) => Number.parseInt(byte, 16))
        .join('.')
    : hex;
