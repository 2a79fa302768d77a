/**
 * The real Helm on a real Kubernetes API, with the chart that the demo uses.
 * Operations are really killed: a chart whose hook never ends holds Helm in the middle, and SIGKILL does the rest.
 */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PatchStrategy, setHeaderOptions, V1MicroTime } from '@kubernetes/client-node';
import { MockActivityEnvironment } from '@temporalio/testing';
import { create } from 'tar';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Blob } from '../../domain/blob.ts';
import { digestBytes } from '../../domain/digest.ts';
import type { ChartRef, HelmPort } from '../../domain/ports.ts';
import type { Slot } from '../../domain/slot.ts';
import { connect, orNull } from '../tool/cluster.ts';
import { leaseVariable, thisMachine } from '../tool/machine.ts';
import { runTool } from '../tool/run-tool.ts';
import type { BlobStore } from '../tool/store.ts';
import { createWorkspaces } from '../tool/workspace.ts';
import { createHelmActivities } from './helm.ts';
import { leaseName } from './lease.ts';

const kubeconfig = process.env['KUBECONFIG'] ?? '';
const path = process.env['PLIMSOLL_TOOLS_PATH'] ?? process.env['PATH'] ?? '';
const cluster = { name: 'ml-production', namespace: `helm-test-${randomUUID().slice(0, 8)}` };
const { core, apps, coordination, context } = connect(kubeconfig, cluster.name);

let root: string;
let service: string;
let helm: HelmPort;
const store = memoryStore();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plimsoll-helm-'));
  await core.createNamespace({ body: { metadata: { name: cluster.namespace } } });
  helm = createHelmActivities({ run: runTool, withWorkspace: createWorkspaces(join(root, 'work')), store, config: { path, kubeconfig } });
});
beforeEach(() => {
  service = `s${randomUUID().slice(0, 8)}`;
});
afterEach(async () => {
  await letGo(null);
  for (const slot of ['a', 'b'] as const) {
    await helmCli('uninstall', `${service}-${slot}`, '--ignore-not-found', '--no-hooks');
    await orNull(coordination.deleteNamespacedLease({ name: leaseName(service, slot), namespace: cluster.namespace }));
  }
});
afterAll(async () => {
  await core.deleteNamespace({ name: cluster.namespace });
  await rm(root, { recursive: true, force: true });
});

describe('rendering a chart', () => {
  test('answers the manifests and the digest of the chart, the same twice', async () => {
    const archive = await archiveOf({ 'models/production.yaml': 'replicas: 3\n' });
    const input = { ...chartRef(archive, { values: ['models/{environment}.yaml'] }), slot: 'a' as const };
    const [first, second] = [await act(() => helm.renderChart(input)), await act(() => helm.renderChart(input))];
    expect(first).toEqual(second);
    if (first.kind !== 'rendered') throw new Error(first.because);
    const manifests = (await store.get(first.manifests)).toString();
    expect(manifests).toContain('kind: Deployment');
    expect(manifests).toContain('replicas: 3');
    expect(manifests).toContain(`name: ${service}-a`);
  });

  test.each([
    ['a value that the schema refuses', { 'bad.yaml': 'replicas: many\n' }, ['bad.yaml'], /replicas.*got string, want integer/i],
    ['a values file that is not there', {}, ['models/{environment}.yaml'], /values file models\/production\.yaml is not in the repository/],
    ['a values file outside the repository', {}, ['../plimsoll.json'], /values file \.\.\/plimsoll\.json is not in the repository/],
    ['a template that does not parse', { 'chart/templates/broken.yaml': '{{ if }}' }, [], /broken\.yaml/],
    ['a chart that is not there', {}, [], /no chart at elsewhere/, 'elsewhere'],
  ] as const)(
    'refuses %s in a sentence without paths of the worker',
    async (_title, files, values, because, chartPath: string = 'chart') => {
      const archive = await archiveOf(files);
      const answer = await act(() => helm.renderChart({ ...chartRef(archive, { values, path: chartPath }), slot: 'a' }));
      expect(answer).toEqual({ kind: 'refused', because: expect.stringMatching(because) });
      expect(JSON.stringify(answer)).not.toContain(root);
      expect(JSON.stringify(answer).length).toBeLessThan(700);
    },
  );
});

