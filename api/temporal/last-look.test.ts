import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { createLastLook } from './last-look.ts';

function lookOf(listed: readonly string[], result: () => Promise<unknown>) {
  async function* list() {
    for (const runId of listed) yield { workflowId: 'strays', runId };
  }
  const asked: string[] = [];
  const getHandle = (_: string, runId: string) => {
    asked.push(runId);
    return { result };
  };
  const client = { workflow: { list, getHandle } } as unknown as Client;
  return { asked, look: createLastLook<unknown>(client, (ask) => ask(), 'strays') };
}

test('the last look is the one that ended last', async () => {
  const { asked, look } = lookOf(['newest', 'older'], async () => 'a report');
  expect([await look.last(), asked]).toEqual(['a report', ['newest']]);
});

test('a look that there never was, or that Temporal has just forgotten, is none', async () => {
  expect(await lookOf([], async () => 'a report').look.last()).toBeNull();
  const forgotten = async () => Promise.reject(new WorkflowNotFoundError('not found', 'strays', 'newest'));
  expect(await lookOf(['newest'], forgotten).look.last()).toBeNull();
});

test('a look that nobody could fetch is no answer', async () => {
  const away = async () => Promise.reject(new Error('Temporal is away'));
  await expect(lookOf(['newest'], away).look.last()).rejects.toThrow('Temporal is away');
});
