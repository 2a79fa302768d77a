/**
 * The cluster: Services and route of a service, readiness of a slot. Plimsoll alone owns these objects, by
 * server-side apply; each write of the route is fenced by the version that was read. Installs and removes no
 * version: that is Helm's.
 */

import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { Context } from '@temporalio/activity';
import type { KubernetesPort, RouteRef } from '../../domain/ports.ts';
import { noWeights, slots, type Weights } from '../../domain/slot.ts';
import { failure } from '../failure.ts';
import { answered, type Cluster, connect, hasStatus, orNull } from '../tool/cluster.ts';
import { evidenceFrom, hopelessContainer, isAbout, judgeReadiness, releaseLabel } from './readiness.ts';
import { missingAcceptance, type Route, routeAnswer, routeKind, routeManifest, sameWeights, weightsOf } from './route.ts';
import { selectorText, serviceManifest, slotLabels, slotName } from './services.ts';

export interface KubernetesDependencies {
  /** Path of the kubeconfig; its contexts are found by the clusters' names. */
  readonly kubeconfig: string;
  /** A gateway takes a route in well under a second; after this long it is not going to. */
  readonly acceptSecondsMax?: number;
  /** A model server may crash once or twice until what it needs is there; so long in a row is no accident. */
  readonly hopelessSecondsMax?: number;
}

/** A verdict must reach the route within a second, so its acceptance is looked for ten times as often. */
const acceptPollMs = 100;
const readyPollMs = 250;
const eventsMax = 500;

/**
 * `force` takes a field back from whoever else wrote it: the route is Plimsoll's alone, and an undo must not
 * fail because of a hand-made edit. The fence, not the owner, is what protects a newer write.
 */
const applied = { fieldManager: 'plimsoll', force: true } as const;
const asApply = () => setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);

export function createKubernetesActivities({
  kubeconfig,
  acceptSecondsMax = 10,
  hopelessSecondsMax = 30,
}: KubernetesDependencies): KubernetesPort {
  const open = (input: { readonly cluster: { readonly name: string } }) => connect(kubeconfig, input.cluster.name);

  return {
    ensureSlots: (input) =>
      answered(async () => {
        const cluster = open(input);
        for (const slot of slots) {
          const body = serviceManifest(input, slot);
          const place = { name: slotName(input.release.service, slot), namespace: input.cluster.namespace };
          await cluster.core.patchNamespacedService({ ...place, body, ...applied }, asApply());
        }
        const route = await readRoute(cluster, input);
        const weights = route === null ? null : ownWeights(route, input);
        await writeRoute(cluster, input, weights ?? noWeights, route);
        return { weights };
      }),

    readWeights: (input) =>
      answered(async () => {
        const route = await readRoute(open(input), input);
        return route === null ? null : ownWeights(route, input);
      }),

    setWeights: (input) =>
      answered(async () => {
        const cluster = open(input);
        const written = await writeRoute(cluster, input, input.weights, await readRoute(cluster, input));
        await awaitAcceptance(cluster, input, written, acceptSecondsMax);
      }),

    awaitReady: (input) => answered(() => awaitReady(open(input), input, hopelessSecondsMax)),
  };
}

async function readRoute({ custom }: Cluster, { release, cluster }: RouteRef): Promise<Route | null> {
  const found: unknown = await orNull(
    custom.getNamespacedCustomObject({ ...routeKind, name: release.service, namespace: cluster.namespace }),
  );
  return found === null ? null : routeAnswer.parse(found);
}

function ownWeights(route: Route, { release }: RouteRef): Weights {
  const weights = weightsOf(route, release.service);
  if (weights === null) throw failure('route.contested', `the route ${release.service} sends traffic elsewhere than to its two slots`);
  return weights;
}

/** A controller writes a status once or twice for each change of ours; more in a row is something else. */
const statusWritesMax = 5;

