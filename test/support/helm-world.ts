/** Slots of services on a real Kubernetes API: what is deployed into them, and what Helm and the cluster say of them afterwards. */
import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { execa } from 'execa';
import { create } from 'tar';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createHelmActivities } from '../../activities/helm/helm.ts';
import { leaseName } from '../../activities/helm/lease.ts';
import { connect, orNull } from '../../activities/tool/cluster.ts';
import { runTool } from '../../activities/tool/run-tool.ts';
import { createWorkspaces } from '../../activities/tool/workspace.ts';
import type { Blob } from '../../domain/blob.ts';
import type { ChartRef, HelmPort } from '../../domain/ports.ts';
import type { Slot } from '../../domain/slot.ts';
import { createMemoryStore } from './memory-store.ts';

export const kubeconfig = process.env['KUBECONFIG'] ?? '';
export const path = process.env['PLIMSOLL_TOOLS_PATH'] ?? process.env['PATH'] ?? '';

/** A namespace for the tests of a file, and a service of its own for each of them. */
export function useHelm(): HelmWorld {
  const world = new HelmWorld();
  beforeAll(() => world.open());
  beforeEach(() => world.nextService());
  afterEach(() => world.takeAway());
  afterAll(() => world.close());
  return world;
}

export class HelmWorld {
  readonly cluster = { name: 'ml-production', namespace: `helm-test-${randomUUID().slice(0, 8)}` };
  readonly clients = connect(kubeconfig, this.cluster.name);
  readonly store = createMemoryStore();
  readonly helmEnvironment = { PATH: path, HOME: tmpdir(), KUBECONFIG: kubeconfig };
  readonly helmWhere = ['--namespace', this.cluster.namespace, '--kube-context', this.clients.context];
  root = '';
  service = '';

  async open(): Promise<void> {
    this.root = await mkdtemp(join(tmpdir(), 'plimsoll-helm-'));
    await this.clients.core.createNamespace({ body: { metadata: { name: this.cluster.namespace } } });
  }

  nextService(): void {
    this.service = `s${randomUUID().slice(0, 8)}`;
  }

  async takeAway(): Promise<void> {
    for (const slot of ['a', 'b'] as const) {
      await this.helmCli('uninstall', `${this.service}-${slot}`, '--ignore-not-found', '--no-hooks');
      const lease = { name: leaseName(this.service, slot), namespace: this.cluster.namespace };
      await orNull(this.clients.coordination.deleteNamespacedLease(lease));
    }
  }

  async close(): Promise<void> {
    await this.clients.core.deleteNamespace({ name: this.cluster.namespace });
    await rm(this.root, { recursive: true, force: true });
  }

  /** As a worker has it; `of`: another cluster than the stack's. */
  activities(of = kubeconfig): HelmPort {
    const config = { path, kubeconfig: of };
    return createHelmActivities({ run: runTool, withWorkspace: createWorkspaces(join(this.root, 'work')), store: this.store, config });
  }

  act<T>(work: (helm: HelmPort) => Promise<T>): Promise<T> {
    return new MockActivityEnvironment().run(() => work(this.activities()));
  }

  releaseId(number: number): string {
    return `${this.service}-production-00000000000${number}`;
  }

  slotRef(number: number, slot: Slot = 'b') {
    const release = { releaseId: this.releaseId(number), service: this.service, environment: 'production', team: 'risk' };
    return { release, cluster: this.cluster, slot };
  }

  chartRef(archive: Blob, { release = 1, version = '1.0.0', values = [] as readonly string[], path: chart = 'chart' } = {}): ChartRef {
    return {
      release: this.slotRef(release).release,
      archive,
      chart: { repository: 'https://github.com/acme/ml-platform', refs: ['main'], path: chart, values },
      cluster: this.cluster,
      values: {
        service: this.service,
        slot: 'b',
        release: this.releaseId(release),
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

  /** What goes into slot b. */
  inSlot(archive: Blob, change: Parameters<HelmWorld['chartRef']>[1] = {}) {
    return { ...this.chartRef(archive, change), slot: 'b' as const };
  }

  /** The demo's chart as `chart/`, with these files beside it or over it. */
  async archiveOf(files: Readonly<Record<string, string>>): Promise<Blob> {
    const folder = await mkdtemp(join(this.root, 'repository-'));
    await cp('infra/helm/model-service', join(folder, 'chart'), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const file = join(this.root, `${randomUUID()}.tar`);
    await create({ cwd: folder, file, portable: true, mtime: new Date(0) }, ['.']);
    return this.store.put(await readFile(file));
  }

  async deployment(): Promise<{ replicas: number; version: string; release: string } | null> {
    const found = await orNull(
      this.clients.apps.readNamespacedDeployment({ name: `${this.service}-b`, namespace: this.cluster.namespace }),
    );
    if (found === null) return null;
    const labels = found.spec?.template.metadata?.labels ?? {};
    return {
      replicas: found.spec?.replicas ?? -1,
      version: labels['plimsoll.dev/version'] ?? '',
      release: labels['plimsoll.dev/release'] ?? '',
    };
  }

  helmCli(...args: string[]) {
    return execa('helm', [...args, ...this.helmWhere], { env: this.helmEnvironment, extendEnv: false });
  }

  /** The newest revision in slot b. */
  async newest(): Promise<{ revision: number; status: string } | null> {
    try {
      const { stdout } = await this.helmCli('history', `${this.service}-b`, '--output', 'json');
      return (JSON.parse(stdout) as { revision: number; status: string }[]).at(-1) ?? null;
    } catch (error) {
      if (String(error).includes('release: not found')) return null;
      throw error;
    }
  }

  lease() {
    const lease = { name: leaseName(this.service, 'b'), namespace: this.cluster.namespace };
    return orNull(this.clients.coordination.readNamespacedLease(lease));
  }
}
