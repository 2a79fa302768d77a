/**
 * The outside world as a workflow sees it: every port bound to its task queue and options, every call with
 * the sentence that the Temporal UI shows for it.
 */
import { type ActivityInterfaceFor, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ExportPort } from '../domain/ledger/export.ts';
import type { CheckpointPort, DayLedgerPort, LedgerPort } from '../domain/ledger/ports.ts';
import type { ReleaseOrder } from '../domain/order.ts';
import type {
  CaretakerPort,
  HelmPort,
  KubernetesPort,
  LanesPort,
  LinePort,
  MetricsPort,
  NotifyPort,
  PolicyPort,
  ReleasesPort,
  ScanPort,
  SourcePort,
  TerraformPort,
} from '../domain/ports.ts';
import type { ReleasedLedgerPort } from '../domain/released/look.ts';
import type { RescanPort } from '../domain/released/rescan.ts';
import type { ServingPort } from '../domain/released/serving.ts';
import type { StrayLedgerPort, StraysPort } from '../domain/strays/look.ts';
import type { BackstopPort } from '../domain/threats/backstop.ts';
import type { DeadFindingsPort } from '../domain/threats/dead.ts';
import type { DetectionPort, FindingLedgerPort } from '../domain/threats/ports.ts';
import {
  applyRun,
  backstopRun,
  checkpointRun,
  deadFindingsCall,
  exportRun,
  glance,
  longLook,
  noticeCall,
  observeRun,
  recordCall,
  redeliveryCall,
  shortCall,
  slotRun,
  straysRun,
  toolRun,
  undoCall,
  undoRun,
  unhurriedRun,
} from './activity-options.ts';
import { taskQueues } from './messages.ts';

type Queues = Pick<ReleaseOrder, 'queues'>['queues'];

/** Forward steps. They give up in the end, so that the release goes back or a person is called. */
export function stepsOf({ tools, watch }: Queues) {
  const { control } = taskQueues;
  return {
    source: proxyActivities<SourcePort>({ ...toolRun, taskQueue: tools }),
    terraform: proxyActivities<Omit<TerraformPort, 'applyPlan' | 'observeApply'>>({ ...toolRun, taskQueue: tools }),
    apply: proxyActivities<Pick<TerraformPort, 'applyPlan'>>({ ...applyRun, taskQueue: tools }),
    observe: proxyActivities<Pick<TerraformPort, 'observeApply'>>({ ...observeRun, taskQueue: tools }),
    scan: proxyActivities<ScanPort>({ ...toolRun, taskQueue: tools }),
    policy: proxyActivities<PolicyPort>({ ...shortCall, taskQueue: control }),
    chart: proxyActivities<Pick<HelmPort, 'renderChart'>>({ ...toolRun, taskQueue: tools }),
    slot: proxyActivities<Pick<HelmPort, 'deploySlot'>>({ ...slotRun, taskQueue: tools }),
    route: proxyActivities<Omit<KubernetesPort, 'awaitReady'>>({ ...shortCall, taskQueue: control }),
    pods: proxyActivities<Pick<KubernetesPort, 'awaitReady'>>({ ...longLook, taskQueue: watch }),
    metrics: proxyActivities<MetricsPort>({ ...longLook, taskQueue: watch }),
    lanes: proxyActivities<LanesPort>({ ...shortCall, taskQueue: control }),
  };
}

export type Steps = ReturnType<typeof stepsOf>;

/** What only looks at what was released, when there is nothing more urgent to do. */
export function lookStepsOf({ tools }: Queues) {
  const options = { ...unhurriedRun, taskQueue: tools };
  return {
    source: proxyActivities<Pick<SourcePort, 'fetchSource'>>(options),
    terraform: proxyActivities<Pick<TerraformPort, 'checkAllowList' | 'planSpeculative'>>(options),
    scan: proxyActivities<ScanPort>(options),
    chart: proxyActivities<Pick<HelmPort, 'renderChart'>>(options),
    policy: proxyActivities<PolicyPort>({ ...shortCall, taskQueue: taskQueues.control }),
  };
}

