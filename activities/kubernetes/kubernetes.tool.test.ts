/**
 * A real API server, controllers and scheduler. Pods become ready by the stack's own kubelet stand-in; where a
 * pod must not, no node fits it, and where a container must crash, the test writes the status a kubelet would.
 */
import { randomUUID } from 'node:crypto';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubernetesPort, RouteRef } from '../../domain/ports.ts';
import type { Weights } from '../../domain/slot.ts';
import { connect } from '../tool/cluster.ts';
import { createKubernetesActivities } from './kubernetes.ts';
import { routeAnswer, routeKind } from './route.ts';

const kubeconfig = process.env['KUBECONFIG'] ?? '';
const cluster = { name: 'ml-production', namespace: `kubernetes-test-${randomUUID().slice(0, 8)}` };
const { core, apps, custom } = connect(kubeconfig, cluster.name);
/** A gateway of these tests answers within a moment, where the machine is not busy with others. */
const kubernetes = createKubernetesActivities({ kubeconfig, acceptSecondsMax: 60, hopelessSecondsMax: 1 });
const patience = { timeout: 60_000, interval: 50 };

let input: RouteRef;
const controllers: AbortController[] = [];

beforeAll(async () => {
  await core.createNamespace({ body: { metadata: { name: cluster.namespace } } });
});
beforeEach(() => {
  const service = `s${randomUUID().slice(0, 8)}`;
  input = {
    release: { releaseId: `${service}-production-000000000001`, service, environment: 'production', team: 'risk' },
    cluster,
    // A gateway that no controller on the stack knows: the route's status is this test's alone.
    route: { gateway: `gateway-${service}`, hostname: `${service}.example.com`, port: 8080 },
  };
  return () => {
    for (const controller of controllers.splice(0)) controller.abort();
  };
});
afterAll(async () => {
  await core.deleteNamespace({ name: cluster.namespace });
});

describe('the slots of a service', () => {
  test('are made once, with no traffic, and afterwards keep their weights', async () => {
    expect(await act(() => kubernetes.readWeights(input))).toBeNull();
    expect(await act(() => kubernetes.ensureSlots(input))).toEqual({ weights: null });
    expect(await act(() => kubernetes.readWeights(input))).toEqual({ a: 0, b: 0 });

    gateway();
    await set({ a: 95, b: 5 });
    const before = await readRoute();
    expect(await act(() => kubernetes.ensureSlots(input))).toEqual({ weights: { a: 95, b: 5 } });
    expect((await readRoute()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);

    const services = await core.listNamespacedService({ namespace: cluster.namespace });
    const own = services.items.filter((one) => one.spec?.selector?.['plimsoll.dev/service'] === input.release.service);
    expect(own.map((one) => one.metadata?.name ?? '').toSorted()).toEqual([`${input.release.service}-a`, `${input.release.service}-b`]);
  });

  test('a route of that name that leads elsewhere is left to its owner', async () => {
    const rules = [{ backendRefs: [{ name: 'legacy', port: 80 }] }];
    const body = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: input.release.service },
      spec: { rules },
    };
    await custom.createNamespacedCustomObject({ ...routeKind, namespace: cluster.namespace, body });
    await expect(act(() => kubernetes.ensureSlots(input))).rejects.toMatchObject({ type: 'route.contested' });
    expect((await readRoute()).spec.rules[0]?.backendRefs).toMatchObject([{ name: 'legacy' }]);
  });
});

