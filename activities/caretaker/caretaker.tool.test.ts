/** The caretaker's look against a Temporal server of its own, where no worker runs. */

import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { recoveryIdOf } from '../../domain/recovery.ts';
import { findTool } from '../../test/support/find-tool.ts';
import { createCaretakerActivities } from './caretaker.ts';

let temporal: TestWorkflowEnvironment;

beforeAll(async () => {
  temporal = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path: findTool('temporal') } } });
});
afterAll(() => temporal?.teardown());

const start = (type: string, workflowId: string) => temporal.client.workflow.start(type, { workflowId, taskQueue: 'nobody' });
const findAbandoned = () => createCaretakerActivities({ client: temporal.client }).findAbandoned();

describe('the caretaker', () => {
  test('finds a run that was terminated, until a recovery has begun after its end', async () => {
    const releaseId = `release-${randomUUID()}`;
    const running = await start('release', `running-${randomUUID()}`);
    const other = await start('lane', `lane-${randomUUID()}`);
    await other.terminate();
    const first = await start('release', releaseId);
    await first.terminate();
    const abandoned = { releaseId, runId: first.firstExecutionRunId, status: 'TERMINATED' };

    // Visibility follows a little later.
    await vi.waitFor(async () => expect(await findAbandoned()).toEqual([abandoned]), 60_000);
    const recovery = await start('recover', recoveryIdOf(releaseId));
    expect(await findAbandoned()).toEqual([]);
    await recovery.terminate();
    expect(await findAbandoned()).toEqual([]);

    // Another run of the same release ends badly: the recovery before it knows nothing of that.
    const second = await start('release', releaseId);
    await second.terminate();
    await vi.waitFor(async () => expect(await findAbandoned()).toEqual([{ ...abandoned, runId: second.firstExecutionRunId }]), 60_000);
    await running.terminate();
  });

  test('says that Temporal is unreachable instead of "nothing is abandoned"', async () => {
    const client = { workflow: { list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('gone')) }) }) } };
    const caretaker = createCaretakerActivities({ client: client as never });
    await expect(caretaker.findAbandoned()).rejects.toMatchObject({ type: 'temporal.unreachable' });
  });
});
