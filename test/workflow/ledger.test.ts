/**
 * Goal: whatever a release does, its records are one chain, and the chain ends in a seal.
 * Method: releases over a scripted world; what they wrote is checked as `plimsoll verify` does.
 */
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalText } from '../../domain/digest.ts';
import { releaseChain } from '../../domain/ledger/chain.ts';
import { verifyChain } from '../../domain/ledger/verify.ts';
import { recoveryIdOf } from '../../domain/recovery.ts';
import { holdUpdate, recordsQuery, taskQueues } from '../../workflows/messages.ts';
import { callerOf } from '../support/builders.ts';
import { storedRecord } from '../support/chains.ts';
import { givenRelease } from '../support/given-release.ts';
import type { ScriptedWorld } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;

beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

/** The records as the bucket would have them. What is sealed is the world's to say: it has no key. */
function verdictOn(world: ScriptedWorld, releaseId: string) {
  const name = releaseChain(releaseId);
  const records = [...world.records.values()].map((record) => storedRecord(name, record.sequence, canonicalText(record)));
  return verifyChain({ name, records, seals: [] }, () => 'unknown key');
}

const sealOf = (world: ScriptedWorld) => [...world.seals];
const headOf = (world: ScriptedWorld) => [world.records.size - 1, world.records.get(world.records.size - 1)?.hash];

describe.concurrent('the records of a release', () => {
  test('are one chain, sealed once, at the end', async () => {
    const { world, handle, decide } = await givenRelease(temporal);
    await decide('approve');
    await handle.result();
    const verdict = verdictOn(world, handle.workflowId);
    expect(verdict).toMatchObject({ intact: true, faults: [] });
    expect(verdict.records).toBeGreaterThan(20);
    expect(sealOf(world)).toEqual([headOf(world)]);
    expect(await handle.query(recordsQuery, -1, 1000)).toEqual([...world.records.values()]);
  });

  test('are sealed when it fails by name, too', async () => {
    const { world, handle } = await givenRelease(temporal, (world) => {
      world.breakages = [{ step: 'scanCode', when: 'before', times: 1 }];
    });
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(verdictOn(world, handle.workflowId).intact).toBe(true);
    expect(sealOf(world)).toEqual([headOf(world)]);
  });

  test('stay one chain when the last batch is written twice, the first time without an answer', async () => {
    const { world, handle } = await givenRelease(temporal, (world) => {
      world.gate = () => ({ kind: 'deny', violations: [] });
    });
    await handle.result();
    const last = [...world.records.values()].at(-1);
    await world
      .activities({} as never)
      .appendRecords({ releaseId: handle.workflowId, records: last === undefined ? [] : [last], seal: true });
    expect(verdictOn(world, handle.workflowId).intact).toBe(true);
    expect(sealOf(world)).toEqual([headOf(world)]);
  });

  test('end with the last one: what people say while it is sealed is refused', async () => {
    const tell = { by: callerOf('sam', 'sre'), reason: 'too late' };
    let refused: unknown;
    const { world, handle } = await givenRelease(temporal, (world, releaseId) => {
      world.gate = () => ({ kind: 'deny', violations: [] });
      world.onStep = async (step) => {
        const closing = step === 'appendRecords' && world.calls.includes('judgeRelease') && refused === undefined;
        if (closing)
          refused = await temporal.client.workflow
            .getHandle(releaseId)
            .executeUpdate(holdUpdate, { args: [tell] })
            .catch(String);
      };
    });
    await handle.result();
    expect(refused).toContain('Workflow Update failed');
    expect(await handle.query(recordsQuery, -1, 1000)).toEqual([...world.records.values()]);
  });
});

describe.concurrent('a recovery', () => {
  test('takes the chain on and seals it', async () => {
    const { world, handle } = await givenRelease(temporal, (world, releaseId) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      world.onStep = async (step) => {
        if (step === 'watchCanary') await temporal.client.workflow.getHandle(releaseId).terminate('by the test');
      };
    });
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    const abandoned = { releaseId: handle.workflowId, runId: handle.firstExecutionRunId, status: 'TERMINATED' };
    const workflowId = recoveryIdOf(handle.workflowId);
    await temporal.client.workflow.execute('recover', { workflowId, taskQueue: taskQueues.releases, args: [abandoned] });
    expect(verdictOn(world, handle.workflowId)).toMatchObject({ intact: true, faults: [] });
    expect(world.recordKinds).toContain('recovered');
    expect(sealOf(world)).toEqual([headOf(world)]);
  });

  test('of a release from before there were chains makes none', async () => {
    const { world, handle } = await givenRelease(temporal, (world, releaseId) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      world.onStep = async (step) => {
        if (step === 'watchCanary') await temporal.client.workflow.getHandle(releaseId).terminate('by the test');
      };
    });
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    for (const [sequence, { hash: _, previousHash: __, ...plain }] of world.records) world.records.set(sequence, plain);
    const abandoned = { releaseId: handle.workflowId, runId: handle.firstExecutionRunId, status: 'TERMINATED' };
    const workflowId = recoveryIdOf(handle.workflowId);
    await temporal.client.workflow.execute('recover', { workflowId, taskQueue: taskQueues.releases, args: [abandoned] });
    expect([...world.records.values()].filter(({ hash }) => hash !== undefined)).toEqual([]);
    expect(sealOf(world)).toEqual([]);
  });
});
