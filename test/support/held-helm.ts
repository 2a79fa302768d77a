/**
 * Helm held in the middle of an operation by a chart whose hook never ends, to be let go or really killed there, alone or
 * after its worker.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PatchStrategy, setHeaderOptions, V1MicroTime } from '@kubernetes/client-node';
import { afterEach, vi } from 'vitest';
import { leaseName } from '../../activities/helm/lease.ts';
import { leaseVariable, thisMachine } from '../../activities/tool/machine.ts';
import type { HelmPort } from '../../domain/ports.ts';
import { type HelmWorld, kubeconfig, path } from './helm-world.ts';

type Operation = 'install' | 'upgrade' | 'rollback' | 'uninstall';

export const waiting = { timeout: 60_000, interval: 50 };

export class HeldHelm {
  readonly #world: HelmWorld;
  /** The label that no node has, until the test lets go. */
  readonly #holding = `held-${randomUUID().slice(0, 8)}`;

  constructor(world: HelmWorld) {
    this.#world = world;
    afterEach(() => this.letGo(null));
  }

  /** Lets the hooks end; `null` holds the next ones again. */
  async letGo(value: 'go' | null = 'go'): Promise<void> {
    const { core } = this.#world.clients;
    const [node] = (await core.listNode({ limit: 1 })).items;
    const body = { metadata: { labels: { [this.#holding]: value } } };
    await core.patchNode({ name: node?.metadata?.name ?? '', body }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
  }

  async podsOfHook(when: string) {
    const { clients, cluster, service } = this.#world;
    const labelSelector = `job-name=hold-${when}-${service}`;
    return (await clients.core.listNamespacedPod({ namespace: cluster.namespace, labelSelector })).items;
  }

  /** A Job that no node will ever run: Helm waits for it, in the middle of its operation. */
  endlessHook(when: string): string {
    return `apiVersion: batch/v1
kind: Job
metadata:
  name: hold-${when}-${this.#world.service}
  annotations: { helm.sh/hook: ${when}, helm.sh/hook-delete-policy: before-hook-creation }
spec:
  template:
    spec:
      restartPolicy: Never
      nodeSelector: { ${this.#holding}: go }
      containers: [{ name: hold, image: none }]
`;
  }

  async killDuring(operation: Operation, { owner }: { readonly owner: 'dead' | 'nobody' }): Promise<void> {
    const running = await this.#helmInTheMiddle(operation);
    if (owner === 'dead') await this.#putLease(running.token, { pid: await deadPid(), start: '1' });
    await running.kill();
  }

  async killWorkerDuring(input: Parameters<HelmPort['deploySlot']>[0]): Promise<void> {
    const worker = await this.#workerDeploying(input);
    await this.#until('pending-install');
    worker.kill('SIGKILL');
    await once(worker, 'exit');
  }

  /** A Helm of the test's own that stands still in the middle of an operation on slot b, carrying a lease's token. */
  async #helmInTheMiddle(operation: Operation) {
    const { helmWhere, helmEnvironment } = this.#world;
    const token = randomUUID();
    const args = await this.#argumentsOf(operation);
    const child = spawn('helm', [...args, ...helmWhere], { env: { ...helmEnvironment, [leaseVariable]: token }, stdio: 'ignore' });
    const exit = once(child, 'exit');
    const pending = operation === 'uninstall' ? 'uninstalling' : `pending-${operation}`;
    await this.#until(pending);
    return {
      token,
      async kill() {
        child.kill('SIGKILL');
        await exit;
      },
    };
  }

  async #until(status: string): Promise<void> {
    await vi.waitFor(async () => {
      const newest = await this.#world.newest();
      if (newest?.status !== status) throw new Error(`slot b is ${newest?.status ?? 'empty'}, not ${status}`);
    }, waiting);
  }

  /** Of an operation that will stand still, with what has to be there before it. */
  async #argumentsOf(operation: Operation): Promise<readonly string[]> {
    const folder = await mkdtemp(join(this.#world.root, 'held-'));
    await mkdir(join(folder, 'templates'));
    await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: held\nversion: 1.0.0\n');
    const hook = operation === 'uninstall' ? 'pre-delete' : `pre-${operation}`;
    await writeFile(join(folder, 'templates', 'hook.yaml'), this.endlessHook(hook));
    const name = `${this.#world.service}-b`;
    if (operation === 'uninstall' || operation === 'rollback') {
      // The hook must be in the revision that is gone back to, or taken away.
      await this.#world.helmCli('upgrade', name, folder);
      if (operation === 'rollback') await this.#world.helmCli('upgrade', name, folder);
    }
    return {
      install: ['install', name, folder],
      upgrade: ['upgrade', name, folder],
      rollback: ['rollback', name, '2'],
      uninstall: ['uninstall', name],
    }[operation];
  }

  /** A process of its own that runs the activity, as a worker would. */
  async #workerDeploying(input: Parameters<HelmPort['deploySlot']>[0]) {
    const { root, store } = this.#world;
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

  /** The lease as a worker leaves it that was killed together with everything it knew. */
  async #putLease(token: string, worker: { readonly pid: number; readonly start: string }): Promise<void> {
    const { clients, cluster, service } = this.#world;
    const holder = { releaseId: this.#world.releaseId(1), token, machine: thisMachine.id, worker, ended: false };
    const metadata = { name: leaseName(service, 'b') };
    const spec = { holderIdentity: JSON.stringify(holder), renewTime: new V1MicroTime() };
    await clients.coordination.createNamespacedLease({ namespace: cluster.namespace, body: { metadata, spec } });
  }
}

export function pidsCarrying(token: string): readonly number[] {
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

async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}
