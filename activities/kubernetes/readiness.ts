/**
 * Is a slot ready, and if not, why: pure functions of what the API answered. Silence is not readiness: a
 * Deployment that its controller has not looked at yet, or that wants no pods, is not ready.
 */
import type { CoreV1Event, V1ContainerStatus, V1Deployment, V1Pod } from '@kubernetes/client-node';

export const releaseLabel = 'plimsoll.dev/release';

export type Standing = { readonly kind: 'ready'; readonly pods: number } | { readonly kind: 'waiting'; readonly because: string };

const waiting = (because: string): Standing => ({ kind: 'waiting', because });

/** `deployments`: those that carry the slot's labels. `minimumReady: null` asks for every pod that is wanted. */
export function judgeReadiness(
  deployments: readonly V1Deployment[],
  pods: readonly V1Pod[],
  releaseId: string,
  minimumReady: number | null,
): Standing {
  const [deployment] = deployments;
  if (deployment === undefined) return waiting('the slot has no Deployment');
  if (deployments.length > 1) return waiting('the slot has more than one Deployment');
  const { metadata, spec, status } = deployment;
  const runs = spec?.template.metadata?.labels?.[releaseLabel];
  if (runs !== releaseId) return waiting(`the slot runs ${runs === undefined ? 'no release' : `the release ${runs}`}`);
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0))
    return waiting('the Deployment was not looked at by its controller yet');

  const wanted = spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  if (wanted === 0) return waiting('the Deployment wants no pods');
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} pods of an earlier version are still there`);
  const ready = pods.filter((pod) => isReady(pod) && pod.metadata?.labels?.[releaseLabel] === releaseId).length;
  const needed = minimumReady ?? wanted;
  const enough = ready >= needed && (minimumReady !== null || (updatedReplicas >= wanted && availableReplicas >= wanted));
  return enough ? { kind: 'ready', pods: ready } : waiting(`${ready} of ${needed} pods are ready`);
}

const isReady = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp === undefined && (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');

/** States that a kubelet repeats but that nobody has ever seen heal without a change. */
const hopelessReasons = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

const containersOf = ({ status }: V1Pod): readonly V1ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

/** The first container that will not start, in words; `null` when there is none. */
export function hopelessContainer(pods: readonly V1Pod[]): string | null {
  for (const pod of pods) {
    for (const { name, state } of containersOf(pod)) {
      const reason = state?.waiting?.reason;
      if (reason !== undefined && hopelessReasons.has(reason)) return `container ${name} is in ${reason}`;
    }
  }
  return null;
}

/** Evidence travels in workflow history: enough to see the cause, the rest is in the cluster. */
const evidenceLinesMax = 10;
const lineCharactersMax = 240;

/** What the containers say first, then the newest warnings; each once. */
export function evidenceFrom(pods: readonly V1Pod[], events: readonly CoreV1Event[]): readonly string[] {
  const containers = pods.flatMap((pod) => containersOf(pod).flatMap((status) => describeContainer(pod, status)));
  const warnings = events
    .toSorted((one, other) => timeOf(other) - timeOf(one))
    .map(({ involvedObject, reason, message, count }) => {
      const times = count !== undefined && count > 1 ? ` (${count} times)` : '';
      return `${involvedObject.kind ?? ''} ${involvedObject.name ?? ''}: ${reason ?? ''}: ${message ?? ''}${times}`;
    });
  const lines = [...containers, ...warnings].map((line) => line.replaceAll(/\s+/g, ' ').trim().slice(0, lineCharactersMax));
  return [...new Set(lines)].slice(0, evidenceLinesMax);
}

function describeContainer(pod: V1Pod, { name, state, lastState, restartCount }: V1ContainerStatus): readonly string[] {
  const stuck = state?.waiting ?? undefined;
  const died = state?.terminated ?? lastState?.terminated;
  if ((stuck === undefined || stuck.reason === 'PodInitializing') && (died === undefined || died.exitCode === 0)) return [];
  const ending = died === undefined ? '' : `, last exit code ${died.exitCode} (${died.message ?? died.reason ?? 'no reason'})`;
  return [`Pod ${pod.metadata?.name ?? ''}: ${name}: ${stuck?.reason ?? 'ended'}, ${restartCount} restarts${ending}`];
}

const timeOf = ({ lastTimestamp, eventTime, metadata }: CoreV1Event): number =>
  new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();

/** Events of the slot's pods, ReplicaSets and Deployment, and no neighbour's: `fraud-a` is not `fraud-a-b`. */
export function isAbout(event: CoreV1Event, deployment: string, pods: readonly V1Pod[]): boolean {
  const name = event.involvedObject.name ?? '';
  switch (event.involvedObject.kind ?? 'unknown') {
    case 'Deployment':
    case 'HorizontalPodAutoscaler':
      return name === deployment;
    case 'ReplicaSet':
      return name.startsWith(`${deployment}-`) && !name.slice(deployment.length + 1).includes('-');
    case 'Pod':
      return pods.some((pod) => pod.metadata?.name === name);
    default:
      return false;
  }
}
