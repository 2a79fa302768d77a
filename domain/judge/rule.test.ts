import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Objectives } from '../catalog.ts';
import type { ArmIncrement, Increment } from './counters.ts';
import type { JudgeState } from './judge.ts';
import { plainRule } from './rule.ts';

const objectives: Objectives = {
  errors: { marginRatio: 1.5, marginPoints: 0.1, limitPercent: 1 },
  latency: { guardedBucketsMs: [100, 250], marginRatio: 1.25, limitPercent: 5 },
  minimumRequests: 100,
};
const edgesSeconds = [0.05, 0.1, 0.25, 0.5];

/** `requests` of which `errors` failed and `slow` took longer than half a second; the others were quick. */
const arm = (requests: number, errors = 0, slow = 0): ArmIncrement => {
  const quick = requests - slow;
  return { requests, errors, atMost: [quick, quick, quick, quick, requests] };
};
const silence = arm(0);
const at = (instantSeconds: number, canary: ArmIncrement, stable: ArmIncrement = silence): Increment => ({
  instantSeconds,
  edgesSeconds,
  canary,
  stable,
});
const judged = (increments: readonly Increment[], baseline = true): JudgeState =>
  increments.reduce((state, increment) => plainRule.observe(state, increment), plainRule.begin(objectives, baseline, 0));
const verdictOf = (increments: readonly Increment[], baseline = true) => plainRule.verdict(judged(increments, baseline));

describe('three answers', () => {
  test('a version as good as the old one passes once both have been asked often enough', () => {
    expect(verdictOf([at(5, arm(99), arm(1000))]).kind).toBe('not enough');
    expect(verdictOf([at(5, arm(100), arm(99))]).kind).toBe('not enough');
    expect(verdictOf([at(5, arm(100), arm(1000))]).kind).toBe('pass');
  });

  test('a version that fails far too often is named, with what was seen and what is allowed', () => {
    const verdict = verdictOf([at(5, arm(200, 30), arm(2000, 2))]);
    expect(verdict.kind).toBe('fail');
    expect(verdict.reason).toBe("15.0 % of the new version's requests failed; allowed are 0.20 % (old version: 0.10 %)");
  });

  test('a slow version fails on the guarded edges', () => {
    const verdict = verdictOf([at(5, arm(200, 0, 60), arm(2000, 0, 20))]);
    expect(verdict.kind).toBe('fail');
    expect(verdict.metrics.map(({ metric, answer }) => [metric, answer])).toEqual([
      ['errors', 'pass'],
      ['latency 100ms', 'fail'],
      ['latency 250ms', 'fail'],
    ]);
    expect(verdict.canary.p99Seconds).toBeNull();
    expect(verdict.stable.p99Seconds).toBe(0.05);
  });

  test('a gross excess needs half the requests, a small one all of them', () => {
    expect(verdictOf([at(5, arm(50, 25), arm(1000))]).kind).toBe('fail');
    expect(verdictOf([at(5, arm(49, 25), arm(1000))]).kind).toBe('not enough');
  });

  test('one unlucky request does not roll a good version back, and more requests settle it', () => {
    const unlucky = at(5, arm(100, 1), arm(10_000, 10));
    const verdict = verdictOf([unlucky]);
    expect(verdict.kind).toBe('not enough');
    const missing = verdict.metrics[0]?.missingRequests ?? 0;
    expect(missing).toBeGreaterThan(0);
    expect(verdictOf([unlucky, at(10, arm(missing), arm(10_000, 10))]).kind).toBe('pass');
  });

  test('failing fast is not speed: a failed request is slower than every edge', () => {
    const latency = verdictOf([at(5, arm(200, 30), arm(2000))]).metrics[1];
    expect(latency).toMatchObject({ metric: 'latency 100ms', canaryShare: 0.15, answer: 'fail' });
  });

  test('the absolute limit holds whatever the old version does', () => {
    expect(verdictOf([at(5, arm(1000, 100), arm(1000, 100))])).toMatchObject({
      kind: 'fail',
      metrics: [{ metric: 'errors', limitShare: 0.01 }, {}, {}],
    });
  });
});

describe('a first release', () => {
  test('has absolute limits only: errors, and the last guarded edge', () => {
    expect(verdictOf([at(5, arm(100))], false)).toMatchObject({
      kind: 'pass',
      metrics: [{ metric: 'errors' }, { metric: 'latency 250ms' }],
    });
    expect(verdictOf([at(5, arm(200, 0, 60))], false).kind).toBe('fail');
    expect(verdictOf([at(5, arm(200, 30))], false).kind).toBe('fail');
  });
});

