/** What Prometheus' `http_sd_configs` reads: one target a pod, labelled as the judge expects to find its series. */
import { podLabels } from './fleet.ts';
import { loopback } from './http.ts';
import type { Target } from './routing.ts';

export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<'namespace' | 'service' | 'slot' | 'pod' | 'version' | 'release', string>>;
}

export function targetsDocument(running: readonly Target[], namespace: string): readonly TargetGroup[] {
  return running.map(({ pod, port, labels }) => ({
    targets: [`${loopback}:${port}`],
    labels: {
      namespace,
      service: labels[podLabels.service] ?? '',
      slot: labels[podLabels.slot] ?? '',
      pod,
      version: labels[podLabels.version] ?? '',
      release: labels[podLabels.release] ?? '',
    },
  }));
}
