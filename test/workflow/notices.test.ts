/**
 * Goal: approvers are told that a release waits for them, and no release waits for that. What nobody took stays, however
 * often it is tried.
 * Method: the real workflows on a real Temporal server; the place that is told is a list in memory.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { NoticeTarget } from '../../domain/notice.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { undeliveredMemo, undeliveredWorkflow } from '../../domain/undelivered.ts';
import { redeliverNoticeUpdate, taskQueues } from '../../workflows/messages.ts';
import { givenRelease } from '../support/given-release.ts';
import { strayNotice } from '../support/notices.ts';
import type { ScriptedWorld } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const notices: readonly NoticeTarget[] = [
  { kind: 'webhook', name: 'paging', url: 'https://hooks.example.com/', secret: { variable: 'PLIMSOLL_NOTICE_A' } },
  { kind: 'slack', name: 'chat', url: { variable: 'PLIMSOLL_NOTICE_B' } },
];
const given = (change?: (world: ScriptedWorld) => void, order: Partial<ReleaseOrder> = {}) =>
  givenRelease(temporal, change, { notices, ...order });
const toldIn = (world: ScriptedWorld) =>
  [...world.records.values()].filter(({ event }) => event.type.includes('approval.told')).map(({ event }) => event.data);

describe.concurrent('approvers', () => {
  test('are told at each place who is waited for, for what, and until when; and the record says so', async () => {
    const { world, handle, decide, until } = await given();
    const { waitingFor, statementDigest } = await until((now) => now.waitingFor?.kind === 'approval');
    await expect.poll(() => world.told.length).toBe(2);
    expect(world.told.map(({ target }) => target).toSorted()).toEqual(['chat', 'paging']);
    expect(world.told[0]).toMatchObject({
      kind: 'approval wanted',
      statementDigest,
      missing: waitingFor?.kind === 'approval' ? waitingFor.missing : '',
      requester: 'ana',
      change: { create: 1 },
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect(toldIn(world)).toEqual(
      expect.arrayContaining(
        notices.map(({ name }) => expect.objectContaining({ target: name, notice: 'approval wanted', delivered: true })),
      ),
    );
  });

  test('decide before they are told, where the place for it hangs', async () => {
    const hung = Promise.withResolvers<void>();
    const { world, handle, decide } = await given((one) => {
      one.onStep = (step) => (step === 'deliverNotice' ? hung.promise : undefined);
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect(world.told).toEqual([]);
    hung.resolve();
  });

  test('decide also where nobody could be told, and the record says why not', async () => {
    const { world, handle, decide } = await given((one) => {
      one.breakages = [{ step: 'deliverNotice', when: 'before', times: 2 }];
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect(toldIn(world)).toMatchObject([
      { delivered: false, because: 'injected before deliverNotice' },
      { delivered: false, because: 'injected before deliverNotice' },
    ]);
  });

  test('are told once more when the deadline is near, under another id', async () => {
    const approvals = {
      quorum: [{ groups: ['sre'], count: 1 }],
      minimum: 1,
      requesterMayApprove: false,
      mfaWithinMinutes: null,
      expiresAfterMinutes: 0.1,
      remindBeforeMinutes: 0.08,
      keepWhenChangeIsEqual: false,
    };
    const { world, handle } = await given(undefined, { approvals, notices: notices.slice(0, 1) });
    expect(await handle.result()).toMatchObject({ kind: 'expired' });
    expect(world.told.map(({ kind }) => kind)).toEqual(['approval wanted', 'approval still wanted']);
    expect(new Set(world.told.map(({ id }) => id)).size).toBe(2);
  });

  test('are told nothing where nobody is asked', async () => {
    const { world, handle } = await given((one) => {
      one.gate = () => ({ kind: 'allow', violations: [] });
    });
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect(world.told).toEqual([]);
  });
});

test('a notice that is tried again for so long that Temporal wants another run of it says there why the last try failed', async () => {
  temporal.findings.breaks.set(`deliverNotice ${strayNotice.notice.kind}`, 1);
  const kept = { ...strayNotice, since: new Date().toISOString(), because: 'paging answered with status 503' };
  const options = { workflowId: 'undelivered/tried-for-long', taskQueue: taskQueues.releases, args: [kept] };
  const handle = temporal.client.workflow.getHandle((await temporal.client.workflow.start(undeliveredWorkflow, options)).workflowId);
  const { runId } = await handle.describe();
  expect(await handle.executeUpdate(redeliverNoticeUpdate)).toMatchObject({ state: 'waiting' });
  // Temporal suggests another run at 4 MiB of history, whatever it is made of.
  for (let sent = 0; sent < 14; sent++) await handle.signal('nobody hears this', 'x'.repeat(400_000));
  const said = { since: kept.since, because: `${strayNotice.target.name}: it refuses` };
  await vi.waitFor(
    async () => {
      const now = await handle.describe();
      // The size that a task is told of lacks what came just before it: the next one is told.
      if (now.runId === runId) await handle.signal('nobody hears this', '');
      expect([now.runId === runId, now.memo]).toMatchObject([false, { [undeliveredMemo]: said }]);
    },
    { timeout: 100_000, interval: 100 },
  );
  expect(await handle.executeUpdate(redeliverNoticeUpdate)).toEqual({ state: 'delivered', because: null });
  expect(await handle.result()).toEqual({ ended: 'delivered' });
});