describe('the life of a slot', () => {
  test('installs, does nothing the second time, upgrades, parks, comes back, empties twice', async () => {
    const archive = await archiveOf({});
    const first = { ...chartRef(archive), slot: 'b' as const };
    expect(await act(() => helm.deploySlot(first))).toEqual({ revision: 1 });
    expect(await act(() => helm.deploySlot(first))).toEqual({ revision: 1 });
    expect(await deployment()).toMatchObject({ replicas: 2, version: '1.0.0', release: releaseId(1) });

    const second = { ...chartRef(archive, { release: 2, version: '2.0.0' }), slot: 'b' as const };
    expect(await act(() => helm.deploySlot(second))).toEqual({ revision: 2 });
    expect(await deployment()).toMatchObject({ replicas: 2, version: '2.0.0', release: releaseId(2) });

    await act(() => helm.parkSlot(slotRef(3)));
    await act(() => helm.parkSlot(slotRef(3)));
    expect(await deployment()).toMatchObject({ replicas: 0, version: '2.0.0', release: releaseId(2) });
    expect(await newest()).toMatchObject({ revision: 3, status: 'deployed' });

    // The same order as before the parking: its pods must come back, although release and version are the same.
    expect(await act(() => helm.deploySlot(second))).toEqual({ revision: 4 });
    expect(await deployment()).toMatchObject({ replicas: 2, version: '2.0.0' });

    await act(() => helm.emptySlot(slotRef(3)));
    await act(() => helm.emptySlot(slotRef(3)));
    expect(await newest()).toBeNull();
    expect(await deployment()).toBeNull();
    expect(await lease()).toBeNull();
  });

  test('parking or emptying a slot that nobody ever used is harmless', async () => {
    await act(() => helm.parkSlot(slotRef(1)));
    await act(() => helm.emptySlot(slotRef(1)));
    expect(await newest()).toBeNull();
  });

  test('a chart that the cluster refuses is a failure by name, and the slot can still be emptied and used', async () => {
    const broken = await archiveOf({
      'chart/templates/odd.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: Not_A_Name }\nspec: { ports: [{ port: 1 }] }\n',
    });
    await expect(act(() => helm.deploySlot({ ...chartRef(broken), slot: 'b' }))).rejects.toMatchObject({ type: 'helm.failed' });
    const good = await archiveOf({});
    expect(await act(() => helm.deploySlot({ ...chartRef(good), slot: 'b' }))).toMatchObject({ revision: 2 });
  });
});