/** The same world for undoing: without an end to the retries. */
export function undoStepsOf({ tools }: Queues) {
  const { control } = taskQueues;
  return {
    helm: proxyActivities<Pick<HelmPort, 'emptySlot' | 'parkSlot'>>({ ...undoRun, taskQueue: tools }),
    route: proxyActivities<Pick<KubernetesPort, 'setWeights' | 'readWeights'>>({ ...undoCall, taskQueue: control }),
    lanes: proxyActivities<Pick<LanesPort, 'leaveLane'>>({ ...undoCall, taskQueue: control }),
  };
}

export type UndoSteps = ReturnType<typeof undoStepsOf>;

/** Milliseconds of work that many steps ask for: one event of the history each, where an activity has six. */
export const localSteps = proxyLocalActivities<ReleasesPort & LinePort & Pick<LanesPort, 'leaveLane'>>(glance);

export const ledger: ActivityInterfaceFor<LedgerPort> = proxyActivities<LedgerPort>({ ...recordCall, taskQueue: taskQueues.control });

export const dayLedger: ActivityInterfaceFor<DayLedgerPort> = proxyActivities<DayLedgerPort>({
  ...recordCall,
  taskQueue: taskQueues.control,
});

export const checkpointing: ActivityInterfaceFor<CheckpointPort> = proxyActivities<CheckpointPort>({
  ...checkpointRun,
  taskQueue: taskQueues.control,
});

export const findingLedger: ActivityInterfaceFor<FindingLedgerPort> = proxyActivities<FindingLedgerPort>({
  ...recordCall,
  taskQueue: taskQueues.control,
});

export const exporting: ActivityInterfaceFor<ExportPort> = proxyActivities<ExportPort>({ ...exportRun, taskQueue: taskQueues.control });

export const straying: ActivityInterfaceFor<StraysPort> = proxyActivities<StraysPort>({ ...straysRun, taskQueue: taskQueues.control });

export const strayLedger: ActivityInterfaceFor<StrayLedgerPort> = proxyActivities<StrayLedgerPort>({
  ...recordCall,
  taskQueue: taskQueues.control,
});

export const serving: ActivityInterfaceFor<ServingPort> = proxyActivities<ServingPort>({ ...shortCall, taskQueue: taskQueues.control });

export const rescanning: ActivityInterfaceFor<RescanPort> = proxyActivities<RescanPort>({ ...shortCall, taskQueue: taskQueues.control });

export const releasedLedger: ActivityInterfaceFor<ReleasedLedgerPort> = proxyActivities<ReleasedLedgerPort>({
  ...recordCall,
  taskQueue: taskQueues.control,
});

/** A finding is never given up: without an answer nobody would be told. */
export const detection: ActivityInterfaceFor<DetectionPort> = proxyActivities<DetectionPort>({
  ...recordCall,
  taskQueue: taskQueues.control,
});

export const deadFindingsLook: ActivityInterfaceFor<DeadFindingsPort> = proxyActivities<DeadFindingsPort>({
  ...deadFindingsCall,
  taskQueue: taskQueues.control,
});

export const backstopping: ActivityInterfaceFor<BackstopPort> = proxyActivities<BackstopPort>({
  ...backstopRun,
  taskQueue: taskQueues.control,
});

export const noticing: ActivityInterfaceFor<NotifyPort> = proxyActivities<NotifyPort>({ ...noticeCall, taskQueue: taskQueues.control });

export const redelivering: ActivityInterfaceFor<NotifyPort> = proxyActivities<NotifyPort>({
  ...redeliveryCall,
  taskQueue: taskQueues.control,
});

export const caretaking: ActivityInterfaceFor<CaretakerPort> = proxyActivities<CaretakerPort>({
  ...shortCall,
  taskQueue: taskQueues.control,
});
