/** The world as it is, read past Plimsoll: Kubernetes, S3, DynamoDB, Temporal, processes. */

import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { temporal as temporalApi } from '@temporalio/proto';
import { routeAnswer, routeKind, weightsOf as weightsIn } from '../../activities/kubernetes/route.ts';
import { createBlobStore } from '../../activities/tool/store.ts';
import type { Finding, ScanReport } from '../../domain/finding.ts';
import type { Slot, Weights } from '../../domain/slot.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { address } from './stack.ts';
import { until } from './wait.ts';

const aws = () => ({ region: address('AWS_REGION'), endpoint: address('AWS_ENDPOINT_URL') });
let s3: S3Client | undefined;
export const bucket = () => (s3 ??= new S3Client({ ...aws(), forcePathStyle: true }));

function cluster(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(address('KUBECONFIG'));
  return config;
}

const namespace = 'models';

/* ------------------------------------------------------------ kubernetes */

/** `null` before the first release. */
export async function weightsOf(service: string): Promise<Weights | null> {
  const { group, version, plural } = routeKind;
  try {
    const route = await cluster()
      .makeApiClient(CustomObjectsApi)
      .getNamespacedCustomObject({ group, version, plural, namespace, name: service });
    return weightsIn(routeAnswer.parse(route), service);
  } catch (error) {
    if ((error as { code?: number }).code === 404) return null;
    throw error;
  }
}

/** Which release each slot's pods are of; a slot without pods is left out. */
export async function podsOf(service: string): Promise<Partial<Record<Slot, readonly string[]>>> {
  const { items } = await cluster()
    .makeApiClient(CoreV1Api)
    .listNamespacedPod({ namespace, labelSelector: `plimsoll.dev/service=${service}` });
  const living = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  const pods: Partial<Record<Slot, string[]>> = {};
  for (const { metadata } of living)
    (pods[metadata?.labels?.['plimsoll.dev/slot'] as Slot] ??= []).push(metadata?.labels?.['plimsoll.dev/release'] ?? '');
  return pods;
}

/** A pod that is no release's is there while this runs. */
export async function podByHand(name: string, act: () => Promise<void>): Promise<void> {
  const core = cluster().makeApiClient(CoreV1Api);
  const containers = [{ name: 'shell', image: 'registry.example/shell:latest' }];
  await core.createNamespacedPod({ namespace, body: { metadata: { name }, spec: { containers } } });
  try {
    await act();
  } finally {
    await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
  }
}

/** Status of the newest revision of a slot's Helm release; `null` when it has none. */
export async function helmStatusOf(service: string, slot: Slot): Promise<string | null> {
  const labelSelector = `owner=helm,name=${service}-${slot}`;
  const { items } = await cluster().makeApiClient(CoreV1Api).listNamespacedSecret({ namespace, labelSelector });
  const revision = (labels: Record<string, string> | undefined) => Number(labels?.['version'] ?? 0);
  const [newest] = items.map(({ metadata }) => metadata?.labels).toSorted((a, b) => revision(b) - revision(a));
  return newest?.['status'] ?? null;
}

/* ------------------------------------------------------------- terraform */

/** Everything that says that somebody is at a state, given by its key: lock objects, items of the lock table, our own leases. */
export async function stateLocksOf(state: string): Promise<readonly string[]> {
  const [objects, leases, items] = await Promise.all([
    keysOf(address('PLIMSOLL_STATE_BUCKET')),
    keysOf(address('PLIMSOLL_STORE_BUCKET'), 'leases/'),
    new DynamoDBClient(aws()).send(new ScanCommand({ TableName: address('PLIMSOLL_LOCK_TABLE') })),
  ]);
  const locks = [
    ...objects.filter((key) => key.endsWith('.tflock')),
    ...leases,
    // Terraform keeps the digest of each state in the same table; that is no lock.
    ...(items.Items ?? []).map(({ LockID }) => LockID?.S ?? '').filter((id) => !id.endsWith('-md5')),
  ];
  return locks.filter((lock) => lock.includes(state));
}

/** What the last apply said: an output of a state, given by its key. */
export async function outputOf(state: string, name: string): Promise<unknown> {
  const { Body } = await bucket().send(new GetObjectCommand({ Bucket: address('PLIMSOLL_STATE_BUCKET'), Key: state }));
  const { outputs } = JSON.parse((await Body?.transformToString()) ?? '{}') as { outputs?: Record<string, { value: unknown }> };
  return outputs?.[name]?.value;
}

export async function keysOf(name: string, prefix = ''): Promise<readonly string[]> {
  const { Contents = [] } = await bucket().send(new ListObjectsV2Command({ Bucket: name, Prefix: prefix }));
  return Contents.map(({ Key }) => Key ?? '');
}

