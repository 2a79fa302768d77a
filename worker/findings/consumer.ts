/**
 * Findings of GuardDuty from the queue to the workflow of each. A message is deleted once Temporal has it and not before:
 * whatever dies on the way, it comes again, and what comes twice does nothing twice. What is no finding is left in the
 * queue, whose redrive policy puts it where people look.
 */
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Client, ServiceError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { asThreat, readEvent } from '../../activities/detection/event.ts';
import { tell } from '../../activities/detection/tell.ts';
import type { Blob } from '../../domain/blob.ts';
import { type FailureKind, isFailureKind } from '../../domain/failures.ts';
import type { NoticeTarget } from '../../domain/notice.ts';

/** The longest a queue waits, so that an idle one is asked three times a minute. */
const waitSeconds = 20;
/** The most it gives at once. */
const messagesMax = 10;
/** Between two tries while something does not answer: each try of a message brings it nearer to the dead-letter queue. */
const pauseMs = 5_000;

export interface Consumer {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly client: Client;
  /** Keeps the event as evidence. */
  readonly keep: (bytes: Uint8Array) => Promise<Blob>;
  readonly queue: string;
  /** Samples count. */
  readonly drill: boolean;
  readonly notices: readonly NoticeTarget[];
  readonly log: Log;
  readonly count: Counts;
}

export interface Log {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Counts {
  /** What became of a message. */
  readonly message: (result: 'told' | 'malformed' | 'failed') => void;
  /** The queue has answered. */
  readonly asked: () => void;
}

/** Until `stop` says so; the request that waits for messages ends with it. */
export async function consumeFindings(consumer: Consumer, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const failures = await consumeOnce(consumer, stop);
    if (failures > 0) await pause(stop);
  }
}

/** One request; answers how many messages will come again because something did not answer. */
export async function consumeOnce(consumer: Consumer, stop: AbortSignal): Promise<number> {
  let messages: readonly Message[];
  try {
    messages = await receive(consumer, stop);
  } catch (error) {
    if (stop.aborted) return 0;
    consumer.log.error({ kind: 'queue.unreachable', because: nameOf(error) }, 'the queue of findings did not answer');
    return 1;
  }
  consumer.count.asked();
  const results = await Promise.all(messages.map((message) => take(consumer, message)));
  return results.filter((result) => result === 'failed').length;
}

async function receive({ sqs, queue }: Consumer, stop: AbortSignal): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: messagesMax, WaitTimeSeconds: waitSeconds }),
    { abortSignal: stop },
  );
  return Messages;
}

async function take(consumer: Consumer, { MessageId: messageId, Body: body = '', ReceiptHandle }: Message) {
  const { log, count, sqs, queue } = consumer;
  const read = readEvent(body);
  if (read.kind === 'malformed') {
    log.error({ kind: 'finding.malformed', messageId, because: read.because }, 'a message is no finding: it goes to the dead-letter queue');
    count.message('malformed');
    return 'malformed';
  }
  try {
    const threat = asThreat(read.threat, await consumer.keep(Buffer.from(body)));
    await tell(consumer.client, { threat, drill: consumer.drill, notices: consumer.notices });
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
    log.info({ finding: threat.id, severity: threat.severity, type: threat.type }, 'a finding was told');
    count.message('told');
    return 'told';
  } catch (error) {
    log.error(
      { kind: kindOf(error), messageId, finding: read.threat.id, because: nameOf(error) },
      'a finding was not told: it comes again',
    );
    count.message('failed');
    return 'failed';
  }
}

/** The store says by name what is wrong; of the two others, Temporal's client has an error of its own. */
function kindOf(error: unknown): FailureKind {
  if (error instanceof ApplicationFailure && error.type != null && isFailureKind(error.type)) return error.type;
  return error instanceof ServiceError ? 'temporal.unreachable' : 'queue.unreachable';
}

/** Never its message: that may quote what was sent. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

const pause = (stop: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(done, pauseMs);
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
