/** Lanes against a Temporal server of its own, where no worker runs. */

import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { laneIdOf } from '../../domain/lane.ts';
import type { LaneRef } from '../../domain/order.ts';
import { findTool } from '../../test/support/find-tool.ts';
import { createLanesActivities } from './lanes.ts';

let temporal: TestWorkflowEnvironment;
let lane: LaneRef;

beforeAll(async () => {
  temporal = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path: findTool('temporal') } } });
});
afterAll(() => temporal?.teardown());
beforeEach(() => {
  lane = { kind: 'service', key: `fraud-scorer/${randomUUID()}` };
});

const signalsOf = async (id: string) => {
  const { events } = await temporal.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []);
};

describe('a lane', () => {
  test('starts with the first who asks and takes the second into the same run', async () => {
    const lanes = createLanesActivities({ client: temporal.client });
    await lanes.enterLane({ lane, releaseId: 'one', urgency: 'normal' });
    const first = await temporal.client.workflow.getHandle(laneIdOf(lane)).describe();
    await lanes.enterLane({ lane, releaseId: 'two', urgency: 'rollback' });
    const second = await temporal.client.workflow.getHandle(laneIdOf(lane)).describe();

    expect(first).toMatchObject({ type: 'lane', taskQueue: 'releases', status: { name: 'RUNNING' } });
    expect(second.runId).toBe(first.runId);
    expect(await signalsOf(laneIdOf(lane))).toEqual(['enterLane', 'enterLane']);
  });

  test('is told who leaves', async () => {
    const lanes = createLanesActivities({ client: temporal.client });
    await lanes.enterLane({ lane, releaseId: 'one', urgency: 'normal' });
    await lanes.leaveLane({ lane, releaseId: 'one' });
    expect(await signalsOf(laneIdOf(lane))).toEqual(['enterLane', 'leaveLane']);
  });

  test('that does not run is not started by leaving it', async () => {
    const lanes = createLanesActivities({ client: temporal.client });
    await lanes.leaveLane({ lane, releaseId: 'one' });
    await expect(temporal.client.workflow.getHandle(laneIdOf(lane)).describe()).rejects.toThrow('not found');
  });

  test('that has ended is left without an error', async () => {
    const lanes = createLanesActivities({ client: temporal.client });
    await lanes.enterLane({ lane, releaseId: 'one', urgency: 'normal' });
    await temporal.client.workflow.getHandle(laneIdOf(lane)).terminate();
    await expect(lanes.leaveLane({ lane, releaseId: 'one' })).resolves.toBeUndefined();
  });

  test('that cannot be reached is a failure that is retried', async () => {
    const client = new Client({ connection: temporal.connection, namespace: 'no-such-namespace' });
    const lanes = createLanesActivities({ client });
    await expect(lanes.enterLane({ lane, releaseId: 'one', urgency: 'normal' })).rejects.toMatchObject({
      type: 'temporal.unreachable',
    });
    await expect(lanes.leaveLane({ lane, releaseId: 'one' })).rejects.toMatchObject({ type: 'temporal.unreachable' });
  });
});
