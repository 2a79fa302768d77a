/**
 * What lies in the dead-letter queue of findings: listed, and told where it is a finding after all. A message is deleted once
 * Temporal has it and not before; all others can be seen again at once.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type GetQueueAttributesCommandOutput,
  GetQueueUrlCommand,
  type GetQueueUrlCommandOutput,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandOutput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { NoticeTarget } from '../../domain/notice.ts';
import { type DeadFinding, type DeadFindingsPort, deadMax } from '../../domain/threats/dead.ts';
import { failure } from '../failure.ts';
import type { BlobStore } from '../tool/store.ts';
import { asThreat, readEvent } from './event.ts';
import { tell } from './tell.ts';

export interface DeadFindingsDependencies {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly client: Client;
  readonly store: Pick<BlobStore, 'put'>;
  /** `null`: this installation reads no findings. */
  readonly wanted: { readonly queue: string; readonly drill: boolean; readonly notices: readonly NoticeTarget[] } | null;
}

/** The most that SQS gives at once. */
const batchMax = 10;
/** Longer than a look takes, so that it meets no message twice. */
const hiddenSeconds = 30;
const reasonLengthMax = 150;

const redrivePolicy = z.object({ deadLetterTargetArn: z.string().regex(/^arn:[^:]+:sqs:[^:]+:[0-9]+:[^:]+$/) });

export function createDeadFindingsActivities(dependencies: DeadFindingsDependencies): DeadFindingsPort {
  const { sqs, wanted } = dependencies;
  return {
    async lookAtDeadFindings({ tell: isToTell }) {
      if (wanted === null) return { off: 'PLIMSOLL_FINDINGS_QUEUE is not set', messages: [], more: false };
      const queue = await deadLetterQueueOf(sqs, wanted.queue);
      if (queue === null) return { off: 'the queue of findings has no dead-letter queue', messages: [], more: false };
      const taken: Message[] = [];
      const told = new Set<Message>();
      try {
        for await (const message of messagesOf(sqs, queue)) taken.push(message);
        if (isToTell) for (const message of taken) if (await wasTold(dependencies, wanted, queue, message)) told.add(message);
        return { off: null, messages: taken.map((message) => listed(message, told.has(message))), more: taken.length === deadMax };
      } finally {
        const left = taken.filter((message) => !told.has(message));
        await showAgain(sqs, queue, left);
      }
    },
  };
}

/** Whoever made the queue of findings has said there which one it is. */
async function deadLetterQueueOf(sqs: DeadFindingsDependencies['sqs'], queue: string): Promise<string | null> {
  const { Attributes }: GetQueueAttributesCommandOutput = await asked(() =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['RedrivePolicy'] })),
  );
  const policy = Attributes?.RedrivePolicy ?? '';
  if (policy === '') return null;
  const { deadLetterTargetArn } = redrivePolicy.parse(JSON.parse(policy));
  const [QueueOwnerAWSAccountId, QueueName] = deadLetterTargetArn.split(':').slice(4);
  const { QueueUrl }: GetQueueUrlCommandOutput = await asked(() => sqs.send(new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId })));
  return QueueUrl ?? null;
}

async function* messagesOf(sqs: DeadFindingsDependencies['sqs'], QueueUrl: string): AsyncGenerator<Message> {
  for (let found = 0; found < deadMax; ) {
    const { Messages = [] }: ReceiveMessageCommandOutput = await asked(() =>
      sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: batchMax,
          VisibilityTimeout: hiddenSeconds,
          // Asked without a wait, SQS looks at some of its machines only.
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
        }),
      ),
    );
    if (Messages.length === 0) return;
    yield* Messages;
    found += Messages.length;
  }
}

async function wasTold(
  { sqs, client, store }: DeadFindingsDependencies,
  { drill, notices }: NonNullable<DeadFindingsDependencies['wanted']>,
  QueueUrl: string,
  { Body: body = '', ReceiptHandle }: Message,
): Promise<boolean> {
  const read = readEvent(body);
  if (read.kind === 'malformed') return false;
  const threat = asThreat(read.threat, await store.put(Buffer.from(body)));
  try {
    await tell(client, { threat, drill, notices });
  } catch (error) {
    throw failure('temporal.unreachable', `Temporal did not answer: ${nameOf(error)}`);
  }
  await asked(() => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })));
  return true;
}

function listed({ MessageId = '', Body = '', Attributes = {} }: Message, told: boolean): DeadFinding {
  const read = readEvent(Body);
  const isFinding = read.kind === 'threat';
  return {
    messageId: MessageId,
    since: new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString(),
    received: Number(Attributes.ApproximateReceiveCount ?? 0),
    finding: isFinding ? { id: read.threat.id, type: read.threat.type, severity: read.threat.severity } : null,
    malformed: isFinding ? null : read.because.slice(0, reasonLengthMax),
    told,
  };
}

/** To look is not to take away: whoever looks next sees them at once. */
async function showAgain(sqs: DeadFindingsDependencies['sqs'], QueueUrl: string, messages: readonly Message[]): Promise<void> {
  for (let first = 0; first < messages.length; first += batchMax) {
    const Entries = messages
      .slice(first, first + batchMax)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
    await asked(() => sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })));
  }
}

/** Errors' messages may quote what was sent: their names say enough. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw failure('queue.unreachable', `the dead-letter queue of findings: ${nameOf(error)}`);
  }
}