describe('weights', () => {
  beforeEach(async () => {
    await act(() => kubernetes.ensureSlots(input));
  });

  test('are set once the gateway has taken them, and setting them twice changes nothing', async () => {
    gateway();
    for (const weights of [
      { a: 100, b: 0 },
      { a: 95, b: 5 },
      { a: 0, b: 100 },
      { a: 0, b: 0 },
    ]) {
      await set(weights);
      const { metadata, status } = await readRoute();
      expect(status.parents[0]?.conditions[0]?.observedGeneration).toBe(metadata.generation);
      await set(weights);
      expect((await readRoute()).metadata.generation).toBe(metadata.generation);
      expect(await act(() => kubernetes.readWeights(input))).toEqual(weights);
    }
  });

  test('that no gateway takes are a failure that is tried again, and say what is missing', async () => {
    const impatient = createKubernetesActivities({ kubeconfig, acceptSecondsMax: 1 });
    await expect(act(() => impatient.setWeights({ ...input, weights: { a: 100, b: 0 } }))).rejects.toMatchObject({
      type: 'kubernetes.unreachable',
      message: expect.stringContaining('no controller of the gateway'),
    });
  });

  test('that somebody changes while the gateway is awaited are contested', async () => {
    const setting = set({ a: 95, b: 5 }).then(
      () => null,
      (error: unknown) => error,
    );
    await vi.waitFor(async () => expect(await act(() => kubernetes.readWeights(input))).toEqual({ a: 95, b: 5 }), patience);
    await editByHand({ a: 50, b: 50 });
    expect(await setting).toMatchObject({ type: 'route.contested' });
  });

  test('that somebody changed by hand before are taken back: the route is ours alone', async () => {
    gateway();
    await editByHand({ a: 50, b: 50 });
    expect(await act(() => kubernetes.readWeights(input))).toEqual({ a: 50, b: 50 });
    await set({ a: 100, b: 0 });
    expect(await act(() => kubernetes.readWeights(input))).toEqual({ a: 100, b: 0 });
  });

  test('of many writers at once end as one of them wrote, and the losers are told', async () => {
    gateway();
    const wishes = [10, 20, 30, 40].map((b) => ({ a: 100 - b, b }));
    const outcomes = await Promise.allSettled(wishes.map(set));
    for (const outcome of outcomes.filter((one) => one.status === 'rejected')) {
      expect(outcome.reason).toMatchObject({ type: 'route.contested' });
    }
    expect(wishes).toContainEqual(await act(() => kubernetes.readWeights(input)));
  });

  test('can be waited for no longer than the release wants to', async () => {
    const environment = new MockActivityEnvironment();
    const outcome = environment
      .run(() => kubernetes.setWeights({ ...input, weights: { a: 60, b: 40 } }))
      .then(
        () => 'set',
        (error: Error) => error.name,
      );
    environment.on('heartbeat', () => environment.cancel());
    expect(await outcome).toBe('CancelledFailure');
  });
});

describe('a slot', () => {
  test('is ready when all its pods run this release', async () => {
    await deploy({ replicas: 2 });
    expect(await ready()).toEqual({ kind: 'ready', pods: 2 });
    expect(await ready({ minimumReady: 1 })).toMatchObject({ kind: 'ready' });
  });

  test('that runs another release is not ready, however healthy its pods are', async () => {
    await deploy({ replicas: 1, releaseId: 'another-release' });
    await ready({ release: { ...input.release, releaseId: 'another-release' } });
    expect(await ready({ withinSeconds: 1 })).toMatchObject({
      kind: 'not ready',
      because: expect.stringContaining('runs the release another-release'),
    });
  });

  test('that is empty or parked is not ready', async () => {
    expect(await ready({ withinSeconds: 0 })).toMatchObject({ because: expect.stringContaining('no Deployment') });
    await deploy({ replicas: 0 });
    await vi.waitFor(
      async () => expect(await ready({ withinSeconds: 0 })).toMatchObject({ because: expect.stringContaining('wants no pods') }),
      patience,
    );
  });

  test('whose pods fit no node is not ready at the deadline, and the scheduler’s word is the evidence', async () => {
    await deploy({ replicas: 1, nodeSelector: { nobody: 'has-this' } });
    await vi.waitFor(async () => expect(await eventsOfPods()).toContain('FailedScheduling'), patience);
    const answer = await ready({ withinSeconds: 1 });
    expect(answer).toEqual({
      kind: 'not ready',
      because: '0 of 1 pods are ready after 1 s',
      evidence: [expect.stringMatching(/^Pod .*: FailedScheduling: .*node/)],
    });
  });

  test('whose container crashes over and over is given up long before the deadline', async () => {
    await deploy({ replicas: 1, nodeSelector: { nobody: 'has-this' } });
    const began = Date.now();
    const deadlineSeconds = 600;
    const [answer] = await Promise.all([ready({ withinSeconds: deadlineSeconds }), crashPods()]);
    expect(answer).toMatchObject({
      kind: 'not ready',
      because: '0 of 1 pods are ready: container model is in CrashLoopBackOff',
      evidence: expect.arrayContaining([expect.stringContaining('last exit code 3 (the artifact has another digest)')]),
    });
    expect(Date.now() - began).toBeLessThan((deadlineSeconds * 1000) / 4);
  });

  test('that an earlier attempt already waited for has only the rest of the time', async () => {
    await deploy({ replicas: 1, nodeSelector: { nobody: 'has-this' } });
    const later = new MockActivityEnvironment({ heartbeatDetails: { since: Date.now() - 100_000 } });
    expect(await later.run(() => kubernetes.awaitReady(readyInput({ withinSeconds: 90 })))).toMatchObject({ kind: 'not ready' });
  });

  test('can be given up while it is waited for', async () => {
    const environment = new MockActivityEnvironment();
    environment.on('heartbeat', () => environment.cancel());
    await expect(environment.run(() => kubernetes.awaitReady(readyInput({ withinSeconds: 600 })))).rejects.toMatchObject({
      name: 'CancelledFailure',
    });
  });
});

