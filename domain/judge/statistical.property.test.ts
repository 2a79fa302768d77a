/** What holds for every history of polls. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawn, uniforms } from '../../test/support/enumeration.ts';
import type { Objectives, QualityMetric } from '../catalog.ts';
import { defaultObjectives, defaultWeights } from '../objectives.ts';
import type { ArmIncrement, Increment } from './counters.ts';
import type { Judge, JudgePlan, JudgeState } from './judge.ts';
import { latencyName } from './latency.ts';
import { statisticalJudge } from './statistical.ts';

const edgesSeconds = [0.05, 0.1, 0.25, 0.5];
const arm = (requests: number, errors: number, slow: number): ArmIncrement => {
  const quick = requests - slow;
  return {
    requests,
    errors,
    atMost: [Math.floor(quick / 2), quick, quick, quick, requests],
    quality: { drift: { events: slow, of: requests } },
  };
};
const silence = arm(0, 0, 0);

const share = fc.double({ min: 0, max: 0.3, noNaN: true });
const someArm = (most: number) =>
  fc
    .record({ requests: fc.nat(most), errorShare: share, slowShare: share })
    .map(({ requests, errorShare, slowShare }) => arm(requests, Math.floor(requests * errorShare), Math.floor(requests * slowShare)));
const somePoll = fc.record({ canary: someArm(200), stable: someArm(2_000) });
const someHistory = fc
  .array(somePoll, { maxLength: 15 })
  .map((polls) => polls.map((poll, index): Increment => ({ instantSeconds: (index + 1) * 20, edgesSeconds, ...poll })));
const objectives: Objectives = {
  ...defaultObjectives,
  quality: [{ name: 'drift', kind: 'counters', events: 'a', of: 'b', toleranceRatio: 1.1, marginRatio: 1.5 }],
  weights: defaultWeights(true),
};
const somePlan: fc.Arbitrary<JudgePlan> = fc
  .record({ baseline: fc.boolean(), promotes: fc.boolean(), kappa: fc.integer({ min: 1, max: 4 }), known: fc.boolean() })
  .map(({ baseline, promotes, kappa, known }) => ({
    objectives,
    baseline,
    promotes,
    instantSeconds: 0,
    plannedSeconds: 600,
    calibration: {
      from: known ? 'history' : 'none',
      windowSeconds: 86_400,
      polls: 100,
      metrics: known
        ? Object.fromEntries([
            ['errors', { kappa, stableShare: 0.01 }],
            ...edgesSeconds.map((edge, index) => [latencyName(edge), { kappa, stableShare: [0.6, 0.2, 0.1, 0.05][index] ?? 0 }] as const),
          ])
        : {},
    },
  }));

/** A release: some polls, a new weight after so many of them, the rest. */
interface Release {
  readonly plan: JudgePlan;
  readonly history: readonly Increment[];
  readonly stepAfter: number;
}
const someRelease: fc.Arbitrary<Release> = fc.record({ plan: somePlan, history: someHistory, stepAfter: fc.nat(15) });

function judged(
  { plan, history, stepAfter }: Release,
  between: (state: JudgeState, poll: number) => JudgeState = (state) => state,
): JudgeState {
  let state = statisticalJudge.begin(plan);
  for (const [poll, increment] of history.entries()) {
    if (poll === stepAfter)
      state = statisticalJudge.nextStep(state, { instantSeconds: poll * 20, promotes: true, baseline: plan.baseline });
    state = between(statisticalJudge.observe(state, increment), poll);
  }
  return state;
}
const restored = (state: JudgeState): JudgeState => JSON.parse(JSON.stringify(state)) as JudgeState;

describe('for every release', () => {
  test('polls that are read twice, or late, change nothing', () => {
    fc.assert(
      fc.property(someRelease, (release) => {
        const again = judged(release, (state, poll) =>
          release.history.slice(0, poll + 1).reduce((now, increment) => statisticalJudge.observe(now, increment), state),
        );
        expect(again).toEqual(judged(release));
      }),
    );
  });

  test('a worker that goes on from any heartbeat comes to the same verdict, bit by bit', () => {
    fc.assert(
      fc.property(someRelease, fc.nat(15), fc.boolean(), (release, died, atDeadline) => {
        const resumed = judged(release, (state, poll) => (poll === died ? restored(state) : state));
        expect(resumed).toEqual(judged(release));
        expect(JSON.stringify(restored(resumed))).toBe(JSON.stringify(resumed));
        expect(statisticalJudge.verdict(restored(resumed), atDeadline)).toEqual(statisticalJudge.verdict(judged(release), atDeadline));
      }),
    );
  });

  test('silence of the new version neither passes nor fails', () => {
    fc.assert(
      fc.property(someRelease, fc.boolean(), (release, atDeadline) => {
        const silent = release.history.map((increment) => ({ ...increment, canary: silence }));
        expect(statisticalJudge.verdict(judged({ ...release, history: silent }), atDeadline).kind).toBe('not enough');
      }),
    );
  });

  test('a version that does exactly what the stable one does is not rolled back', () => {
    fc.assert(
      fc.property(someRelease, (release) => {
        const same = release.history.map((increment) => ({ ...increment, stable: increment.canary }));
        const verdict = statisticalJudge.verdict(judged({ ...release, plan: { ...release.plan, baseline: true }, history: same }), true);
        expect(verdict.kind).not.toBe('fail');
      }),
    );
  });

  test('more failures of the new version never speak for it', () => {
    fc.assert(
      fc.property(someRelease, (release) => {
        // The newest poll: what an earlier one did to the guess about rare events is for the later ones to use.
        const worse = release.history.map((increment, poll): Increment => {
          const { canary } = increment;
          const errors = Math.min(canary.requests, canary.errors + 3);
          return poll === release.history.length - 1 ? { ...increment, canary: { ...canary, errors } } : increment;
        });
        const [before, after] = [release.history, worse].map(
          (history) => statisticalJudge.verdict(judged({ ...release, history })).metrics[0],
        );
        // Grains are rounded one by one.
        expect((after?.logEvidence ?? 0) + 0.01).toBeGreaterThanOrEqual(before?.logEvidence ?? 0);
        expect((after?.logPromotion ?? 0) - 0.01).toBeLessThanOrEqual(before?.logPromotion ?? 0);
      }),
    );
  });

  test('a pass has the requests that it needs, and no metric without an answer at the weight that promotes', () => {
    fc.assert(
      fc.property(someRelease, (release) => {
        const history = release.history.map((increment) => ({ ...increment, canary: increment.stable }));
        const verdict = statisticalJudge.verdict(judged({ ...release, history, plan: { ...release.plan, promotes: true } }));
        fc.pre(verdict.kind === 'pass');
        expect(verdict.canary.requests).toBeGreaterThanOrEqual(objectives.minimumRequests);
        for (const { guarded, answer } of verdict.metrics) expect(!guarded || answer === 'pass').toBe(true);
      }),
    );
  });

  test('shares, counts and odds ratios are numbers that JSON has', () => {
    fc.assert(
      fc.property(someRelease, fc.boolean(), (release, atDeadline) => {
        const verdict = statisticalJudge.verdict(judged(release), atDeadline);
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
      }),
    );
  });
});