/** Every finding of every report: a release shows only the worst of each tool. */
export async function findingsOf({ scans }: Pick<ReleaseView, 'scans'>): Promise<readonly Finding[]> {
  const store = createBlobStore(bucket(), { bucket: address('PLIMSOLL_STORE_BUCKET'), kmsKey: address('PLIMSOLL_STORE_KEY') });
  const reports = (await Promise.all(scans.map(({ report }) => store.getJson(report)))) as readonly ScanReport[];
  return reports.flatMap(({ findings }) => findings);
}

export const recordsOf = (id: string) => keysOf(address('PLIMSOLL_LEDGER_BUCKET'), `releases/${id}/`);

/** Programs that work in a private folder of this release: a workspace carries its id. */
export function processesOf(id: string): readonly string[] {
  const folder = join(address('PLIMSOLL_WORK_ROOT'), id);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      } catch {
        return false;
      }
    });
}

export const workspacesOf = (id: string): readonly string[] =>
  readdirSync(address('PLIMSOLL_WORK_ROOT')).filter((name) => name.startsWith(id));

/* -------------------------------------------------------------- temporal */

let connecting: Promise<Client> | undefined;
export function temporal(): Promise<Client> {
  connecting ??= Connection.connect({ address: address('PLIMSOLL_TEMPORAL_ADDRESS') }).then((connection) => new Client({ connection }));
  return connecting;
}

/** After Temporal was restarted, the old connection may be about nothing. */
export const forgetTemporal = (): void => {
  connecting = undefined;
};

/** As after its retention: nothing of these releases is in Temporal any more. They have ended. */
export async function retentionEnds(releaseIds: readonly string[]): Promise<void> {
  const { workflowService, workflow, options } = await temporal();
  for (const workflowId of releaseIds)
    await workflowService.deleteWorkflowExecution({ namespace: options.namespace, workflowExecution: { workflowId } });
  for (const id of releaseIds)
    await until(`Temporal has forgotten ${id}`, () =>
      workflow
        .getHandle(id)
        .describe()
        .then(
          () => undefined,
          (error: unknown) => error instanceof WorkflowNotFoundError || undefined,
        ),
    );
}

export interface HistoryFacts {
  readonly events: number;
  readonly longestPayloadBytes: number;
  /** Of them: those of workflow tasks that the worker did not answer in time, or asked more time for. Nobody's but a busy machine's. */
  readonly eventsOfRepeatedTasks: number;
  /** Every activity that was ever scheduled, by name. */
  readonly activities: readonly string[];
}

export async function historyOf(id: string): Promise<HistoryFacts> {
  const { events = [] } = await (await temporal()).workflow.getHandle(id).fetchHistory();
  return {
    events: events?.length ?? 0,
    eventsOfRepeatedTasks: eventsOfRepeatedTasksIn((events ?? []).map(kindOf)),
    longestPayloadBytes: Math.max(0, ...payloadBytes(events)),
    activities: (events ?? []).flatMap(
      ({ activityTaskScheduledEventAttributes }) => activityTaskScheduledEventAttributes?.activityType?.name ?? [],
    ),
  };
}

type TaskEvent = 'scheduled' | 'started' | 'completed' | 'repeated' | null;

const kindOf = (event: temporalApi.api.history.v1.IHistoryEvent): TaskEvent => {
  if (event.workflowTaskScheduledEventAttributes) return 'scheduled';
  if (event.workflowTaskStartedEventAttributes) return 'started';
  if (event.workflowTaskCompletedEventAttributes) return 'completed';
  return event.workflowTaskTimedOutEventAttributes || event.workflowTaskFailedEventAttributes ? 'repeated' : null;
};

/** A task that did not come to its end has two events or three; one that follows on another with nothing in between has three. */
function eventsOfRepeatedTasksIn(kinds: readonly TaskEvent[]): number {
  const ended = kinds.flatMap((kind, at) => (kind === 'repeated' ? [kinds[at - 1] === 'started' ? 3 : 2] : []));
  const prolonged = kinds.filter((kind, at) => kind === 'scheduled' && kinds[at - 1] === 'completed').length;
  return ended.reduce((sum, count) => sum + count, 0) + 3 * prolonged;
}

/** Payloads lie at many places of an event; each is bytes under `data`. */
function payloadBytes(value: unknown): number[] {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'data' && inner instanceof Uint8Array ? [inner.byteLength] : payloadBytes(inner),
  );
}

/** `null` when there is none or it has ended, which a lane does when nobody is in it. */
export async function openWorkflow(id: string): Promise<string | null> {
  try {
    const { status } = await (await temporal()).workflow.getHandle(id).describe();
    return status.name === 'RUNNING' ? id : null;
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return null;
    throw error;
  }
}