/* ------------------------------------------------------------- the world */

const act = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);

const set = (weights: Weights) => act(() => kubernetes.setWeights({ ...input, weights }));

type ReadyInput = Parameters<KubernetesPort['awaitReady']>[0];

const readyInput = (change: Partial<ReadyInput> = {}): ReadyInput => ({
  release: input.release,
  cluster,
  slot: 'a',
  minimumReady: null,
  withinSeconds: 60,
  ...change,
});

const ready = (change: Partial<ReadyInput> = {}) => act(() => kubernetes.awaitReady(readyInput(change)));

const place = () => ({ ...routeKind, name: input.release.service, namespace: cluster.namespace });

const readRoute = async () => routeAnswer.parse(await custom.getNamespacedCustomObject(place()));

const merge = () => setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** Stands in for a gateway: writes into the route's status that it has taken what is there. */
function gateway(): void {
  const controller = new AbortController();
  controllers.push(controller);
  const { gateway: name } = input.route;
  const where = place();
  const accept = async () => {
    const { metadata } = routeAnswer.parse(await custom.getNamespacedCustomObject(where));
    const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({
      type,
      status: 'True',
      reason: type,
      message: '',
      lastTransitionTime: '2026-11-24T10:00:00Z',
      observedGeneration: metadata.generation,
    }));
    const parents = [{ controllerName: 'test.plimsoll.dev/gateway', parentRef: { name }, conditions }];
    await custom.patchNamespacedCustomObjectStatus({ ...where, body: { status: { parents } } }, merge());
  };
  void (async () => {
    while (!controller.signal.aborted) {
      // The route may be gone with its test, or be written by two at once.
      await accept().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
}

async function editByHand({ a, b }: Weights): Promise<void> {
  const { service } = input.release;
  const backendRefs = [
    { kind: 'Service', name: `${service}-a`, port: 8080, weight: a },
    { kind: 'Service', name: `${service}-b`, port: 8080, weight: b },
  ];
  const body = { spec: { rules: [{ backendRefs }] } };
  await custom.patchNamespacedCustomObject({ ...place(), body, fieldManager: 'kubectl-edit' }, merge());
}

async function deploy({
  replicas,
  releaseId = input.release.releaseId,
  nodeSelector = {},
}: {
  readonly replicas: number;
  readonly releaseId?: string;
  readonly nodeSelector?: Record<string, string>;
}): Promise<void> {
  const selector = { 'plimsoll.dev/service': input.release.service, 'plimsoll.dev/slot': 'a' };
  const labels = { ...selector, 'plimsoll.dev/release': releaseId };
  await apps.createNamespacedDeployment({
    namespace: cluster.namespace,
    body: {
      metadata: { name: `${input.release.service}-a`, labels },
      spec: {
        replicas,
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec: { nodeSelector, containers: [{ name: 'model', image: 'model' }] } },
      },
    },
  });
}

/** Why the cluster has said something about a pod of this test. */
async function eventsOfPods(): Promise<readonly (string | undefined)[]> {
  const { items } = await core.listNamespacedEvent({ namespace: cluster.namespace, fieldSelector: 'involvedObject.kind=Pod' });
  return items.filter(({ involvedObject }) => involvedObject.name?.startsWith(`${input.release.service}-a-`)).map(({ reason }) => reason);
}

/** What a kubelet would write about a container that ends again and again. */
async function crashPods(): Promise<void> {
  const labelSelector = `plimsoll.dev/service=${input.release.service}`;
  const [pod] = await vi.waitFor(async () => {
    const { items } = await core.listNamespacedPod({ namespace: cluster.namespace, labelSelector });
    expect(items).toHaveLength(1);
    return items;
  }, patience);
  const died = { exitCode: 3, reason: 'Error', message: 'the artifact has another digest' };
  const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } };
  const status = { name: 'model', image: 'model', imageID: '', ready: false, restartCount: 4, state, lastState: { terminated: died } };
  const body = { status: { containerStatuses: [status] } };
  await core.patchNamespacedPodStatus({ name: pod?.metadata?.name ?? '', namespace: cluster.namespace, body }, merge());
}
