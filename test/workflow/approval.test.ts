/**
 * Goal: a release goes on exactly when enough different people, of the right groups, have lately said yes to exactly
 * what will be done, and it stops as soon as one of them takes that back in time.
 * Method: the real workflows on a real Temporal server, over worlds in memory.
 */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApprovalRule } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import { digestText } from '../../domain/digest.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { abortUpdate, approveUpdate, holdUpdate, resumeUpdate, withdrawUpdate } from '../../workflows/messages.ts';
import { callerOf, twoGroups } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import type { ScriptedWorld } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const secondsNow = () => Math.floor(Date.now() / 1000);
const fresh = (subject: string, ...groups: readonly string[]): Caller => ({
  ...callerOf(subject, ...groups),
  authenticatedAt: secondsNow(),
});
const sam = () => fresh('sam', 'sre');
const olga = () => fresh('olga', 'ml-owners');

const given = (rule: Partial<ApprovalRule> = {}, change?: (world: ScriptedWorld) => void, order?: Partial<ReleaseOrder>) =>
  givenRelease(temporal, change, { approvals: { ...twoGroups, ...rule }, ...order });
const refusedAs = (type: string, message: string) => ({ cause: { type, message: expect.stringContaining(message) as string } });
type Release = Awaited<ReturnType<typeof given>>;
const withdraw = ({ handle }: Release, by: Caller) => handle.executeUpdate(withdrawUpdate, { args: [{ by, reason: 'a second look' }] });
const modelOnly = { infrastructure: undefined };

