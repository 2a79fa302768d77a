/** Starts the loop over the queue of findings beside the workers, and counts what it does where their metrics are. */
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { createBlobStore } from '../../activities/tool/store.ts';
import { taskQueues } from '../../workflows/messages.ts';
import type { WorkerConfig } from '../config.ts';
import { type Counts, consumeFindings, type Log } from './consumer.ts';

export interface Findings {
  /** Resolves when it was stopped; never rejects but for a bug of ours, which is to end the process. */
  readonly done: Promise<void>;
  readonly stop: () => void;
}

export function startFindings(config: WorkerConfig, client: Client, log: Log): Findings {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  // Those with the queue `control` have the credentials for the store; any number of them may ask.
  if (!config.queues.includes(taskQueues.control)) return { done: Promise.resolve(), stop };
  if (config.findings === null) {
    log.info({}, 'PLIMSOLL_FINDINGS_QUEUE is not set: no finding of GuardDuty stops a release');
    return { done: Promise.resolve(), stop };
  }
  // The workers drain for a long time after this; nothing new is taken meanwhile.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  const { region, endpoint } = config.aws;
  const store = createBlobStore(new S3Client({ region, forcePathStyle: endpoint !== undefined }), config.store);
  const { queue, drill } = config.findings;
  const notices = config.security;
  log.info({ queue, drill, notices: notices.map(({ name }) => name) }, 'findings of GuardDuty are read');
  const consumer = {
    queue,
    drill,
    notices,
    sqs: new SQSClient({ region }),
    client,
    keep: (bytes: Uint8Array) => store.put(bytes),
    log,
    count: createCounts(),
  };
  return { done: consumeFindings(consumer, stopping.signal), stop };
}

function createCounts(): Counts {
  const meter = Runtime.instance().metricMeter;
  const messages = meter.createCounter(
    'plimsoll_findings_messages',
    undefined,
    'Messages of the queue of findings, by what became of them',
  );
  const asked = meter.createGauge(
    'plimsoll_findings_asked_time_seconds',
    'float',
    undefined,
    'When the queue of findings last answered, as a Unix time',
  );
  return {
    message: (result) => messages.add(1, { result }),
    asked: () => asked.set(Date.now() / 1000),
  };
}
