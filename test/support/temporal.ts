/** A Temporal server of its own and our workflows on real workers, with activities that a test brings. */
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createDetectionActivities } from '../../activities/detection/detection.ts';
import { createLanesActivities } from '../../activities/lanes/lanes.ts';
import { createReleasesActivities } from '../../activities/releases/releases.ts';
import { createServingReleases } from '../../activities/releases/serving.ts';
import { checkConsent } from '../../domain/ledger/consent.ts';
import { type EndedReleases, endedIn } from '../../domain/ledger/ended.ts';
import { createEndedReleases } from '../../domain/ledger/ended-reader.ts';
import type { CheckedRecord } from '../../domain/ledger/records.ts';
import { memoOf } from '../../domain/memo.ts';
import type { ThreatNotice } from '../../domain/notice.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { NotifyPort } from '../../domain/ports.ts';
import type { ReleaseRecord } from '../../domain/record.ts';
import type { DetectionPort } from '../../domain/threats/ports.ts';
import { looksOf, taskQueues } from '../../workflows/messages.ts';
import type { release } from '../../workflows/release.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { findTool } from './find-tool.ts';
import type { ScriptedWorld } from './scripted-world.ts';
import { MemoryShelf } from './shelf.ts';
import { bundle } from './workflow-bundle.ts';

/** What findings leave behind: nothing of it is a release's. */
export interface Findings {
  /** By finding: its record. */
  readonly chains: Map<string, ReleaseRecord[]>;
  readonly sealed: Set<string>;
  /** Who was told of them, and what. */
  readonly told: (ThreatNotice & { readonly target: string })[];
  /** Calls of this name that break, after their effect; a place that is told refuses for good. */
  readonly breaks: Map<string, number>;
}

export interface Temporal {
  readonly findings: Findings;
  /** Releases that have ended, as the ledger has them. */
  readonly ended: EndedReleases;
  readonly client: TestWorkflowEnvironment['client'];
  /** Every release has its own world, found by its id; a world is added before its release starts. */
  readonly worlds: Map<string, ScriptedWorld>;
  readonly close: () => Promise<void>;
}

/** `workflows`: another file that exports ours and more, relative to this folder. `more`: activities of no release and no finding. */
export async function startTemporal(workflows?: string, more: object = {}): Promise<Temporal> {
  const worlds = new Map<string, ScriptedWorld>();
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: findTool('temporal') },
      searchAttributes: Object.values(searchAttributes),
      // Broken steps are what these tests are about; the server and the worker need not tell.
      log: { format: 'pretty', level: 'error' },
    },
  });
  const { client } = environment;
  const shelf = new MemoryShelf();
  const ended = createEndedReleases(shelf);
  const real = { ...createLanesActivities({ client }), ...createReleasesActivities({ ended }) };
  const findings: Findings = { chains: new Map(), sealed: new Set(), told: [], breaks: new Map() };
  const activityOf =
    (name: string) =>
    async (input: { release?: { releaseId: string }; releaseId?: string; order?: ReleaseOrder; seal?: boolean }): Promise<unknown> => {
      const releaseId = input.release?.releaseId ?? input.releaseId ?? input.order?.releaseId;
      // Comparing two stored changes is nobody's in particular.
      const world = releaseId === undefined ? [...worlds.values()][0] : worlds.get(releaseId);
      if (world === undefined) throw new Error(`no world for ${releaseId}`);
      const answer = await (world.activities(real) as unknown as Record<string, (argument: unknown) => Promise<unknown>>)[name]?.(input);
      if (input.seal === true) keepEnd(shelf, releaseId ?? '', world);
      return answer;
    };
  const ofReleases = Object.fromEntries(activityNames.map((name) => [name, activityOf(name)]));
  const activities = { ...ofReleases, ...findingActivities(client, ended, findings, ofReleases), ...more };
  const workflowBundle = await bundle(workflows);
  const workers = await Promise.all(
    [...Object.values(taskQueues), looksOf(taskQueues.control)].map((taskQueue) =>
      Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        ...(taskQueue === taskQueues.releases ? { workflowBundle } : {}),
        activities,
        // A story that was broken off leaves activities that wait for what nobody does any more.
        shutdownForceTime: '100 seconds',
      }),
    ),
  );
  const running = workers.map((worker) => worker.run());
  return {
    client: environment.client,
    worlds,
    findings,
    ended,
    async close() {
      for (const worker of workers) worker.shutdown();
      try {
        await Promise.all(running);
      } finally {
        // A worker that does not end in order must not leave a server behind.
        await environment.teardown();
      }
      requireConsent(worlds);
    },
  };
}

