/**
 * Goal: wherever a release breaks, is stopped or is refused, nothing of it is left, and the answer says why.
 * Method: the real workflows on a real Temporal server, over worlds in memory; each step is broken before and
 * after its effect, and the world is looked at afterwards.
 */
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { abortUpdate, recordsQuery, resumeUpdate } from '../../workflows/messages.ts';
import { callerOf, orderOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { type Breakage, type ScriptedWorld, verdictOf } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;

beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const given = (change?: (world: ScriptedWorld) => void, order?: Partial<ReleaseOrder>) => givenRelease(temporal, change, order);

const tell = { by: callerOf('sam', 'sre'), reason: 'because the test says so' };

describe.concurrent('a good release', () => {
  test('applies what was approved, shifts step by step, promotes and parks the old version', async () => {
    const { world, handle, decide, view } = await given();
    await decide('approve');
    expect(await handle.result()).toMatchObject({
      kind: 'released',
      infrastructure: 'applied',
      model: 'released',
    } satisfies Partial<Outcome>);
    expect(world.weights).toEqual({ a: 0, b: 100 });
    expect(world.slots.a).toEqual({ release: 'old', parked: true });
    expect(world.calls.filter((step) => step === 'setWeights')).toHaveLength(3);
    expect((await view()).history.map(({ phase }) => phase)).toEqual([
      'fetching',
      'checking',
      'planning',
      'judging',
      'awaiting approval',
      'queued',
      'applying',
      'queued',
      'deploying',
      'shifting',
      'watching',
      'finishing',
      'closed',
    ]);
  });

  test('is recorded without a gap, every irreversible step after its intent', async () => {
    const { world, handle, decide } = await given();
    await decide('approve');
    await handle.result();
    expect([...world.records.keys()]).toEqual(Array.from({ length: world.records.size }, (_, index) => index));
    const kinds = world.recordKinds;
    expect(kinds[0]).toBe('requested');
    expect(kinds.at(-1)).toBe('closed');
    expect(kinds.indexOf('intended')).toBeLessThan(kinds.indexOf('applied'));
    expect(await handle.query(recordsQuery, 3, 2)).toMatchObject([{ sequence: 4 }, { sequence: 5 }]);
  });

  test('of a service without a live version goes to all traffic in one step, judged by the absolute limits', async () => {
    const { world, handle, decide } = await given((empty) => {
      empty.weights = null;
      empty.slots.a = undefined;
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect(world.weights).toEqual({ a: 100, b: 0 });
    expect(world.calls.filter((step) => step === 'setWeights')).toHaveLength(1);
  });

  test.each([
    ['blue-green', 7],
    ['all-at-once', 3],
  ] as const)('that is %s gets all traffic in one step, judged for %i s, and people approve that', async (strategy, seconds) => {
    const canary = { ...orderOf().canary, minimumStepSeconds: 3, watchSeconds: 7 };
    const { world, handle, decide, view, until } = await given(
      (judging) => {
        judging.verdicts = () => verdictOf('not enough');
      },
      { strategy, canary },
    );
    await decide('approve');
    await until(() => world.watches.length > 0);
    expect(world.watches[0]).toMatchObject({ live: null, weightPercent: 100, promotes: true, minimumSeconds: seconds });
    expect((await view()).statement).toMatchObject({ strategy });
    await handle.executeUpdate(abortUpdate, { args: [tell] });
    expect(await handle.result()).toMatchObject({ kind: 'rolled back' });
    expect(world.weights).toEqual({ a: 100, b: 0 });
  });

  test('that the policies let pass asks nobody', async () => {
    const { handle, view } = await given((world) => {
      world.gate = () => ({ kind: 'allow', violations: [] });
    });
    expect(await handle.result()).toMatchObject({ kind: 'released' });
    expect((await view()).approvals).toEqual([]);
  });

  test('without a change of the infrastructure never takes the state lane', async () => {
    const { world, handle, decide } = await given((quiet) => {
      quiet.plans = ['empty'];
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'released', infrastructure: 'unchanged' });
    expect(world.calls).not.toContain('applyPlan');
  });
});

describe.concurrent('a step that breaks', () => {
  const beforeTraffic = [
    'fetchSource',
    'checkArtifact',
    'checkFormat',
    'validateRoot',
    'checkAllowList',
    'scanCode',
    'scanCodeWithTfsec',
    'scanManifests',
    'scanArtifact',
    'renderChart',
    'planSpeculative',
    'scanPlan',
    'judgeRelease',
    'readWeights',
    'planForApply',
    'observeApply',
    'ensureSlots',
  ] as const;
  const withTraffic = ['deploySlot', 'awaitReady', 'setWeights', 'awaitShare', 'watchCanary'] as const;
  const undos = ['emptySlot', 'setWeights'] as const;

  const run = async (...breakages: Breakage[]) => {
    const release = await given((world) => {
      world.breakages = breakages;
    });
    const ended = release.handle.result().then(
      (outcome) => ({ outcome, failure: undefined }),
      (failure: unknown) => ({ outcome: undefined, failure }),
    );
    const asked = release.decide('approve').catch(() => undefined);
    const end = await ended;
    await asked;
    return { ...release, ...end };
  };

  test.each(beforeTraffic.flatMap((step) => [['before', step] as const, ['after', step] as const]))(
    '%s the effect of %s, ahead of any traffic, fails by name and leaves nothing behind',
    async (when, step) => {
      const { world, failure } = await run({ step, when, times: 1 });
      expect(failure).toBeInstanceOf(WorkflowFailedError);
      expect((failure as WorkflowFailedError).cause).toMatchObject({ type: 'tool.rejected' });
      expect(world.isPutBack).toBe(true);
      expect(world.recordKinds.at(-1)).toBe('failed');
    },
  );

  test.each(withTraffic.flatMap((step) => [['before', step] as const, ['after', step] as const]))(
    '%s the effect of %s rolls back, traffic first',
    async (when, step) => {
      const { world, outcome } = await run({ step, when, times: 1 });
      expect(outcome).toMatchObject({ kind: 'rolled back', model: 'put back', infrastructure: 'applied' });
      expect(world.isPutBack).toBe(true);
      expect(world.calls.lastIndexOf('setWeights')).toBeLessThan(world.calls.lastIndexOf('emptySlot'));
    },
  );

  test.each(['before', 'after'] as const)('%s the effect of the apply is looked at, never blindly repeated', async (when) => {
    const { world, outcome } = await run({ step: 'applyPlan', when, times: 1 });
    expect(outcome).toMatchObject({ kind: 'released', infrastructure: 'applied' });
    expect(world.calls.filter((step) => step === 'applyPlan')).toHaveLength(when === 'before' ? 2 : 1);
    expect(world.calls.indexOf('applyPlan')).toBeLessThan(world.calls.indexOf('observeApply'));
  });

  test('an apply that breaks every time gives up by name and says that the infrastructure is partial', async () => {
    const { world, failure } = await run({ step: 'applyPlan', when: 'before', times: 9 });
    expect((failure as WorkflowFailedError).cause).toMatchObject({ type: 'tool.rejected' });
    expect(world.calls.filter((step) => step === 'applyPlan')).toHaveLength(3);
    expect([...world.records.values()].at(-1)?.event.data).toMatchObject({ infrastructure: 'partial' });
  });

  test.each(undos.flatMap((step) => [['before', step] as const, ['after', step] as const]))(
    '%s the effect of the undo %s is tried again until it is done',
    async (when, step) => {
      const { world, outcome } = await run({ step: 'awaitReady', when: 'before', times: 1 }, { step, when, times: 2 });
      expect(outcome).toMatchObject({ kind: 'rolled back' });
      expect(world.isPutBack).toBe(true);
      expect(world.breakages.map(({ times }) => times)).toEqual([0, 0]);
    },
  );

  test('after promotion, the parking of the old version is tried again and the new version stays', async () => {
    const { world, outcome } = await run({ step: 'parkSlot', when: 'before', times: 2 });
    expect(outcome).toMatchObject({ kind: 'released' });
    expect(world.weights).toEqual({ a: 0, b: 100 });
    expect(world.slots.a?.parked).toBe(true);
  });
});

describe.concurrent('a "no"', () => {
  test('of the source blocks before anything is scanned', async () => {
    const { world, handle } = await given((refusing) => {
      refusing.fetched = { kind: 'refused', because: 'the commit is not reachable from main' };
    });
    expect(await handle.result()).toMatchObject({ kind: 'blocked', reason: 'the commit is not reachable from main' });
    expect(world.calls).not.toContain('scanCode');
  });

  test('of the policies about the code blocks before any plan', async () => {
    const violations = [{ code: 'finding.blocking', title: 'A finding blocks', message: 'bucket is public', solution: 'close it' }];
    const { world, handle } = await given((denying) => {
      denying.gate = (stage) => ({ kind: stage === 'code' ? 'deny' : 'allow', violations });
    });
    expect(await handle.result()).toMatchObject({ kind: 'blocked', reason: 'finding.blocking: bucket is public' });
    expect(world.calls).not.toContain('planSpeculative');
  });

  test('of a person rejects and names them', async () => {
    const { world, handle, decide } = await given();
    await decide('reject');
    expect(await handle.result()).toMatchObject({ kind: 'rejected', by: 'sam' });
    expect(world.calls).not.toContain('applyPlan');
  });

  test('of nobody at all expires', async () => {
    const { handle } = await given(undefined, { approvals: { groups: ['sre'], expiresAfterMinutes: 0.005 } });
    expect(await handle.result()).toMatchObject({ kind: 'expired' });
  });

  test('of the judge takes the traffic back at once', async () => {
    const { world, handle, decide } = await given((judging) => {
      judging.verdicts = (weight) => (weight === 50 ? verdictOf('fail', 'latency 250ms: 40 % against 2 %') : verdictOf('pass'));
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'rolled back', reason: 'latency 250ms: 40 % against 2 %' });
    expect(world.isPutBack).toBe(true);
  });

  test('of pods that never become ready empties the slot and keeps their events', async () => {
    const { world, handle, decide } = await given((starting) => {
      starting.ready = false;
    });
    await decide('approve');
    expect(await handle.result()).toMatchObject({ kind: 'rolled back', reason: 'not ready: 0 of 2 pods ready' });
    expect(world.isPutBack).toBe(true);
    expect(JSON.stringify([...world.records.values()])).toContain('Readiness probe failed');
  });

  test('silence is none: a release without an answer is held for a person and never promoted', async () => {
    const { world, handle, decide, until } = await given(
      (silent) => {
        silent.verdicts = () => verdictOf('not enough', '0 requests');
      },
      { canary: { ...orderOf().canary, deadlineMinutes: 0 } },
    );
    await decide('approve');
    const held = await until(({ attention }) => attention !== null);
    expect(held.attention).toContain('0 requests');
    await handle.executeUpdate(abortUpdate, { args: [tell] });
    expect(await handle.result()).toMatchObject({ kind: 'rolled back', by: 'sam' });
    expect(world.isPutBack).toBe(true);
  });
});

describe.concurrent('an abort', () => {
  const moments = [
    ['fetchSource', 'cancelled'],
    ['scanCode', 'cancelled'],
    ['planSpeculative', 'cancelled'],
    ['judgeRelease', 'cancelled'],
    ['planForApply', 'cancelled'],
    ['applyPlan', 'cancelled'],
    ['deploySlot', 'rolled back'],
    ['awaitReady', 'rolled back'],
    ['setWeights', 'rolled back'],
    ['awaitShare', 'rolled back'],
    ['watchCanary', 'rolled back'],
  ] as const;

  test.each(moments)('during %s ends as %s with everything put back', async (moment, kind) => {
    let aborted = false;
    const release = await given((world) => {
      world.onStep = async (step) => {
        if (step !== moment || aborted) return;
        aborted = true;
        await release.handle.executeUpdate(abortUpdate, { args: [tell] });
      };
    });
    const approved = release.decide('approve').catch(() => undefined);
    const outcome = await release.handle.result();
    await approved;
    expect(outcome).toMatchObject({ kind, by: 'sam' });
    expect(release.world.isPutBack).toBe(true);
    expect(outcome.infrastructure).toBe(
      ['applyPlan', 'deploySlot', 'awaitReady', 'setWeights', 'awaitShare', 'watchCanary'].includes(moment) ? 'applied' : 'unchanged',
    );
  });

  test.each([
    ['deploySlot', 'awaitReady'],
    ['setWeights', 'awaitShare'],
  ] as const)('during %s, which has to finish, is heard before %s begins', async (moment, look) => {
    const release = await given((world) => {
      world.onStep = async (step) => {
        if (step !== moment) return;
        // Undoing sets weights, too.
        world.onStep = () => undefined;
        await release.handle.executeUpdate(abortUpdate, { args: [tell] });
      };
    });
    await release.decide('approve');
    expect(await release.handle.result()).toMatchObject({ kind: 'rolled back', by: 'sam' });
    expect(release.world.calls).not.toContain(look);
    expect(release.world.isPutBack).toBe(true);
  });

  test('while approval is awaited cancels', async () => {
    const { handle, until } = await given();
    await until(({ waitingFor }) => waitingFor?.kind === 'approval');
    await handle.executeUpdate(abortUpdate, { args: [tell] });
    expect(await handle.result()).toMatchObject({ kind: 'cancelled' });
  });

  test('by cancelling the workflow puts everything back too', async () => {
    const release = await given((world) => {
      world.onStep = async (step) => {
        if (step === 'watchCanary') await release.handle.cancel();
      };
    });
    await release.decide('approve');
    expect(await release.handle.result()).toMatchObject({ kind: 'rolled back', by: 'Temporal' });
    expect(release.world.isPutBack).toBe(true);
  });

  test('of a closed release is refused', async () => {
    const { handle, decide } = await given();
    await decide('reject');
    await handle.result();
    await expect(handle.executeUpdate(abortUpdate, { args: [tell] })).rejects.toThrow(/completed/);
  });
});

describe.concurrent('a person is called', () => {
  test('to a foreign lock, and the release goes on once it is gone', async () => {
    let locked = true;
    const { handle, decide, until } = await given((world) => {
      world.observation = () => (locked ? { kind: 'foreign lock', holder: 'bob@laptop' } : { kind: 'applied' });
    });
    await decide('approve');
    const view = await until(({ attention }) => attention !== null);
    expect(view.attention).toContain('bob@laptop');
    locked = false;
    await handle.executeUpdate(resumeUpdate, { args: [tell] });
    expect(await handle.result()).toMatchObject({ kind: 'released' });
  });
});
