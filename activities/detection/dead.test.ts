/**
 * Goal: what lies among the dead is seen and not taken away, and nothing is deleted before Temporal has it.
 * Method: a queue in memory that hides what it gave, as SQS does, until it is deleted or shown again.
 */
import { readFileSync } from 'node:fs';
import { type Client, ServiceError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { createDeadFindingsActivities } from './dead.ts';

const event = readFileSync(new URL('../../test/fixtures/guardduty/eks-runtime.json', import.meta.url), 'utf8');
const id = '1ab92989eaf0e742df4a014d5171d8eb';
const arn = 'arn:aws:sqs:eu-west-1:123456789012:plimsoll-findings-dead';

interface Sent {
  readonly constructor: { readonly name: string };
  readonly input: {
    readonly ReceiptHandle?: string;
    readonly Entries?: readonly { readonly ReceiptHandle: string }[];
    readonly QueueName?: string;
  };
}

function given(bodies: readonly string[], policy: string | undefined = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 5 })) {
  const queue = new Map(bodies.map((body, index) => [`m${index}`, body]));
  const hidden = new Set<string>();
  const order: string[] = [];
  const broken = { temporal: undefined as Error | undefined, queue: undefined as Error | undefined };
  const answers: Readonly<Record<string, (input: Sent['input']) => object>> = {
    GetQueueAttributesCommand: () => ({ Attributes: { RedrivePolicy: policy } }),
    GetQueueUrlCommand: ({ QueueName }) => ({ QueueUrl: `http://127.0.0.1/123456789012/${QueueName}` }),
    ReceiveMessageCommand: () => {
      const seen = [...queue].filter(([key]) => !hidden.has(key)).slice(0, 10);
      for (const [key] of seen) hidden.add(key);
      const Attributes = { SentTimestamp: '1795770000000', ApproximateReceiveCount: '6' };
      return { Messages: seen.map(([key, Body]) => ({ MessageId: key, ReceiptHandle: key, Body, Attributes })) };
    },
    DeleteMessageCommand: ({ ReceiptHandle = '' }) => {
      queue.delete(ReceiptHandle);
      hidden.delete(ReceiptHandle);
      return {};
    },
    ChangeMessageVisibilityBatchCommand: ({ Entries = [] }) => {
      for (const { ReceiptHandle } of Entries) hidden.delete(ReceiptHandle);
      return {};
    },
  };
  const sqs = {
    send: async ({ constructor: { name }, input }: Sent) => {
      if (broken.queue !== undefined) throw broken.queue;
      if (name === 'DeleteMessageCommand') order.push('deleted');
      return answers[name]?.(input) ?? {};
    },
  };
  const signalWithStart = async (_: string, { workflowId }: { readonly workflowId: string }) => {
    if (broken.temporal !== undefined) throw broken.temporal;
    order.push(workflowId);
  };
  const activities = createDeadFindingsActivities({
    sqs: sqs as never,
    client: { workflow: { signalWithStart } } as unknown as Client,
    store: createMemoryStore(),
    wanted: { queue: 'http://127.0.0.1/123456789012/plimsoll-findings', drill: false, notices: [] },
  });
  return { queue, hidden, order, broken, look: (tell: boolean) => activities.lookAtDeadFindings({ tell }) };
}

test('to look shows each with since when and why, nothing of what is in it, and takes nothing away', async () => {
  const { queue, hidden, order, look } = given(['hunter2', event]);
  const found = await look(false);
  expect(found).toEqual({
    off: null,
    messages: [
      {
        messageId: 'm0',
        since: new Date(1_795_770_000_000).toISOString(),
        received: 6,
        finding: null,
        malformed: expect.stringContaining('body') as string,
        told: false,
      },
      expect.objectContaining({
        messageId: 'm1',
        finding: { id, type: 'Execution:Runtime/NewBinaryExecuted', severity: 8 },
        malformed: null,
      }),
    ],
    more: false,
  });
  expect(JSON.stringify(found)).not.toContain('hunter2');
  expect([queue.size, hidden.size, order.length]).toEqual([2, 0, 0]);
});

test('a finding among them is told and then deleted; what is none stays', async () => {
  const { queue, hidden, order, look } = given(['hunter2', event]);
  expect((await look(true)).messages.map(({ told }) => told)).toEqual([false, true]);
  expect(order).toEqual([`finding/${id}`, 'deleted']);
  expect([[...queue.keys()], hidden.size]).toEqual([['m0'], 0]);
});

test('while Temporal does not answer nothing is deleted, and all can be seen again', async () => {
  const { queue, hidden, order, broken, look } = given([event, event]);
  broken.temporal = new ServiceError('gone');
  await expect(look(true)).rejects.toMatchObject({ type: 'temporal.unreachable' });
  expect([queue.size, hidden.size, order]).toEqual([2, 0, []]);
});

test('of many those that a message holds are shown, and that there are more', async () => {
  const { look } = given(Array.from({ length: 57 }, () => 'hunter2'));
  const { messages, more } = await look(false);
  expect([messages.length, more]).toEqual([50, true]);
});

test('a queue without dead letters says so, and one that refuses is named by its error alone', async () => {
  expect(await given([], '').look(false)).toMatchObject({ off: 'the queue of findings has no dead-letter queue' });
  const refusing = given([event]);
  refusing.broken.queue = Object.assign(new Error('secret address'), { name: 'AccessDenied' });
  await expect(refusing.look(false)).rejects.toMatchObject({
    type: 'queue.unreachable',
    message: 'the dead-letter queue of findings: AccessDenied',
  });
});