/**
 * Writes over exactly what was read. The fence is the object's version, which a controller's write of the
 * status moves too: then the spec is still the one that was read, and the same write is tried on the new
 * version. A write that changes nothing leaves the version as it is.
 */
async function writeRoute(cluster: Cluster, input: RouteRef, weights: Weights, read: Route | null): Promise<Route> {
  const place = { ...routeKind, name: input.release.service, namespace: input.cluster.namespace };
  for (let tries = 1, base = read; ; tries++) {
    try {
      const body = routeManifest(input, weights, base?.metadata.resourceVersion ?? null);
      return routeAnswer.parse(await cluster.custom.patchNamespacedCustomObject({ ...place, body, ...applied }, asApply()));
    } catch (error) {
      if (!hasStatus(error, 409) || tries === statusWritesMax) throw error;
      base = await readRoute(cluster, input);
      if (base?.metadata.generation !== read?.metadata.generation) throw error;
    }
  }
}

async function awaitAcceptance(
  cluster: Cluster,
  input: RouteRef & { readonly weights: Weights },
  written: Route,
  withinSeconds: number,
): Promise<void> {
  const activity = Context.current();
  const deadline = Date.now() + withinSeconds * 1000;
  for (let route: Route | null = written; ; route = await readRoute(cluster, input)) {
    if (route === null || !sameWeights(weightsOf(route, input.release.service), input.weights)) {
      throw failure('route.contested', `the route ${input.release.service} was written by somebody else meanwhile`);
    }
    const missing = missingAcceptance(route, input.route.gateway);
    if (missing === null) return;
    if (Date.now() >= deadline) {
      throw failure('kubernetes.unreachable', `the weights are written, but not taken within ${withinSeconds} s: ${missing}`);
    }
    activity.heartbeat();
    await activity.sleep(acceptPollMs);
  }
}

type ReadyInput = Parameters<KubernetesPort['awaitReady']>[0];

async function awaitReady(cluster: Cluster, input: ReadyInput, hopelessSecondsMax: number): ReturnType<KubernetesPort['awaitReady']> {
  const activity = Context.current();
  const { releaseId, service } = input.release;
  const { namespace } = input.cluster;
  const labelSelector = selectorText(slotLabels(service, input.slot));
  const podSelector = `${labelSelector},${releaseLabel}=${releaseId}`;
  // The time began with the first attempt, not with this one.
  const since = sinceOf(activity.info.heartbeatDetails) ?? Date.now();
  let hopelessSince: number | null = null;

  for (;;) {
    const [deployments, pods] = await Promise.all([
      cluster.apps.listNamespacedDeployment({ namespace, labelSelector }),
      cluster.core.listNamespacedPod({ namespace, labelSelector: podSelector }),
    ]);
    const standing = judgeReadiness(deployments.items, pods.items, releaseId, input.minimumReady);
    if (standing.kind === 'ready') return standing;

    const now = Date.now();
    const hopeless = hopelessContainer(pods.items);
    hopelessSince = hopeless === null ? null : (hopelessSince ?? now);
    const because =
      hopelessSince !== null && now - hopelessSince >= hopelessSecondsMax * 1000
        ? `${standing.because}: ${hopeless}`
        : now - since >= input.withinSeconds * 1000
          ? `${standing.because} after ${input.withinSeconds} s`
          : null;
    if (because !== null) {
      const events = await cluster.core.listNamespacedEvent({ namespace, fieldSelector: 'type=Warning', limit: eventsMax });
      const about = events.items.filter((event) => isAbout(event, slotName(service, input.slot), pods.items));
      return { kind: 'not ready', because, evidence: evidenceFrom(pods.items, about) };
    }
    activity.heartbeat({ since });
    await activity.sleep(readyPollMs);
  }
}

const sinceOf = (details: unknown): number | null =>
  typeof details === 'object' && details !== null && 'since' in details && typeof details.since === 'number' ? details.since : null;
