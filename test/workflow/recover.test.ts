/**
 * Goal: a release whose run is gone owes nothing for long.
 * Method: releases are terminated or reset in the middle, then recovered as the caretaker would; the world is
 * looked at afterwards.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { recoveryIdOf } from '../../domain/recovery.ts';
import { taskQueues } from '../../workflows/messages.ts';
import type { recover } from '../../workflows/recover.ts';
import { orderOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { type ScriptedWorld, verdictOf } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;

beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

/** A model release that nobody has to approve, stopped dead when it reaches a step. */
async function terminatedAt(
  step: ScriptedWorld['calls'][number],
  change: Partial<ReleaseOrder> = {},
  prepare: (world: ScriptedWorld) => void = () => undefined,
) {
  const { world, handle, order } = await givenRelease(
    temporal,
    (prepared, releaseId) => {
      prepared.gate = () => ({ kind: 'allow', violations: [] });
      prepared.onStep = async (now) => {
        if (now === step)
          await temporal.client.workflow
            .getHandle(releaseId)
            .terminate('by the test')
            .catch(() => undefined);
      };
      prepare(prepared);
    },
    { infrastructure: undefined, ...change },
  );
  await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
  world.onStep = () => undefined;
  return { order, world, runId: handle.firstExecutionRunId };
}

async function recovered({ releaseId }: ReleaseOrder, runId: string): Promise<Outcome | null> {
  return await temporal.client.workflow.execute<typeof recover>('recover', {
    workflowId: recoveryIdOf(releaseId),
    taskQueue: taskQueues.releases,
    args: [{ releaseId, runId, status: 'TERMINATED' }],
  });
}

describe.concurrent('a recovery', () => {
  test.each(['deploySlot', 'awaitReady', 'setWeights', 'watchCanary'] as const)(
    'of a release terminated during %s puts traffic and slot back and frees the lane',
    async (step) => {
      const { order, world, runId } = await terminatedAt(step);
      expect(await recovered(order, runId)).toMatchObject({ kind: 'rolled back', model: 'put back' });
      // The terminated run's last activity may still have landed while it was being stopped.
      await vi.waitFor(() => expect(world.isPutBack).toBe(true), { timeout: 100_000 });
      await expect(temporal.client.workflow.getHandle(`lane/service/${order.service}/production`).result()).resolves.toBeUndefined();
    },
  );

  test('of a promoted release keeps the new version and parks the old one', async () => {
    const { order, world, runId } = await terminatedAt('parkSlot');
    expect(await recovered(order, runId)).toMatchObject({ kind: 'released' });
    expect(world.weights).toEqual({ a: 0, b: 100 });
    expect(world.slots.a?.parked).toBe(true);
  });

  test('of a release terminated while applying looks how far the apply got', async () => {
    const name = randomUUID();
    const { infrastructure } = orderOf();
    const stack = infrastructure?.stack;
    const { order, world, runId } = await terminatedAt('applyPlan', {
      infrastructure: stack && { stack: { ...stack, backend: { ...stack.backend, key: name } }, variables: {} },
    });
    await vi.waitFor(() => expect(world.infrastructure).toBe('new'), { timeout: 100_000 });
    expect(await recovered(order, runId)).toMatchObject({ kind: 'cancelled', infrastructure: 'applied' });
    expect(world.isPutBack).toBe(true);
  });

  test('of a release that did nothing yet closes its record and touches nothing', async () => {
    const { order, world, runId } = await terminatedAt('checkArtifact');
    const before = world.calls.length;
    expect(await recovered(order, runId)).toMatchObject({ kind: 'cancelled', model: 'unchanged' });
    // The source was being fetched beside the artifact's check: that may still be on its way to the worker.
    const recording = ['readLastIntent', 'appendRecords', 'fetchSource'];
    expect(world.calls.slice(before).filter((step) => !recording.includes(step))).toEqual([]);
    expect(world.recordKinds.at(-1)).toBe('closed');
  });

  test('of a release that was in order and only had lanes to leave never touches the service again', async () => {
    const { order, world, runId } = await terminatedAt('appendRecords', {}, (prepared) => {
      const terminate = prepared.onStep;
      // The append after the parking says that everything but the lanes is in order.
      prepared.onStep = async (step) => {
        if (prepared.calls.includes('parkSlot')) await terminate(step);
      };
    });
    await vi.waitFor(() => expect(JSON.stringify([...world.records.values()].at(-1))).toContain('settle'), { timeout: 100_000 });
    // By the time of the recovery the service is another release's.
    world.weights = { a: 10, b: 90 };
    world.slots.a = { release: 'newer', parked: false };
    expect(await recovered(order, runId)).toMatchObject({ kind: 'released' });
    expect(world.weights).toEqual({ a: 10, b: 90 });
    expect(world.slots.a).toEqual({ release: 'newer', parked: false });
  });

  test('run twice does nothing the second time', async () => {
    const { order, runId } = await terminatedAt('watchCanary');
    await recovered(order, runId);
    expect(await recovered(order, runId)).toBeNull();
  });
});

describe.concurrent('a release that is reset', () => {
  test('fails by name at its next record and leaves the world to the recovery', async () => {
    const { order, world, runId } = await terminatedAt('watchCanary', {}, (prepared) => {
      prepared.verdicts = () => verdictOf('pass');
    });
    const { events } = await temporal.client.workflow.getHandle(order.releaseId, runId).fetchHistory();
    const firstTask = events?.find(({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes != null);
    const weights = world.weights;
    await temporal.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: order.releaseId, runId },
      workflowTaskFinishEventId: firstTask?.eventId ?? null,
      requestId: randomUUID(),
      reason: 'by the test',
    });
    await expect(temporal.client.workflow.getHandle(order.releaseId).result()).rejects.toMatchObject({ cause: { type: 'release.reset' } });
    expect(world.weights).toEqual(weights);
    expect(await recovered(order, runId)).toMatchObject({ kind: 'rolled back' });
    expect(world.isPutBack).toBe(true);
  });
});
