/** What runs in a namespace, whoever made it: pods with what made them, and what they say of themselves. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Place, RunningPod } from '../../domain/strays/stray.ts';
import { digestIn } from '../../domain/threats/concern.ts';
import { answered, connect } from '../tool/cluster.ts';
import { releaseLabel } from './readiness.ts';

/** Of a page. A namespace of thousands of pods is read in a few. */
const podsOfAPage = 500;

export function createPodReader({ kubeconfig }: { readonly kubeconfig: string }) {
  return ({ cluster, namespace }: Place): Promise<readonly RunningPod[]> =>
    answered(async () => {
      const { core } = connect(kubeconfig, cluster);
      const pods: V1Pod[] = [];
      let next: string | undefined;
      do {
        const page = await core.listNamespacedPod({ namespace, limit: podsOfAPage, ...(next === undefined ? {} : { _continue: next }) });
        pods.push(...page.items);
        next = page.metadata?._continue;
      } while (next !== undefined && next !== '');
      return pods.filter(isThere).map(runningPod);
    });
}

/** Neither on its way out nor at its end. */
const isThere = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

export function runningPod(pod: V1Pod): RunningPod {
  const { metadata, spec } = pod;
  const labels = metadata?.labels ?? {};
  return {
    workload: workloadOf(pod),
    release: labels[releaseLabel] ?? null,
    service: labels['plimsoll.dev/service'] ?? null,
    images: (spec?.containers ?? []).map(({ image = '' }) => digestIn(image)),
    since: metadata?.creationTimestamp?.toISOString() ?? '',
  };
}

/** A ReplicaSet is its Deployment's: it has the same name, and the hash of its template behind it. */
function workloadOf({ metadata }: V1Pod): string {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return `Pod/${metadata?.name ?? ''}`;
  const hash = metadata?.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return `Deployment/${owner.name.slice(0, -hash.length - 1)}`;
  return `${owner.kind}/${owner.name}`;
}
