/** The two permanent Services of a service. They select a slot and never a version: re-pointing one drops connections. */
import type { V1Service } from '@kubernetes/client-node';
import type { RouteRef } from '../../domain/ports.ts';
import type { Slot } from '../../domain/slot.ts';

/** Annotation: the release whose write this is. */
export const releaseMark = 'plimsoll.dev/release';

export const slotName = (service: string, slot: Slot): string => `${service}-${slot}`;

export const slotLabels = (service: string, slot: Slot) => ({ 'plimsoll.dev/service': service, 'plimsoll.dev/slot': slot });

export const selectorText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

export function serviceManifest({ release, cluster, route }: RouteRef, slot: Slot): V1Service {
  const labels = slotLabels(release.service, slot);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: slotName(release.service, slot),
      namespace: cluster.namespace,
      labels,
      annotations: { [releaseMark]: release.releaseId },
    },
    spec: { type: 'ClusterIP', selector: labels, ports: [{ name: 'http', port: route.port, targetPort: route.port, protocol: 'TCP' }] },
  };
}