describe('a long watch', () => {
  const manyEdges = Array.from({ length: 40 }, (_, index) => Number((0.001 * 1.25 ** index).toFixed(4)));
  /** As many tables as a catalog can ask for: errors, eight edges of latency, and eight of quality. */
  const score: Extract<QualityMetric, { readonly kind: 'histogram' }> = {
    name: 'a-score-whose-name-has-forty-characters',
    kind: 'histogram',
    series: 'score',
    edges: [0.125, 0.25, 0.5, 0.75],
    worse: 'both',
    toleranceRatio: 1.1,
    marginRatio: 1.5,
  };
  const most: Objectives = {
    ...defaultObjectives,
    latency: { ...defaultObjectives.latency, guardedBucketsMs: [10, 20, 40, 60, 80, 100, 250, 500] },
    quality: [score],
    weights: defaultWeights(true),
  };

  /** One arm of a busy service; a share of `worse` more of everything bad. */
  function busy(uniform: () => number, requests: number, worse: number): ArmIncrement {
    const near = (share: number) => {
      const spread = Math.sqrt(requests * share * (1 - share));
      return Math.min(requests, Math.max(0, Math.round(requests * share * worse + spread * (uniform() - 0.5))));
    };
    const slower = manyEdges.map((edge) => near(1 / (1 + (edge / 0.05) ** 2)));
    return {
      requests,
      errors: near(0.01),
      atMost: [...slower.map((count) => requests - count).toSorted((a, b) => a - b), requests],
      quality: Object.fromEntries(score.edges.map((edge) => [`${score.name} ${edge}`, { events: near(0.4), of: requests }])),
    };
  }

  test.each([
    ['alike', 1],
    ['better', 0.6],
    ['worse', 1.2],
  ])('of two versions that are %s keeps its state within 16 KiB and does not let it grow', (_, worse) => {
    const uniform = uniforms(worse * 10);
    const judge: Judge = statisticalJudge;
    let state = judge.begin({
      objectives: most,
      baseline: true,
      instantSeconds: 1_764_000_000,
      plannedSeconds: 28_800,
      calibration: { from: 'history', windowSeconds: 86_400, polls: 5_760, metrics: {} },
      promotes: true,
    });
    const sizes: number[] = [];
    // Eight hours of polls a minute; `node test/bench/judge/poll.ts` does a day of every five seconds.
    for (let minute = 1; minute <= 480; minute++) {
      const [canary, stable] = [busy(uniform, 30_000, worse), busy(uniform, 270_000, 1)];
      state = judge.observe(state, { instantSeconds: 1_764_000_000 + 60 * minute, edgesSeconds: manyEdges, canary, stable });
      sizes.push(JSON.stringify(state).length);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(16 * 1024);
    const hour = Math.max(...sizes.slice(0, 60));
    expect(Math.max(...sizes.slice(-60))).toBeLessThan(1.25 * hour);
  });
});

test('of good versions at one look in five seconds, fewer than one in a hundred is rolled back in a quarter of an hour', () => {
  const strict: Objectives = {
    ...defaultObjectives,
    errors: { ...defaultObjectives.errors, toleranceRatio: 1 },
    weights: { errors: 1, latency: 0, quality: 0 },
    dispersion: 1,
  };
  const rolledBack = Array.from({ length: 300 }, (_, release) => {
    const uniform = uniforms(release);
    let state = statisticalJudge.begin({
      objectives: strict,
      baseline: true,
      instantSeconds: 0,
      plannedSeconds: 900,
      calibration: { from: 'none', windowSeconds: 0, polls: 0, metrics: {} },
      promotes: true,
    });
    const version = (of: number): ArmIncrement => ({ requests: of, errors: drawn(uniform, of, 0.02).events, atMost: [], quality: {} });
    for (let poll = 1; poll <= 180; poll++)
      state = statisticalJudge.observe(state, { instantSeconds: 5 * poll, edgesSeconds: [], canary: version(20), stable: version(60) });
    return statisticalJudge.verdict(state, true).kind === 'fail' ? 1 : 0;
  });
  // Binomial: six of 300 at a rate of 1 % happen to one seed in twelve, and the rate is well below.
  expect(rolledBack.reduce<number>((sum, one) => sum + one, 0)).toBeLessThanOrEqual(5);
});
