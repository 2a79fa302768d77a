/** A Temporal server of its own and our workflows on real workers, with activities that a test brings. */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createLanesActivities } from '../../activities/lanes/lanes.ts';
import { createReleasesActivities } from '../../activities/releases/releases.ts';
import { memoOf } from '../../domain/memo.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { taskQueues } from '../../workflows/messages.ts';
import type { release } from '../../workflows/release.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { findTool } from './find-tool.ts';
import type { ScriptedWorld } from './scripted-world.ts';
import { bundle } from './workflow-bundle.ts';

export interface Temporal {
  readonly client: TestWorkflowEnvironment['client'];
  /** Every release has its own world, found by its id; a world is added before its release starts. */
  readonly worlds: Map<string, ScriptedWorld>;
  readonly close: () => Promise<void>;
}

/** `workflows`: another file that exports ours and more, relative to this folder. */
export async function startTemporal(workflows?: string): Promise<Temporal> {
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
  const real = { ...createLanesActivities({ client }), ...createReleasesActivities({ client }) };
  const activityOf =
    (name: string) =>
    async (input: { release?: { releaseId: string }; releaseId?: string; order?: ReleaseOrder }): Promise<unknown> => {
      const releaseId = input.release?.releaseId ?? input.releaseId ?? input.order?.releaseId;
      // Comparing two stored changes is nobody's in particular.
      const world = releaseId === undefined ? [...worlds.values()][0] : worlds.get(releaseId);
      if (world === undefined) throw new Error(`no world for ${releaseId}`);
      return await (world.activities(real) as unknown as Record<string, (argument: unknown) => Promise<unknown>>)[name]?.(input);
    };
  const activities = Object.fromEntries(activityNames.map((name) => [name, activityOf(name)]));
  const workflowBundle = await bundle(workflows);
  const workers = await Promise.all(
    Object.values(taskQueues).map((taskQueue) =>
      Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        ...(taskQueue === taskQueues.releases ? { workflowBundle } : {}),
        activities: activities,
      }),
    ),
  );
  const running = workers.map((worker) => worker.run());
  return {
    client: environment.client,
    worlds,
    async close() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await environment.teardown();
    },
  };
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
