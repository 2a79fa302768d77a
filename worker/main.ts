/**
 * The process that hosts workflows and activities. Reads its configuration, serves its queues until it is told
 * to stop, and gives running activities time to finish: a deployment of the worker must not break releases.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { type Logger, pino } from 'pino';
import { endStrays } from '../activities/tool/machine.ts';
import { sweepBeforeFirst, sweepWorkspaces } from '../activities/tool/workspace.ts';
import { apiKeyOf, clientOptions, nativeOptions } from '../api/temporal/connection.ts';
import { looksOf, taskQueues } from '../workflows/messages.ts';
import { createActivities } from './activities.ts';
import { readConfig, shutdownGraceSeconds, type WorkerConfig } from './config.ts';
import { startFindings } from './findings/start.ts';
import { ensureSchedules } from './schedule.ts';

/** Slots of each queue. Short calls and looks mostly wait; tools are bounded by memory (`PLIMSOLL_TOOL_SLOTS`). */
const callSlots = 50;
/** Looks at the installation are rare and take seconds: of each queue's workers, these are never taken by anything else. */
const lookSlots = 10;
/** Secrets of a killed worker lie on the disk no longer than this after its last tool has ended. */
const sweepMilliseconds = 30_000;
/** A key that was replaced counts after a minute; the old one has to be good for as long. */
const keyMilliseconds = 60_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = observe(config);
  await sweepBeforeFirst(config.workRoot);
  const connection = await NativeConnection.connect(nativeOptions(config.temporal));
  const client = new Client({
    connection: await Connection.connect(clientOptions(config.temporal)),
    namespace: config.temporal.namespace,
  });
  setInterval(() => void renewKey(connection, config, log), keyMilliseconds).unref();
  const activities = createActivities(config, client, process.env);
  const workflows = config.queues.includes(taskQueues.releases) ? await workflowCode() : {};
  const workers = await Promise.all(
    slotsOf(config).map(([taskQueue, maxConcurrentActivityTaskExecutions]) =>
      Worker.create({
        connection,
        namespace: config.temporal.namespace,
        taskQueue,
        identity: config.identity,
        activities,
        shutdownGraceTime: shutdownGraceSeconds * 1000,
        // The judge's state travels in heartbeats: with the default of 60 s a killed worker loses it.
        maxHeartbeatThrottleInterval: '2 seconds',
        defaultHeartbeatThrottleInterval: '2 seconds',
        maxConcurrentActivityTaskExecutions,
        ...(taskQueue === taskQueues.releases ? workflows : {}),
      }),
    ),
  );
  if (config.queues.includes(taskQueues.releases)) await ensureSchedules(client);
  setInterval(() => void sweep(config).catch(() => undefined), sweepMilliseconds).unref();
  const findings = startFindings(config, client, log);
  // One queue that breaks ends the process: half a worker looks alive and is not.
  await Promise.all([...workers.map((worker) => worker.run()), findings.done])
    .catch((error: unknown) => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      throw error;
    })
    .finally(() => findings.stop());
  await connection.close();
}

/** Each queue that is served, with how much of it at once; and beside those with activities, where their workers are looked at. */
function slotsOf({ queues, toolSlots }: WorkerConfig): readonly (readonly [queue: string, slots: number])[] {
  const isOfCalls = (queue: string) => queue === taskQueues.control || queue === taskQueues.watch;
  return queues.flatMap((queue) => {
    const own = [queue, isOfCalls(queue) ? callSlots : toolSlots] as const;
    return queue === taskQueues.releases ? [own] : [own, [looksOf(queue), lookSlots] as const];
  });
}

/** The native connection holds its key as text. One that cannot be read just now does not end what runs on the last one. */
async function renewKey(connection: NativeConnection, { temporal }: WorkerConfig, log: Logger): Promise<void> {
  try {
    const apiKey = apiKeyOf(temporal);
    if (apiKey !== undefined) await connection.setApiKey(apiKey);
  } catch (error) {
    log.error({ err: error }, 'the API key of Temporal could not be read again: the last one stays');
  }
}

/** What killed workers of this machine left: first the programs, then the folders that they worked in. */
async function sweep({ workRoot }: WorkerConfig): Promise<void> {
  await endStrays();
  await sweepWorkspaces(workRoot);
}

/** Logs as JSON lines, metrics for Prometheus. Installed before anything native starts. */
function observe({ logLevel, metricsAddress }: WorkerConfig): Logger {
  const log = pino({ level: logLevel, base: { process: 'worker' } });
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const write = { TRACE: 'debug', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
      log[write[level]](meta ?? {}, message);
    }),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'WARN' }, forward: {} },
      metrics: { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } },
    },
  });
  return log;
}

/** The bundle that the build made; without one (a development run from sources) it is made now. */
async function workflowCode(): Promise<Pick<WorkerOptions, 'workflowBundle'>> {
  const codePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  const file = import.meta.url.endsWith('.ts') ? 'index.ts' : 'index.js';
  return { workflowBundle: await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(`../workflows/${file}`, import.meta.url)) }) };
}

await main();