describe('after Helm was killed', () => {
  test('a pending install is taken away and the version installed', async () => {
    await killHelmDuring('install', { owner: 'dead' });
    expect(await newest()).toMatchObject({ revision: 1, status: 'pending-install' });
    expect(await act(async () => helm.deploySlot({ ...chartRef(await archiveOf({})), slot: 'b' }))).toEqual({ revision: 1 });
    expect(await newest()).toMatchObject({ status: 'deployed' });
    expect(await lease()).toBeNull();
  });

  test('a pending upgrade goes back to what was deployed, and then forward', async () => {
    const archive = await archiveOf({});
    await act(() => helm.deploySlot({ ...chartRef(archive), slot: 'b' }));
    await killHelmDuring('upgrade', { owner: 'dead' });
    expect(await newest()).toMatchObject({ revision: 2, status: 'pending-upgrade' });
    const second = { ...chartRef(archive, { release: 2, version: '2.0.0' }), slot: 'b' as const };
    expect(await act(() => helm.deploySlot(second))).toEqual({ revision: 4 });
    expect(await deployment()).toMatchObject({ version: '2.0.0' });
  });

  test('a pending upgrade can be parked: what was deployed before is what is kept', async () => {
    await act(async () => helm.deploySlot({ ...chartRef(await archiveOf({})), slot: 'b' }));
    await killHelmDuring('upgrade', { owner: 'dead' });
    await act(() => helm.parkSlot(slotRef(2)));
    expect(await deployment()).toMatchObject({ replicas: 0, version: '1.0.0' });
  });

  test.each(['install', 'upgrade', 'rollback', 'uninstall'] as const)(
    'a slot is emptied after its %s was killed in the middle',
    async (operation) => {
      if (operation !== 'install') await act(async () => helm.deploySlot({ ...chartRef(await archiveOf({})), slot: 'b' }));
      await killHelmDuring(operation, { owner: 'dead' });
      expect((await newest())?.status).toMatch(/^pending-|^uninstalling$/);
      // A chart's own deletion hook runs again, and may end this time.
      if (operation === 'uninstall') await letGo();
      await act(() => helm.emptySlot(slotRef(1)));
      expect(await newest()).toBeNull();
      expect(await lease()).toBeNull();
    },
  );

  test('a Helm that outlives its killed worker is left alone, and its work counts once it is done', async () => {
    const input = { ...chartRef(await archiveOf({ 'chart/templates/hook.yaml': endlessHook('pre-install') })), slot: 'b' as const };
    await killWorkerDuring(input);
    await expect(act(() => helm.emptySlot(slotRef(1)))).rejects.toMatchObject({ type: 'helm.busy' });
    await letGo();
    await vi.waitFor(async () => expect(await newest()).toMatchObject({ status: 'deployed' }), waiting);
    await vi.waitFor(async () => expect(await act(() => helm.deploySlot(input))).toEqual({ revision: 1 }), waiting);
    expect(await newest()).toMatchObject({ revision: 1 });
    expect(await lease()).toBeNull();
  });

  test('a Helm that dies after its worker leaves what the next attempt recovers from', async () => {
    await killWorkerDuring({ ...chartRef(await archiveOf({ 'chart/templates/hook.yaml': endlessHook('pre-install') })), slot: 'b' });
    const input = { ...chartRef(await archiveOf({})), slot: 'b' as const };
    await expect(act(() => helm.deploySlot(input))).rejects.toMatchObject({ type: 'helm.busy' });
    const { token } = JSON.parse((await lease())?.spec?.holderIdentity ?? '') as { token: string };
    for (const pid of pidsCarrying(token)) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(pidsCarrying(token)).toEqual([]), waiting);
    expect(await act(() => helm.deploySlot(input))).toEqual({ revision: 1 });
    expect(await lease()).toBeNull();
  });

  test('what somebody without a lease began a moment ago is left alone', async () => {
    await killHelmDuring('install', { owner: 'nobody' });
    await expect(act(() => helm.emptySlot(slotRef(1)))).rejects.toMatchObject({ type: 'helm.busy' });
    expect(await newest()).toMatchObject({ status: 'pending-install' });
  });

  test('a cancelled deploy stops Helm tidily, and the next one goes on', async () => {
    const held = await archiveOf({ 'chart/templates/hook.yaml': endlessHook('pre-install') });
    const environment = new MockActivityEnvironment();
    const ended = environment
      .run(() => helm.deploySlot({ ...chartRef(held), slot: 'b' }))
      .then(
        () => 'deployed',
        (error: Error) => error.name,
      );
    // In the hook: what comes before it Helm writes once more after it was stopped, over the end.
    await vi.waitFor(async () => expect(await podsOfHook('pre-install')).not.toEqual([]), waiting);
    environment.cancel();
    expect(await ended).toBe('CancelledFailure');
    expect(await newest()).toMatchObject({ status: 'failed' });
    expect(await act(async () => helm.deploySlot({ ...chartRef(await archiveOf({})), slot: 'b' }))).toEqual({ revision: 2 });
  });
});