/** What the ledger would have of a release that has ended. */
function keepEnd(shelf: MemoryShelf, releaseId: string, { records }: ScriptedWorld): void {
  const chain = [...records.values()].toSorted((a, b) => a.sequence - b.sequence);
  for (const record of chain) shelf.writeRecord(releaseId, record);
  const [first, last] = [chain[0], chain.at(-1)] as readonly (CheckedRecord | undefined)[];
  const end = first === undefined || last === undefined ? null : endedIn(releaseId, first, last);
  if (end !== null && typeof end !== 'string') shelf.name(end);
}

function findingActivities(
  client: Client,
  ended: EndedReleases,
  { chains, sealed, told, breaks }: Findings,
  { deliverNotice }: Readonly<Record<string, (input: never) => Promise<unknown>>>,
) {
  const broken = async <T>(name: string, effect: () => T | Promise<T>): Promise<T> => {
    const answer = await effect();
    const times = breaks.get(name) ?? 0;
    if (times === 0) return answer;
    breaks.set(name, times - 1);
    throw new Error(`injected after ${name}`);
  };
  const chainOf = (id: string) => chains.get(id) ?? chains.set(id, []).get(id) ?? [];
  return {
    findConcerned: (input: Parameters<DetectionPort['findConcerned']>[0]) =>
      // Pages of two, so that a finding about more is told to all of them page by page.
      broken(`findConcerned ${input.threat.id}`, () =>
        createDetectionActivities({ client, serving: createServingReleases(ended), pageMax: 2 }).findConcerned(input),
      ),
    readFinding: async ({ findingId }: { findingId: string }) => ({
      nextSequence: chainOf(findingId).length,
      head: chainOf(findingId).at(-1)?.hash ?? null,
    }),
    appendFinding: async ({ findingId, records }: { findingId: string; records: ReleaseRecord[] }) =>
      broken(`appendFinding ${findingId}`, () => {
        for (const record of records) chainOf(findingId)[record.sequence] = record;
      }),
    sealFinding: async ({ findingId }: { findingId: string }) => void sealed.add(findingId),
    deliverNotice: async (input: Parameters<NotifyPort['deliverNotice']>[0]) => {
      const { target, notice } = input;
      if ('release' in notice) return void (await deliverNotice?.(input as never));
      const call = `deliverNotice ${notice.kind === 'security finding' ? notice.finding.id : notice.kind}`;
      const times = breaks.get(call) ?? 0;
      if (times === 0) return void (notice.kind === 'security finding' && told.push({ target: target.name, ...notice }));
      breaks.set(call, times - 1);
      throw ApplicationFailure.create({ type: 'notice.refused', message: `${target.name}: it refuses`, nonRetryable: true });
    },
  };
}

/** Whatever a story breaks: the record of each release shows that who had to agree had agreed. */
function requireConsent(worlds: ReadonlyMap<string, ScriptedWorld>): void {
  for (const [release, { records }] of worlds) {
    const [fault] = checkConsent([...records.values()] as readonly CheckedRecord[]);
    if (fault !== undefined) throw new Error(`${release}: ${fault.what}`);
  }
}

const activityNames = [
  'deliverNotice',
  'fetchSource',
  'checkArtifact',
  'checkFormat',
  'validateRoot',
  'checkAllowList',
  'planSpeculative',
  'planForApply',
  'compareChanges',
  'applyPlan',
  'observeApply',
  'scanCode',
  'scanCodeWithTfsec',
  'scanCodeWithTflint',
  'scanPlan',
  'scanManifests',
  'scanArtifact',
  'judgeRelease',
  'renderChart',
  'deploySlot',
  'emptySlot',
  'parkSlot',
  'ensureSlots',
  'awaitReady',
  'setWeights',
  'readWeights',
  'awaitShare',
  'watchCanary',
  'appendRecords',
  'readLastIntent',
  'enterLane',
  'leaveLane',
  'checkSoak',
  'readLine',
];

export async function startRelease(temporal: Temporal, order: ReleaseOrder) {
  return await temporal.client.workflow.start<typeof release>('release', {
    workflowId: order.releaseId,
    taskQueue: taskQueues.releases,
    args: [order],
    memo: memoOf(order),
    typedSearchAttributes: [
      { key: searchAttributes.service, value: order.service },
      { key: searchAttributes.environment, value: order.environment },
    ],
  });
}