describe.concurrent('a quorum of two groups', () => {
  test('needs a person of each, and says meanwhile who is missing', async () => {
    const { handle, decide, until, world } = await given();
    expect((await until(({ waitingFor }) => waitingFor?.kind === 'approval')).waitingFor).toMatchObject({
      missing: '1 of sre, 1 of ml-owners',
    });
    const view = await decide('approve', sam());
    expect(view).toMatchObject({
      waitingFor: { missing: '1 of ml-owners' },
      quorum: { met: false, seats: [{ by: ['sam'] }, { by: [] }], notCounted: ['ana', 'ana@example.com'] },
    });
    await decide('approve', olga());
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect(world.recordKinds.filter((kind) => kind === 'decided')).toHaveLength(2);
  });

  test('keeps what the provider vouches for in the record, and nowhere else', async () => {
    const { handle, until, world } = await given({ quorum: [{ groups: ['sre'], count: 1 }], minimum: 1 });
    const { statementDigest } = await until(({ waitingFor }) => waitingFor?.kind === 'approval');
    const proof = { issuer: 'https://id.example.com', idToken: 'a.b.c', publicKey: { kty: 'EC' } };
    const decision = { statementDigest: statementDigest ?? digestText(''), by: sam(), reason: 'read', proof };
    const view = await handle.executeUpdate(approveUpdate, { args: [decision] });
    expect(JSON.stringify(view)).not.toContain('a.b.c');
    await handle.result();
    const decided = [...world.records.values()].find(({ event }) => event.type.includes('decided'));
    expect(decided?.event.data).toMatchObject({ decision: 'approve', by: { subject: 'sam' }, statementDigest, proof });
  });

  test('takes one person of both groups for one, whoever comes first, and refuses them a second time', async () => {
    const { handle, decide } = await given();
    await decide('approve', fresh('both', 'sre', 'ml-owners'));
    await expect(decide('approve', fresh('both', 'ml-owners'))).rejects.toMatchObject(refusedAs('approval.notCounted', 'counts once'));
    expect(await decide('approve', sam())).toMatchObject({ quorum: { met: true, seats: [{ by: ['sam'] }, { by: ['both'] }] } });
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });

  test('does not count the requester, a commit author or a machine', async () => {
    const { handle, decide } = await given({}, (world) => {
      world.fetched = { kind: 'fetched', archive: { digest: digestText('a'), bytes: 1 }, authors: ['sue@example.com'] };
    });
    await expect(decide('approve', fresh('ana', 'sre'))).rejects.toMatchObject(refusedAs('approval.notCounted', 'asked for this release'));
    await expect(decide('approve', fresh('sue', 'sre'))).rejects.toMatchObject(refusedAs('approval.notCounted', 'sue@example.com'));
    await expect(decide('approve', { ...sam(), kind: 'machine' })).rejects.toMatchObject(refusedAs('approval.notCounted', 'machine'));
    await decide('reject', fresh('sue', 'sre'));
    expect(await handle.result()).toMatchObject({ kind: 'rejected', by: 'sue' });
  });

  test('takes two people at the same instant, and the same person at the same instant once', async () => {
    const { handle, until } = await given();
    const { statementDigest } = await until(({ waitingFor }) => waitingFor?.kind === 'approval');
    const say = (by: Caller) =>
      handle.executeUpdate(approveUpdate, { args: [{ statementDigest: statementDigest ?? digestText(''), by, reason: 'read it' }] });
    const twice = await Promise.allSettled([say(sam()), say(sam()), say(olga())]);
    expect(twice.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });

  test('wants a second factor shown lately, and looks itself', async () => {
    const { handle, decide } = await given();
    await expect(decide('approve', { ...sam(), mfa: false })).rejects.toMatchObject(refusedAs('approval.mfaStale', 'no second factor'));
    const old = { ...sam(), authenticatedAt: secondsNow() - 16 * 60 };
    await expect(decide('approve', old)).rejects.toMatchObject(refusedAs('approval.mfaStale', 'within 15 min'));
    await decide('reject', old);
    expect(await handle.result()).toMatchObject({ kind: 'rejected' });
  });

  test('that is half there at the deadline expires and names who was missing; people were reminded once before', async () => {
    const release = await given({ expiresAfterMinutes: 0.1, remindBeforeMinutes: 0.08 });
    await release.decide('approve', sam());
    const reminded = await release.until(({ attention }) => attention !== null);
    expect(reminded.attention).toContain('1 of ml-owners is missing');
    expect(await release.handle.result()).toMatchObject({ kind: 'expired', reason: '1 of ml-owners had not approved within 0.1 min' });
    expect(release.world.recordKinds.filter((kind) => kind === 'approvalReminded')).toHaveLength(1);
    await expect(
      release.handle.executeUpdate(approveUpdate, { args: [{ statementDigest: digestText(''), by: olga(), reason: 'late' }] }),
    ).rejects.toThrow(/completed/);
  });

  test('refuses a yes between its deadline and its end', async () => {
    let late: unknown;
    const release = await given({ expiresAfterMinutes: 0.03 }, (world) => {
      world.onStep = async (step) => {
        const { phase, statementDigest } = await release.view();
        if (step !== 'appendRecords' || phase !== 'awaiting approval' || late !== undefined) return;
        late = await release.handle
          .executeUpdate(approveUpdate, { args: [{ statementDigest: statementDigest ?? digestText(''), by: sam(), reason: 'late' }] })
          .catch((error: unknown) => error);
      };
    });
    expect(await release.handle.result()).toMatchObject({ kind: 'expired' });
    expect(late).toMatchObject(refusedAs('release.wrongPhase', 'the time for it is over'));
  });

  test('refuses a yes while the release is planned again, and one to the statement from before', async () => {
    let second: unknown;
    const release = await given({}, (world) => {
      world.plans = ['first', 'second', 'second'];
      world.onStep = async (step) => {
        if (step !== 'scanPlan' || second !== undefined || !world.calls.includes('planForApply')) return;
        const { approvals } = await release.view();
        second = await release.handle
          .executeUpdate(approveUpdate, {
            args: [{ statementDigest: approvals[0]?.statementDigest ?? digestText(''), by: sam(), reason: 'again' }],
          })
          .catch((error: unknown) => error);
      };
    });
    const first = await release.decide('approve', sam());
    await release.decide('approve', olga());
    await release.until(({ waitingFor, statementDigest }) => waitingFor?.kind === 'approval' && statementDigest !== first.statementDigest);
    expect(second).toMatchObject({ cause: { type: 'release.wrongPhase' } });
    const stale = { statementDigest: first.statementDigest ?? digestText(''), by: sam(), reason: 'as before' };
    await expect(release.handle.executeUpdate(approveUpdate, { args: [stale] })).rejects.toMatchObject(
      refusedAs('approval.stale', 'changed since: changeDigest'),
    );
    expect((await release.view()).approvals.map(({ valid, because }) => [valid, because])).toEqual([
      [false, 'changed since: aws_s3_bucket.models'],
      [false, 'changed since: aws_s3_bucket.models'],
    ]);
    await release.decide('reject', olga());
    await release.handle.result();
  });
});

describe.concurrent('what moved between approval and apply', () => {
  test('is asked about again where the change is the same and something else of the statement is not', async () => {
    const { handle, decide, until, world } = await given({}, (moving) => {
      moving.lineages = ['lineage', 'another', 'another'];
    });
    const first = await decide('approve', sam());
    await decide('approve', olga());
    const again = await until(
      ({ waitingFor, statementDigest }) => waitingFor?.kind === 'approval' && statementDigest !== first.statementDigest,
    );
    expect(again.approvals[0]).toMatchObject({ valid: false, because: 'changed since: stateLineage' });
    expect(world.calls).not.toContain('applyPlan');
    await decide('reject', sam());
    await handle.result();
  });

  test('leaves a yes standing where the rule says so and the change is equal: nobody is asked twice', async () => {
    const { handle, decide, view, world } = await given({ keepWhenChangeIsEqual: true }, (moving) => {
      moving.lockNames = ['lock', 'newer lock', 'newer lock'];
    });
    await decide('approve', sam());
    await handle.executeUpdate(withdrawUpdate, { args: [{ by: sam(), reason: 'too early' }] });
    await decide('approve', sam());
    await decide('approve', olga());
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect(world.recordKinds).toContain('approvalKept');
    expect(world.recordKinds.filter((kind) => kind === 'decided')).toHaveLength(3);
    // What was withdrawn stays so: only the word that still counts is kept.
    expect((await view()).approvals.map(({ by, valid }) => [by, valid])).toEqual([
      ['sam', false],
      ['sam', true],
      ['olga', true],
    ]);
  });
});

describe.concurrent('an approval', () => {
  test('by the requester, a stranger or a machine does not count', async () => {
    const { decide, handle } = await givenRelease(temporal);
    await expect(decide('approve', callerOf('ana', 'sre'))).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    await expect(decide('approve', callerOf('eve', 'growth'))).rejects.toMatchObject({ cause: { type: 'approval.notCounted' } });
    await expect(decide('approve', { ...callerOf('bot', 'sre'), kind: 'machine' })).rejects.toMatchObject({
      cause: { type: 'approval.notCounted' },
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });

  test('that names another statement is refused with what differs', async () => {
    const { until, handle } = await givenRelease(temporal);
    await until(({ waitingFor }) => waitingFor?.kind === 'approval');
    const decision = { statementDigest: digestText('another'), by: callerOf('sam', 'sre'), reason: 'yes' };
    await expect(handle.executeUpdate(approveUpdate, { args: [decision] })).rejects.toMatchObject({ cause: { type: 'approval.stale' } });
    await handle.executeUpdate(abortUpdate, { args: [{ by: sam(), reason: 'because the test says so' }] });
    await handle.result();
  });

  test('is void when the change moves, and is asked for again', async () => {
    const { world, handle, decide, until } = await givenRelease(temporal, (moving) => {
      moving.plans = ['first', 'second', 'second'];
    });
    const first = (await until(({ waitingFor }) => waitingFor?.kind === 'approval')).statementDigest;
    await decide('approve');
    const again = await until(({ waitingFor, statementDigest }) => waitingFor?.kind === 'approval' && statementDigest !== first);
    expect(again.approvals).toMatchObject([{ by: 'sam', valid: false }]);
    const old = { statementDigest: first ?? digestText(''), by: callerOf('sam', 'sre'), reason: 'yes' };
    await expect(handle.executeUpdate(approveUpdate, { args: [old] })).rejects.toMatchObject({
      cause: { type: 'approval.stale', message: expect.stringContaining('changeDigest') as string },
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect(world.recordKinds).toContain('approvalVoided');
  });

  test('of a change that keeps moving ends as blocked and names it', async () => {
    const { handle, decide, until } = await givenRelease(temporal, (moving) => {
      moving.plans = ['1', '2', '3', '4', '5'];
    });
    const asked = new Set<string | null>();
    while (asked.size < 3) {
      const { statementDigest } = await until((view) => view.waitingFor?.kind === 'approval' && !asked.has(view.statementDigest));
      asked.add(statementDigest);
      await decide('approve');
    }
    expect(await handle.result()).toMatchObject({ kind: 'blocked', reason: expect.stringContaining('aws_s3_bucket.models') as string });
  });
});

describe.concurrent('a withdrawal', () => {
  test('while approval is awaited makes the seat empty again; only one’s own can be taken back', async () => {
    const release = await given();
    await release.decide('approve', sam());
    await expect(withdraw(release, olga())).rejects.toMatchObject(refusedAs('release.wrongPhase', 'olga has given no approval'));
    const view = await withdraw(release, sam());
    expect(view).toMatchObject({
      waitingFor: { missing: '1 of sre, 1 of ml-owners' },
      approvals: [{ valid: false, because: 'withdrawn: a second look' }],
    });
    await release.decide('approve', olga());
    await release.decide('approve', sam());
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    expect(release.world.recordKinds).toContain('approvalWithdrawn');
  });

  test('while queued sends the release back to the people, without its place in the lane', async () => {
    const first = await given({}, undefined, modelOnly);
    const second = await given({}, undefined, { ...modelOnly, service: first.order.service });
    const hold = { by: sam(), reason: 'to keep the lane' };
    first.world.onStep = async (step) => {
      if (step === 'deploySlot') await first.handle.executeUpdate(holdUpdate, { args: [hold] });
    };
    for (const by of [sam, olga]) await first.decide('approve', by());
    await first.until(({ held }) => held !== null);
    for (const by of [sam, olga]) await second.decide('approve', by());
    await second.until(({ waitingFor }) => waitingFor?.kind === 'lane' && waitingFor.position === 1);
    await withdraw(second, olga());
    const back = await second.until(({ waitingFor }) => waitingFor?.kind === 'approval');
    expect(back).toMatchObject({ phase: 'awaiting approval', waitingFor: { missing: '1 of ml-owners' } });
    await first.handle.executeUpdate(resumeUpdate, { args: [hold] });
    expect(await first.handle.result()).toMatchObject({ kind: 'released' });
    expect((await second.view()).phase).toBe('awaiting approval');
    await second.decide('approve', olga());
    expect(await second.handle.result()).toMatchObject({ kind: 'released' });
  });

  test('is refused once anything was applied', async () => {
    let refused: unknown;
    const release = await given({}, (world) => {
      world.onStep = async (step) => {
        if (step === 'applyPlan') refused = await withdraw(release, sam()).catch((error: unknown) => error);
      };
    });
    await release.decide('approve', sam());
    await release.decide('approve', olga());
    expect(await release.handle.result()).toMatchObject({ kind: 'released' });
    expect(refused).toMatchObject({ cause: { type: 'release.wrongPhase' } });
  });
});
