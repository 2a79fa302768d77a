import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { fenced, mutations } from './fence.ts';

const input = { release: { releaseId: 'fraud-scorer-production-1' } };

function given(owner: string | null) {
  const done: string[] = [];
  const act = (name: string) => async () => void done.push(name);
  const activities = { ...Object.fromEntries(mutations.map((name) => [name, act(name)])), readWeights: act('readWeights') };
  const guarded = fenced(activities as never, async () => owner) as unknown as Record<string, (argument: unknown) => Promise<unknown>>;
  const run = (name: string) =>
    new MockActivityEnvironment({ workflowExecution: { workflowId: 'fraud-scorer-production-1', runId: 'mine' } }).run(
      guarded[name] as never,
      input as never,
    );
  return { done, run };
}

describe('the fence', () => {
  test.each(mutations)('lets the owner of the record %s', async (name) => {
    const { done, run } = given('mine');
    await run(name);
    expect(done).toEqual([name]);
  });

  test.each(mutations)('keeps another run from %s, by name', async (name) => {
    const { done, run } = given('another');
    await expect(run(name)).rejects.toMatchObject({ type: 'release.reset', nonRetryable: true });
    expect(done).toEqual([]);
  });

  test('keeps a run without a record from everything: nothing irreversible happens unrecorded', async () => {
    await expect(given(null).run('setWeights')).rejects.toMatchObject({ type: 'release.reset' });
  });

  test('does not stand in the way of looking', async () => {
    const { done, run } = given('another');
    await run('readWeights');
    expect(done).toEqual(['readWeights']);
  });
});