test('two operations on one slot at once: one works, the other is told that it is busy', async () => {
  const archive = await archiveOf({});
  const both = [1, 2].map((release) => act(() => helm.deploySlot({ ...chartRef(archive, { release }), slot: 'b' })));
  const answers = await Promise.allSettled(both);
  expect(answers.map((answer) => answer.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(answers.find((answer) => answer.status === 'rejected')).toMatchObject({ reason: { type: 'helm.busy' } });
});

test('a cluster that does not answer is unreachable, not a failure of the chart', async () => {
  const away = join(root, 'away.kubeconfig');
  await writeFile(away, JSON.stringify(kubeconfigFor('https://127.0.0.1:9')));
  const lonely = createHelmActivities({
    run: runTool,
    withWorkspace: createWorkspaces(join(root, 'work')),
    store,
    config: { path, kubeconfig: away },
  });
  await expect(act(() => lonely.emptySlot(slotRef(1)))).rejects.toMatchObject({ type: 'kubernetes.unreachable' });
});

/* ------------------------------------------------------------- the world */

const waiting = { timeout: 60_000, interval: 50 };

const act = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);

const releaseId = (number: number) => `${service}-production-00000000000${number}`;

const slotRef = (number: number, slot: Slot = 'b') => ({
  release: { releaseId: releaseId(number), service, environment: 'production', team: 'risk' },
  cluster,
  slot,
});

function chartRef(archive: Blob, { release = 1, version = '1.0.0', values = [] as readonly string[], path = 'chart' } = {}): ChartRef {
  return {
    release: slotRef(release).release,
    archive,
    chart: { repository: 'https://github.com/acme/ml-platform', refs: ['main'], path, values },
    cluster,
    values: {
      service,
      slot: 'b',
      release: releaseId(release),
      version,
      team: 'risk',
      environment: 'production',
      image: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/fraud@sha256:${'1'.repeat(64)}`,
      artifact: { uri: 's3://acme-models/fraud/model.skops', digest: `sha256:${'2'.repeat(64)}`, versionId: null },
      port: 8080,
      standby: false,
    },
  };
}

/** The demo's chart as `chart/`, with these files beside it or over it. */
async function archiveOf(files: Readonly<Record<string, string>>): Promise<Blob> {
  const folder = await mkdtemp(join(root, 'repository-'));
  await cp('infra/helm/model-service', join(folder, 'chart'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const file = join(root, `${randomUUID()}.tar`);
  await create({ cwd: folder, file, portable: true, mtime: new Date(0) }, ['.']);
  return store.put(await readFile(file));
}

function memoryStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  const memory: BlobStore = {
    async put(bytes) {
      blobs.set(digestBytes(bytes), bytes);
      return { digest: digestBytes(bytes), bytes: bytes.byteLength };
    },
    get: async ({ digest }) => Buffer.from(blobs.get(digest) ?? []),
    putJson: (value) => memory.put(Buffer.from(JSON.stringify(value))),
    getJson: async (blob) => JSON.parse((await memory.get(blob)).toString()) as unknown,
  };
  return memory;
}

async function deployment(): Promise<{ replicas: number; version: string; release: string } | null> {
  const found = await orNull(apps.readNamespacedDeployment({ name: `${service}-b`, namespace: cluster.namespace }));
  if (found === null) return null;
  const labels = found.spec?.template.metadata?.labels ?? {};
  return {
    replicas: found.spec?.replicas ?? -1,
    version: labels['plimsoll.dev/version'] ?? '',
    release: labels['plimsoll.dev/release'] ?? '',
  };
}

const helmEnvironment = { PATH: path, HOME: tmpdir(), KUBECONFIG: kubeconfig };
const helmWhere = ['--namespace', cluster.namespace, '--kube-context', context];

const helmCli = (...args: string[]) => promisify(execFile)('helm', [...args, ...helmWhere], { env: helmEnvironment });

async function newest(): Promise<{ revision: number; status: string } | null> {
  try {
    const { stdout } = await helmCli('history', `${service}-b`, '--output', 'json');
    return (JSON.parse(stdout) as { revision: number; status: string }[]).at(-1) ?? null;
  } catch (error) {
    if (String(error).includes('release: not found')) return null;
    throw error;
  }
}

const lease = () => orNull(coordination.readNamespacedLease({ name: leaseName(service, 'b'), namespace: cluster.namespace }));

/** The label that no node has, until the test lets go. */
const holding = `held-${randomUUID().slice(0, 8)}`;

async function letGo(value: 'go' | null = 'go'): Promise<void> {
  const [node] = (await core.listNode({ limit: 1 })).items;
  const body = { metadata: { labels: { [holding]: value } } };
  await core.patchNode({ name: node?.metadata?.name ?? '', body }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
}

async function podsOfHook(when: string) {
  return (await core.listNamespacedPod({ namespace: cluster.namespace, labelSelector: `job-name=hold-${when}-${service}` })).items;
}

/** A Job that no node will ever run: Helm waits for it, in the middle of its operation. */
const endlessHook = (when: string) => `apiVersion: batch/v1
kind: Job
metadata:
  name: hold-${when}-${service}
  annotations: { helm.sh/hook: ${when}, helm.sh/hook-delete-policy: before-hook-creation }
spec:
  template:
    spec:
      restartPolicy: Never
      nodeSelector: { ${holding}: go }
      containers: [{ name: hold, image: none }]
`;

type Operation = 'install' | 'upgrade' | 'rollback' | 'uninstall';

/** A Helm of the test's own that stands still in the middle of an operation on slot b, carrying a lease's token. */
async function helmInTheMiddle(operation: Operation) {
  const token = randomUUID();
  const folder = await mkdtemp(join(root, 'held-'));
  await mkdir(join(folder, 'templates'));
  await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: held\nversion: 1.0.0\n');
  const hook = operation === 'uninstall' ? 'pre-delete' : `pre-${operation}`;
  await writeFile(join(folder, 'templates', 'hook.yaml'), endlessHook(hook));
  const name = `${service}-b`;
  if (operation === 'uninstall' || operation === 'rollback') {
    // The hook must be in the revision that is gone back to, or taken away.
    await helmCli('upgrade', name, folder);
    if (operation === 'rollback') await helmCli('upgrade', name, folder);
  }
  const args = {
    install: ['install', name, folder],
    upgrade: ['upgrade', name, folder],
    rollback: ['rollback', name, '2'],
    uninstall: ['uninstall', name],
  }[operation];
  const child = spawn('helm', [...args, ...helmWhere], { env: { ...helmEnvironment, [leaseVariable]: token }, stdio: 'ignore' });
  const exit = once(child, 'exit');
  const pending = operation === 'uninstall' ? 'uninstalling' : `pending-${operation}`;
  await vi.waitFor(async () => expect(await newest()).toMatchObject({ status: pending }), waiting);
  return {
    token,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function killHelmDuring(operation: Operation, { owner }: { readonly owner: 'dead' | 'nobody' }): Promise<void> {
  const running = await helmInTheMiddle(operation);
  if (owner === 'dead') await putLease(running.token, { pid: await deadPid(), start: '1' });
  await running.kill();
}

async function killWorkerDuring(input: Parameters<HelmPort['deploySlot']>[0]): Promise<void> {
  const worker = await workerDeploying(input);
  await vi.waitFor(async () => expect(await newest()).toMatchObject({ status: 'pending-install' }), waiting);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

/** A process of its own that runs the activity, as a worker would. */
async function workerDeploying(input: Parameters<HelmPort['deploySlot']>[0]) {
  const archive = join(root, `${randomUUID()}.tar`);
  await writeFile(archive, await store.get(input.archive));
  const given = { input, archive, config: { path, kubeconfig }, work: join(root, 'work') };
  const script = `
    import { readFile } from 'node:fs/promises';
    import { MockActivityEnvironment } from '@temporalio/testing';
    import { createHelmActivities } from './activities/helm/helm.ts';
    import { runTool } from './activities/tool/run-tool.ts';
    import { createWorkspaces } from './activities/tool/workspace.ts';
    const { input, archive, config, work } = JSON.parse(process.env.GIVEN);
    const store = { get: () => readFile(archive) };
    const helm = createHelmActivities({ run: runTool, withWorkspace: createWorkspaces(work), store, config });
    await new MockActivityEnvironment().run(() => helm.deploySlot(input));`;
  const env = { PATH: path, GIVEN: JSON.stringify(given) };
  return spawn('node_modules/.bin/node', ['--input-type=module-typescript', '--eval', script], { env, stdio: 'ignore' });
}

function pidsCarrying(token: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(token);
      } catch {
        return false;
      }
    });
}

/** The lease as a worker leaves it that was killed together with everything it knew. */
async function putLease(token: string, worker: { readonly pid: number; readonly start: string }): Promise<void> {
  const holder = { releaseId: releaseId(1), token, machine: thisMachine.id, worker, ended: false };
  const metadata = { name: leaseName(service, 'b') };
  const spec = { holderIdentity: JSON.stringify(holder), renewTime: new V1MicroTime() };
  await coordination.createNamespacedLease({ namespace: cluster.namespace, body: { metadata, spec } });
}

async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

const kubeconfigFor = (server: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'away', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'away', user: { token: 'none' } }],
  contexts: [{ name: cluster.name, context: { cluster: 'away', user: 'away' } }],
  'current-context': cluster.name,
});
