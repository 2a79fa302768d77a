/**
 * A real Kubernetes control plane (etcd, API server, controllers, scheduler) whose nodes kwok plays. kwokctl makes
 * its certificates and starts its processes; ending them is ours, because we alone know that a pid is still theirs.
 */
import { execFile } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig, type KubernetesObject, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import { parseAllDocuments, stringify } from 'yaml';
import { freePorts } from '../free-ports.ts';
import { endProcess, identify, type ProcessIdentity } from '../processes.ts';
import { repository } from '../repository.ts';
import { toolFile, toolNamed } from '../tools/paths.ts';
import { host, type StackConfig } from './config.ts';

const clusterName = 'plimsoll';
const clusterFolder = join(repository, 'infra/local/cluster');

/** What a cluster of ours has before the first release. */
export const clusterObjects = (): string => readFileSync(join(clusterFolder, 'objects.yaml'), 'utf8');

const kwokFolder = ({ home }: StackConfig) => join(home, 'state', 'kwok');

/** Ports of the parts that only the cluster itself talks to, by kwokctl's names. */
const innerPorts = ['etcdPort', 'etcdPeerPort', 'kubeControllerManagerPort', 'kubeSchedulerPort', 'kwokControllerPort'] as const;

/**
 * What kwokctl is told; the stages in the same file are what kwok plays. Left alone, kwokctl counts down from 32767 to
 * ports that are free when it looks: of two clusters that start together, one was without its controllers.
 */
export function clusterConfig({ ports }: StackConfig, inner: Readonly<Record<string, number>> = {}): string {
  const options = {
    runtime: 'binary',
    // Without it every part listens on all addresses.
    bindAddress: host,
    kubeApiserverPort: ports.KUBERNETES,
    kubeVersion: `v${toolNamed('kubernetes').version}`,
    kubeApiserverBinary: toolFile('kubernetes', 'kube-apiserver'),
    kubeControllerManagerBinary: toolFile('kubernetes', 'kube-controller-manager'),
    kubeSchedulerBinary: toolFile('kubernetes', 'kube-scheduler'),
    etcdBinary: toolFile('etcd'),
    kwokControllerBinary: toolFile('kwok'),
    ...inner,
  };
  const configuration = { apiVersion: 'config.kwok.x-k8s.io/v1alpha1', kind: 'KwokctlConfiguration', options };
  return `${stringify(configuration)}---\n${readFileSync(join(clusterFolder, 'stages.yaml'), 'utf8')}`;
}

export async function startCluster(config: StackConfig, env: Readonly<Record<string, string>>, log: string): Promise<ProcessIdentity[]> {
  const workFolder = kwokFolder(config);
  rmSync(workFolder, { recursive: true, force: true });
  rmSync(config.env['KUBECONFIG'] ?? '', { force: true });
  const file = join(config.home, 'run', 'kwokctl.yaml');
  const ports = await freePorts(innerPorts.length);
  writeFileSync(file, clusterConfig(config, Object.fromEntries(innerPorts.map((name, index) => [name, ports[index] ?? 0]))));
  const args = [
    'create',
    'cluster',
    '--name',
    clusterName,
    '--config',
    file,
    '--kubeconfig',
    config.env['KUBECONFIG'] ?? '',
    '--wait',
    '180s',
  ];
  const creating = execFile(toolFile('kwokctl'), args, { env: { ...env, KWOK_WORKDIR: workFolder } });
  const ended = new Promise<number | null>((settle) => creating.once('close', settle));
  for (const stream of [creating.stdout, creating.stderr]) {
    if (stream !== null) void pipeline(stream, createWriteStream(log, { flags: 'a' })).catch(() => {});
  }
  const exitCode = await ended;
  const processes = clusterProcesses(config);
  if (exitCode === 0) return processes;
  for (const identity of processes) await endProcess(identity);
  throw new Error(`kwokctl exited with ${exitCode}`);
}

/** As they are ended: who asks before who is asked, or the API server waits for its watchers to go. */
const endingOrder = ['kwok-controller', 'kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'];

const logsFolder = (config: StackConfig) => join(kwokFolder(config), 'clusters', clusterName, 'logs');

/** Those that kwokctl wrote down. */
export function clusterProcesses(config: StackConfig): ProcessIdentity[] {
  const folder = join(kwokFolder(config), 'clusters', clusterName, 'pids');
  const files = endingOrder.map((name) => join(folder, `${name}.pid`)).filter((file) => existsSync(file));
  return files.flatMap((file) => identify(Number(readFileSync(file, 'utf8').trim())) ?? []);
}

function connect({ env }: StackConfig): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(env['KUBECONFIG'] ?? '');
  return kubeConfig;
}

export async function probeCluster(config: StackConfig): Promise<void> {
  const client = KubernetesObjectApi.makeApiClient(connect(config));
  await client.list('v1', 'Node');
  // The API server answers whether or not anybody acts on what it holds.
  const running = clusterProcesses(config).length;
  if (running < endingOrder.length)
    throw new Error(`${endingOrder.length - running} of ${endingOrder.join(', ')} ended: their logs are in ${logsFolder(config)}`);
}

/** The Gateway API's definitions, then the objects that every cluster of ours has. */
export async function prepareCluster(config: StackConfig): Promise<void> {
  const kubeConfig = connect(config);
  const definitions = readFileSync(toolFile('gateway-api', 'standard-install.yaml'), 'utf8');
  await apply(KubernetesObjectApi.makeApiClient(kubeConfig), definitions);
  // A definition is served a moment after it is accepted. A new client each time: one asks only once what kinds there are.
  const deadline = Date.now() + definitionsServedWithinMilliseconds;
  for (;;) {
    try {
      await apply(KubernetesObjectApi.makeApiClient(kubeConfig), clusterObjects());
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(200);
  }
}

/** Usually well under one second; a busy machine has others to serve. */
const definitionsServedWithinMilliseconds = 60_000;

async function apply(client: KubernetesObjectApi, documents: string): Promise<void> {
  const objects = parseAllDocuments(documents, { logLevel: 'error' })
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object): object is KubernetesObject => object !== null);
  for (const object of objects) await client.patch(object, undefined, undefined, 'plimsoll-stack', true, PatchStrategy.ServerSideApply);
}
