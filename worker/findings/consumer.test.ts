/**
 * Goal: no finding is lost and none is taken for told before Temporal has it.
 * Method: a queue in memory that hides what it gave until it is deleted or comes again, as SQS does; Temporal and the store
 * answer as a test wants.
 */
import { readFileSync } from 'node:fs';
import { type Client, ServiceError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { digestBytes } from '../../domain/digest.ts';
import { type Consumer, consumeFindings, consumeOnce } from './consumer.ts';

const event = readFileSync(new URL('../../test/fixtures/guardduty/eks-runtime.json', import.meta.url), 'utf8');
const id = '1ab92989eaf0e742df4a014d5171d8eb';

function given(bodies: readonly string[]) {
  const queue = new Map(bodies.map((body, index) => [`m${index}`, body]));
  const order: string[] = [];
  const signals: { workflowId: string; signalArgs: unknown[] }[] = [];
  const logged: Record<string, unknown>[] = [];
  const counted: string[] = [];
  const breaks = { queue: undefined as Error | undefined, temporal: undefined as Error | undefined, store: undefined as Error | undefined };
  const send = async ({ constructor: { name }, input }: { constructor: { name: string }; input: { ReceiptHandle?: string } }) => {
    if (breaks.queue !== undefined) throw breaks.queue;
    order.push(name);
    if (name === 'DeleteMessageCommand') return void queue.delete(input.ReceiptHandle ?? '');
    return { Messages: [...queue].map(([key, Body]) => ({ MessageId: key, ReceiptHandle: key, Body })) };
  };
  const client = {
    workflow: {
      signalWithStart: async (_: string, options: { workflowId: string; signalArgs: unknown[] }) => {
        if (breaks.temporal !== undefined) throw breaks.temporal;
        order.push('signalWithStart');
        signals.push(options);
      },
    },
  };
  const consumer: Consumer = {
    sqs: { send: send },
    client: client as unknown as Client,
    keep: async (bytes) => {
      if (breaks.store !== undefined) throw breaks.store;
      order.push('keep');
      return { digest: digestBytes(bytes), bytes: bytes.byteLength };
    },
    queue: 'http://127.0.0.1/123456789012/plimsoll-findings',
    drill: false,
    notices: [],
    log: { info: (fields) => void logged.push({ ...fields }), error: (fields) => void logged.push({ ...fields }) },
    count: { message: (result) => void counted.push(result), asked: () => void counted.push('asked') },
  };
  return { queue, order, signals, logged, counted, breaks, once: () => consumeOnce(consumer, new AbortController().signal), consumer };
}

describe('a message', () => {
  test('is kept as evidence, told to the workflow of its finding, and then deleted', async () => {
    const { order, signals, queue, counted, once } = given([event]);
    expect(await once()).toBe(0);
    expect(order).toEqual(['ReceiveMessageCommand', 'keep', 'signalWithStart', 'DeleteMessageCommand']);
    expect(signals).toMatchObject([
      {
        workflowId: `finding/${id}`,
        signalArgs: [{ drill: false, threat: { id, evidence: { digest: digestBytes(Buffer.from(event)) } } }],
      },
    ]);
    expect([queue.size, counted]).toEqual([0, ['asked', 'told']]);
  });

  test('that is no finding stays, so that the queue puts it among the dead, and keeps no other from being told', async () => {
    const { queue, signals, logged, counted, once } = given(['hunter2', event, '{"source":"aws.guardduty"}']);
    expect(await once(), 'no reason to wait').toBe(0);
    expect([[...queue.keys()], signals.length]).toEqual([['m0', 'm2'], 1]);
    expect(counted.filter((result) => result === 'malformed')).toHaveLength(2);
    expect(logged).toContainEqual(expect.objectContaining({ kind: 'finding.malformed', messageId: 'm0' }));
    expect(JSON.stringify(logged)).not.toContain('hunter2');
  });

  test.each([
    ['temporal', new ServiceError('gone'), 'temporal.unreachable'],
    ['store', ApplicationFailure.create({ type: 'store.unreachable', message: 'gone' }), 'store.unreachable'],
  ] as const)('stays while %s does not answer, and is told once it does', async (broken, error, kind) => {
    const { queue, signals, logged, breaks, once } = given([event]);
    breaks[broken] = error;
    expect(await once()).toBe(1);
    expect([queue.size, signals.length]).toEqual([1, 0]);
    expect(logged).toEqual([expect.objectContaining({ kind, finding: id })]);
    breaks[broken] = undefined;
    expect(await once()).toBe(0);
    expect([queue.size, signals.length]).toEqual([0, 1]);
  });
});

test('a queue that does not answer is asked again, and the loop ends when it is told to', async () => {
  const { breaks, logged, consumer } = given([]);
  breaks.queue = new Error('secret address');
  const stopping = new AbortController();
  const done = consumeFindings(consumer, stopping.signal);
  await expect.poll(() => logged.length).toBe(1);
  stopping.abort();
  await done;
  expect(logged).toEqual([{ kind: 'queue.unreachable', because: 'Error' }]);
});
