import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CanaryProgress, decideCanary, trafficStepsOf } from './canary.ts';
import type { CanaryRule } from './catalog.ts';
import type { Verdict } from './judge/judge.ts';

const rule: CanaryRule = {
  stepsPercent: [5, 25, 50],
  minimumStepSeconds: 120,
  deadlineMinutes: 60,
  onInconclusive: 'hold',
  watchSeconds: 300,
  pollSeconds: 5,
  readyWithinSeconds: 300,
};
const totals = { requests: 0, errors: 0, p99Seconds: null };
const verdictOf = (kind: Verdict['kind']): Verdict => ({
  kind,
  reason: `because ${kind}`,
  metrics: [],
  canary: totals,
  stable: totals,
  logEvidence: 0,
  logRollbackAt: Math.log(125),
  logPromoteAt: Math.log(20),
  calibration: { from: 'none', windowSeconds: 0, polls: 0 },
  trace: [],
});
const progress: CanaryProgress = { secondsAtWeight: 120, minimumSeconds: 120, secondsSinceStart: 300, held: false };
const decide = (kind: Verdict['kind'], changes: Partial<CanaryProgress> = {}, ruleChanges: Partial<CanaryRule> = {}) =>
  decideCanary({ ...rule, ...ruleChanges }, { ...progress, ...changes }, verdictOf(kind));

describe('the weights', () => {
  test('are the steps and then everything; with nobody to compare with, one step', () => {
    const weights = (compared: boolean) => trafficStepsOf(rule, 'canary', compared).map(({ weightPercent }) => weightPercent);
    expect(weights(true)).toEqual([5, 25, 50, 100]);
    expect(weights(false)).toEqual([100]);
    // Promotion is decided at the last weight with somebody to compare with, and the last one is watched.
    expect(trafficStepsOf(rule, 'canary', true).map(({ promotes }) => promotes)).toEqual([false, false, true, true]);
    expect(trafficStepsOf(rule, 'canary', true).map(({ minimumSeconds }) => minimumSeconds)).toEqual([120, 120, 120, 300]);
  });

  test.each([
    ['canary', 15, 900],
    ['canary', 4, 300],
    ['blue-green', 15, 900],
    ['all-at-once', 15, 900],
    ['all-at-once', 0, 120],
  ] as const)('with everything on it, %s that bakes for %i minutes is watched for %i s', (strategy, securityBakeMinutes, seconds) => {
    expect(trafficStepsOf({ ...rule, securityBakeMinutes }, strategy, true).at(-1)).toMatchObject({
      weightPercent: 100,
      minimumSeconds: seconds,
    });
  });
});

describe('after one look', () => {
  test('a pass advances once the step has lasted', () => {
    expect(decide('pass')).toEqual({ kind: 'advance' });
    expect(decide('pass', { secondsAtWeight: 119 })).toEqual({ kind: 'go on' });
  });

  test('a fail goes back at once, held or not, whatever the time', () => {
    const back = { kind: 'roll back', because: 'because fail' };
    expect(decide('fail', { secondsAtWeight: 0, held: true })).toEqual(back);
  });

  test('a hold stops advancing', () => {
    expect(decide('pass', { held: true })).toEqual({ kind: 'go on' });
  });

  test('at the deadline without an answer a person is asked, or it goes back, as the environment says', () => {
    expect(decide('not enough', { secondsSinceStart: 3599 })).toEqual({ kind: 'go on' });
    expect(decide('not enough', { secondsSinceStart: 3600 })).toMatchObject({
      kind: 'ask a person',
      because: expect.stringContaining('60 min'),
    });
    expect(decide('not enough', { secondsSinceStart: 3600 }, { onInconclusive: 'roll back' })).toMatchObject({ kind: 'roll back' });
  });
});

const someProgress = fc.record({
  secondsAtWeight: fc.nat(10_000),
  minimumSeconds: fc.nat(1_000),
  secondsSinceStart: fc.nat(10_000),
  held: fc.boolean(),
});
const someRule = fc.constantFrom<CanaryRule>(rule, { ...rule, onInconclusive: 'roll back' });

describe('however long it takes', () => {
  test('nothing but a pass ever advances, and a fail always goes back', () => {
    fc.assert(
      fc.property(someRule, someProgress, fc.constantFrom<Verdict['kind']>('pass', 'fail', 'not enough'), (rule, progress, kind) => {
        const decision = decideCanary(rule, progress, verdictOf(kind)).kind;
        expect(decision !== 'advance' || (kind === 'pass' && !progress.held)).toBe(true);
        expect(decision === 'roll back' || kind !== 'fail').toBe(true);
      }),
    );
  });
});