describe('a new weight', () => {
  test('has to show again what promotion needs', () => {
    const state = plainRule.nextStep(judged([at(5, arm(100), arm(1000))]), 10);
    expect(plainRule.verdict(state).kind).toBe('not enough');
    expect(plainRule.verdict(plainRule.observe(state, at(15, arm(100)))).kind).toBe('pass');
  });

  test('keeps what speaks against the version', () => {
    const state = plainRule.nextStep(judged([at(5, arm(60, 20), arm(50))]), 10);
    expect(plainRule.verdict(plainRule.observe(state, at(15, arm(1), arm(1000)))).kind).toBe('fail');
  });

  test('at 100 % is compared with what the old version did before', () => {
    const state = plainRule.nextStep(judged([at(5, arm(100), arm(1000))]), 10);
    expect(plainRule.verdict(plainRule.observe(state, at(15, arm(500), silence))).kind).toBe('pass');
  });
});

describe('what the metrics look like', () => {
  test('a guarded edge that is no bucket uses the next bucket above, and the last one where there is none', () => {
    const begun = plainRule.begin({ ...objectives, latency: { ...objectives.latency, guardedBucketsMs: [60, 9000] } }, true, 0);
    const increment = {
      ...at(5, silence, silence),
      canary: { requests: 100, errors: 0, atMost: [0, 100, 100, 100, 100] },
      stable: arm(1000),
    };
    const [, sixty, nine] = plainRule.verdict(plainRule.observe(begun, increment)).metrics;
    expect(sixty).toMatchObject({ canaryShare: 0, answer: 'pass' });
    expect(nine).toMatchObject({ canaryShare: 0, answer: 'pass' });
  });

  test('a version without latency buckets never passes', () => {
    const bare = { requests: 1000, errors: 0, atMost: [] };
    const verdict = verdictOf([{ instantSeconds: 5, edgesSeconds: [], canary: bare, stable: bare }]);
    expect(verdict).toMatchObject({ kind: 'not enough', reason: 'latency 100ms: about 100 more requests are needed' });
  });

  test('other bucket edges begin latency anew and keep the errors', () => {
    const other = { instantSeconds: 10, edgesSeconds: [0.1], canary: { requests: 10, errors: 0, atMost: [10, 10] }, stable: silence };
    const verdict = verdictOf([at(5, arm(100), arm(1000)), other]);
    expect(verdict.metrics[0]?.answer).toBe('pass');
    expect(verdict.metrics[1]).toMatchObject({ answer: 'not enough', missingRequests: 100 });
  });

  test('the state of another judge is refused, not guessed at', () => {
    expect(() => plainRule.verdict({ version: 2, lastInstantSeconds: 0 })).toThrow('state version 2');
  });
});

const someArm = fc
  .record({
    requests: fc.nat(2000),
    errorShare: fc.double({ min: 0, max: 1, noNaN: true }),
    slowShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ requests, errorShare, slowShare }) => arm(requests, Math.floor(requests * errorShare), Math.floor(requests * slowShare)));
const someHistory = fc
  .array(fc.tuple(someArm, someArm), { maxLength: 12 })
  .map((arms) => arms.map(([canary, stable], index) => at((index + 1) * 5, canary, stable)));

describe('for every history', () => {
  test('polls that are read twice, or late, change nothing', () => {
    fc.assert(
      fc.property(someHistory, fc.infiniteStream(fc.boolean()), (history, again) => {
        const repeated = history.flatMap((increment, index) =>
          again.next().value === true ? [increment, increment, ...history.slice(0, index)] : [increment],
        );
        expect(judged(repeated)).toEqual(judged(history));
      }),
    );
  });

  test('silence of the new version never passes, and never fails', () => {
    fc.assert(
      fc.property(someHistory, fc.boolean(), (history, baseline) => {
        const silent = history.map((increment) => ({ ...increment, canary: silence }));
        expect(verdictOf(silent, baseline).kind).toBe('not enough');
      }),
    );
  });

  test('a pass has the minimum of requests and nothing above its limit', () => {
    fc.assert(
      fc.property(someHistory, fc.boolean(), (history, baseline) => {
        const verdict = verdictOf(history, baseline);
        fc.pre(verdict.kind === 'pass');
        expect(verdict.canary.requests).toBeGreaterThanOrEqual(objectives.minimumRequests);
        for (const { canaryShare, limitShare } of verdict.metrics) expect(canaryShare).toBeLessThanOrEqual(limitShare);
      }),
    );
  });

  test('a version that does exactly what the old one does, without errors, never fails', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const same = history.map((increment) => ({ ...increment, canary: { ...increment.canary, errors: 0 } }));
        expect(verdictOf(same.map((increment) => ({ ...increment, stable: increment.canary }))).kind).not.toBe('fail');
      }),
    );
  });

  test('the state is JSON and stays small', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const state = judged(history);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        expect(JSON.stringify(state).length).toBeLessThan(4_000);
      }),
    );
  });
});
