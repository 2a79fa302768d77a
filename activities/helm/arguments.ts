/** Every Helm command line, as pure functions. Values travel in files: an argv is readable by the whole machine. */
import type { Slot } from '../../domain/slot.ts';

/** Where one Helm release is. `context` names the cluster in the kubeconfig. */
export interface HelmTarget {
  readonly name: string;
  readonly namespace: string;
  readonly context: string;
}

/** A slot is one Helm release, and its objects are called the same. */
export const helmReleaseOf = (service: string, slot: Slot): string => `${service}-${slot}`;

/** For each hook and each deletion. Without `--wait` nothing else in Helm waits. */
const operationTimeout = '120s';

const where = ({ namespace, context }: HelmTarget) => ['--namespace', namespace, '--kube-context', context];
const valuesFlags = (files: readonly string[]) => files.flatMap((file) => ['--values', file]);

export interface ChartOnDisk {
  readonly folder: string;
  readonly valuesFiles: readonly string[];
}

export const lintArguments = ({ folder, valuesFiles }: ChartOnDisk, namespace: string) => [
  'lint',
  folder,
  '--strict',
  '--namespace',
  namespace,
  ...valuesFlags(valuesFiles),
];

export const templateArguments = ({ folder, valuesFiles }: ChartOnDisk, name: string, namespace: string) => [
  'template',
  name,
  folder,
  '--namespace',
  namespace,
  ...valuesFlags(valuesFiles),
];

/**
 * `--reset-values`: what runs is a function of the files given here, not of what ran before.
 * Never `--wait`: a large model takes longer than any sensible time-out, and a failed wait would take the
 * evidence with it. `awaitReady` polls instead.
 */
export const upgradeArguments = (target: HelmTarget, { folder, valuesFiles }: ChartOnDisk, labels: Readonly<Record<string, string>>) => [
  'upgrade',
  target.name,
  folder,
  '--install',
  '--reset-values',
  ...valuesFlags(valuesFiles),
  '--labels',
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(','),
  '--timeout',
  operationTimeout,
  '--output',
  'json',
  ...where(target),
];

export const historyArguments = (target: HelmTarget) => ['history', target.name, '--output', 'json', ...where(target)];

export const metadataArguments = (target: HelmTarget) => ['get', 'metadata', target.name, '--output', 'json', ...where(target)];

/** Only what was given on top of the chart's own defaults. */
export const valuesArguments = (target: HelmTarget) => ['get', 'values', target.name, '--output', 'json', ...where(target)];

/** Always with the revision named: without it Helm takes the one before, which may be a failed one. */
export const rollbackArguments = (target: HelmTarget, revision: number) => [
  'rollback',
  target.name,
  String(revision),
  '--timeout',
  operationTimeout,
  ...where(target),
];

export const uninstallArguments = (target: HelmTarget) => [
  'uninstall',
  target.name,
  '--ignore-not-found',
  '--timeout',
  operationTimeout,
  ...where(target),
];
