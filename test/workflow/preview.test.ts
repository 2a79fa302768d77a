/**
 * Goal: a preview says what a release would meet, and leaves nothing: no lane, no record, no change.
 * Method: the real workflow on a real Temporal server, over a world in memory that remembers every call.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPreviewGateway } from '../../api/temporal/previews.ts';
import { laneIdOf } from '../../domain/lane.ts';
import { previewIdOf, serviceLaneOf } from '../../domain/order.ts';
import { holdUpdate, resumeUpdate } from '../../workflows/messages.ts';
import { callerOf, orderOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { questionsTo } from '../support/questions.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const gateway = () => createPreviewGateway(temporal.client, { server: (ask) => ask(), query: questionsTo(temporal.client) });

let count = 0;
async function previewed(change: (world: ScriptedWorld) => void = () => undefined, order = orderOf()) {
  count += 1;
  const releaseId = previewIdOf(order, String(count));
  const world = new ScriptedWorld();
  change(world);
  temporal.worlds.set(releaseId, world);
  await gateway().start({ ...order, releaseId });
  const ended = await temporal.client.workflow.result(releaseId).then(
    () => 'completed',
    () => 'failed',
  );
  const found = await gateway().find(releaseId);
  return { world, ended, found };
}

const leavesNothing = (world: ScriptedWorld) => {
  expect(world.records.size).toBe(0);
  expect(world.isPutBack).toBe(true);
  expect(
    world.calls.filter((step) => ['planForApply', 'applyPlan', 'ensureSlots', 'setWeights', 'deploySlot', 'readLine'].includes(step)),
  ).toEqual([]);
};

describe.concurrent('a preview', () => {
  test('goes as far as judging and shows scans, change and policies, with nobody asked', async () => {
    const { world, found } = await previewed();
    expect(found).toMatchObject({
      status: 'completed',
      view: { phase: 'judging', outcome: null, gate: { kind: 'approval needed' }, waitingFor: null, approvals: [] },
    });
    expect(found?.view.scans.length).toBeGreaterThan(5);
    expect(found?.view.change?.counts.create).toBe(1);
    expect(world.calls).toContain('planSpeculative');
    leavesNothing(world);
  });

  test('that the policies deny would be blocked, with the rule’s words', async () => {
    const violations = [{ code: 'finding.blocking', title: 'A finding blocks', message: 'bucket is public', solution: 'close it' }];
    const { world, found } = await previewed((denying) => {
      denying.gate = (stage) => ({ kind: stage === 'complete' ? 'deny' : 'allow', violations });
    });
    expect(found?.view.outcome).toMatchObject({ kind: 'blocked', reason: 'finding.blocking: bucket is public' });
    leavesNothing(world);
  });

  test('of what another environment has not run says so, after all the rest', async () => {
    const { found } = await previewed(undefined, orderOf({ requires: { releasedIn: 'staging', soakHours: 1 } }));
    expect(found?.view).toMatchObject({
      gate: { kind: 'approval needed' },
      outcome: { kind: 'blocked', reason: expect.stringContaining('was not released in staging') as string },
    });
  });

  test('in which a step breaks fails, and is no release: nothing is recovered', async () => {
    const { world, ended, found } = await previewed((breaking) => {
      breaking.breakages = [{ step: 'planSpeculative', when: 'before', times: 1 }];
    });
    expect([ended, found?.status, found?.view.attention]).toEqual(['failed', 'failed', 'tool.rejected: injected before planSpeculative']);
    leavesNothing(world);
  });
});

test('a lane says who is in it, and nothing once nobody is', async () => {
  const tell = { by: callerOf('sam', 'sre'), reason: 'to look at the lane' };
  const release = await givenRelease(
    temporal,
    (world) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
      world.onStep = async (step) => {
        if (step === 'deploySlot') await release.handle.executeUpdate(holdUpdate, { args: [tell] });
      };
    },
    { infrastructure: undefined },
  );
  const lane = serviceLaneOf(release.order);
  await release.until(({ held }) => held !== null);
  expect(await gateway().lane(lane)).toMatchObject({ holder: { releaseId: release.order.releaseId }, waiting: [] });
  await release.handle.executeUpdate(resumeUpdate, { args: [tell] });
  await release.handle.result();
  await temporal.client.workflow.getHandle(laneIdOf(lane)).result();
  expect(await gateway().lane(lane)).toBeNull();
});
