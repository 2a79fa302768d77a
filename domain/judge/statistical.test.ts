/** What the judge answers, on counts that are written by hand. That its error rates hold is in `table.test.ts` and the bench. */
import { describe, expect, test } from 'vitest';
import type { Objectives } from '../catalog.ts';
import { defaultObjectives } from '../objectives.ts';
import type { ArmIncrement, Count, Increment } from './counters.ts';
import type { Calibration, JudgePlan, JudgeState } from './judge.ts';
import { statisticalJudge } from './statistical.ts';

const edgesSeconds = [0.05, 0.1, 0.25, 0.5];
const calibration: Calibration = {
  from: 'history',
  windowSeconds: 86_400,
  polls: 5_760,
  metrics: {
    errors: { kappa: 1, stableShare: 0.01 },
    'latency 50ms': { kappa: 1, stableShare: 0.8 },
    'latency 100ms': { kappa: 1, stableShare: 0.3 },
    'latency 250ms': { kappa: 1, stableShare: 0.05 },
    'latency 500ms': { kappa: 1, stableShare: 0.02 },
    drift: { kappa: 1, stableShare: 0.2 },
    'score 0.5': { kappa: 1, stableShare: 0.5 },
  },
};
const plan = (change: Partial<JudgePlan> = {}): JudgePlan => ({
  objectives: defaultObjectives,
  baseline: true,
  instantSeconds: 0,
  plannedSeconds: 3_600,
  calibration,
  promotes: false,
  ...change,
});

/** As fast as the history says, unless `slow` more take longer than a quarter of a second. */
function arm(requests: number, errors: number, slow = 0, quality: Readonly<Record<string, Count>> = {}): ArmIncrement {
  const [, , quarter = 0, half = 0] = [0.8, 0.3, 0.05, 0.02].map((share) => Math.round(share * requests));
  const slower = [Math.round(0.8 * requests), Math.round(0.3 * requests), quarter, half].map((count, edge) =>
    edge === 3 ? count : Math.max(count, quarter + slow),
  );
  return { requests, errors, atMost: [...slower.map((count) => requests - count), requests], quality };
}
const silence = arm(0, 0);
const at = (instantSeconds: number, canary: ArmIncrement, stable: ArmIncrement = silence): Increment => ({
  instantSeconds,
  edgesSeconds,
  canary,
  stable,
});
/** The same poll so many times, from `from` on. */
const polls = (count: number, canary: ArmIncrement, stable: ArmIncrement = silence, from = 0): readonly Increment[] =>
  Array.from({ length: count }, (_, index) => at(from + (index + 1) * 5, canary, stable));
const judged = (increments: readonly Increment[], begun: JudgeState = statisticalJudge.begin(plan())): JudgeState =>
  increments.reduce((state, increment) => statisticalJudge.observe(state, increment), begun);
const verdictOf = (increments: readonly Increment[], change: Partial<JudgePlan> = {}) =>
  statisticalJudge.verdict(judged(increments, statisticalJudge.begin(plan(change))));

const good = [arm(50, 0), arm(450, 4)] as const;

describe('a weight on the way', () => {
  test('is passed when nothing speaks against the version and both had enough requests', () => {
    expect(verdictOf(polls(3, ...good)).reason).toBe('50 more requests of the new version are needed at this weight');
    expect(verdictOf(polls(4, arm(50, 0), arm(40, 0))).reason).toBe('40 more requests of the old version are needed at this weight');
    expect(verdictOf(polls(4, ...good))).toMatchObject({
      kind: 'pass',
      reason: expect.stringMatching(/^nothing speaks against the new version after 200 requests at this weight \(evidence 1 : 0\.\d+\)$/),
    });
  });

  test('waits while there is some evidence, and goes on when it fades', () => {
    const doubtful = judged([at(5, arm(50, 4), arm(450, 4)), ...polls(3, arm(50, 2), arm(450, 4), 5)]);
    expect(statisticalJudge.verdict(doubtful)).toMatchObject({
      kind: 'not enough',
      reason: expect.stringMatching(/^evidence 1 : [\d.]+ speaks against the new version; to go on it has to fall below 1 : 5$/),
    });
    expect(statisticalJudge.verdict(judged(polls(60, ...good, 20), doubtful)).kind).toBe('pass');
  });
});

describe('a worse version', () => {
  test('that fails too often is named, with what was seen and what the evidence is', () => {
    const verdict = verdictOf(polls(2, arm(50, 6), arm(450, 4)));
    expect(verdict).toMatchObject({ kind: 'fail', logRollbackAt: Math.log(125) });
    expect(verdict.reason).toMatch(
      /^12\.0 % of the new version's requests failed, the old version's 0\.89 %: evidence 1 : [\d,]+ against it \(a rollback needs 1 : 125\)$/,
    );
    expect(verdict.metrics[0]).toMatchObject({
      metric: 'errors',
      answer: 'fail',
      crossedAtSeconds: 5,
      missingRequests: 0,
    });
    expect(verdict.logEvidence).toBeGreaterThanOrEqual(verdict.logRollbackAt);
  });

  test('that is slow is named by an edge of its histogram', () => {
    const verdict = verdictOf(polls(3, arm(50, 0, 10), arm(450, 0)));
    expect(verdict.kind).toBe('fail');
    expect(verdict.reason).toMatch(
      /^2[\d.]+ % of the new version's requests took longer than 250 ms or failed, the old version's 5\.\d+ %: evidence/,
    );
    expect(verdict.metrics.find(({ answer }) => answer === 'fail')?.metric).toBe('latency 250ms');
  });

  test('stays failed, however good it is afterwards', () => {
    const failed = judged(polls(2, arm(50, 6), arm(450, 4)));
    expect(statisticalJudge.verdict(judged(polls(400, ...good, 10), failed)).kind).toBe('fail');
  });

  test('whose failures are fast is not taken for a fast one', () => {
    const fast = { ...arm(50, 6), atMost: [50, 50, 50, 50, 50] };
    const edge = verdictOf([at(5, fast, arm(450, 4))]).metrics.find(({ metric }) => metric === 'latency 500ms');
    expect(edge?.canary).toEqual({ events: 6, of: 50 });
    expect(edge?.logEvidence).toBeGreaterThan(1);
  });

  test('is held by a limit that both versions break, since going back would not help', () => {
    const verdict = verdictOf(polls(40, arm(50, 2), arm(450, 18)));
    expect(verdict).toMatchObject({
      kind: 'not enough',
      reason: "errors: 4.00 % of the new version's requests, more than the limit of 1.00 %, whatever the old version does",
    });
  });
});

describe('promotion', () => {
  test('of a version that was not asked yet says how many requests it takes, and not one', () => {
    const { kind, metrics } = verdictOf(polls(3, silence, arm(450, 4)), { promotes: true });
    expect(kind).toBe('not enough');
    for (const { missingRequests } of metrics.filter(({ guarded }) => guarded))
      expect(missingRequests).toBeGreaterThan(defaultObjectives.minimumRequests / 10);
  });

  test('needs every guarded metric to show its margin, and says how much is missing', () => {
    const verdict = verdictOf(polls(4, ...good), { promotes: true });
    expect(verdict.kind).toBe('not enough');
    expect(verdict.reason).toMatch(
      /^errors: about [\d,]+ more requests of the new version are needed to show that they are no worse than allowed$/,
    );
    expect(verdict.metrics.filter(({ guarded }) => guarded).map(({ metric }) => metric)).toEqual([
      'errors',
      'latency 100ms',
      'latency 250ms',
      'latency 500ms',
    ]);
  });

  test('comes when so many requests have come as were missing', () => {
    const missing = verdictOf(polls(4, ...good), { promotes: true }).metrics[0]?.missingRequests ?? 0;
    const begun = statisticalJudge.begin(plan({ promotes: true }));
    const enough = judged(polls(4 + Math.ceil((1.2 * missing) / 50), arm(50, 0.44), arm(450, 4)), begun);
    expect(statisticalJudge.verdict(enough)).toMatchObject({
      kind: 'pass',
      reason: expect.stringContaining('every guarded metric is shown to be no worse than allowed'),
    });
    const half = judged(polls(4 + Math.ceil((0.5 * missing) / 50), arm(50, 0.44), arm(450, 4)), begun);
    expect(statisticalJudge.verdict(half).kind).toBe('not enough');
  });

  test('does not come for a version twice as bad', () => {
    expect(verdictOf(polls(60, arm(50, 1), arm(450, 4)), { promotes: true }).kind).not.toBe('pass');
  });

  test('is shown at each weight anew; what speaks against the version is kept', () => {
    const begun = statisticalJudge.begin(plan({ promotes: true }));
    const shown = judged(polls(200, ...good), begun);
    expect(statisticalJudge.verdict(shown).kind).toBe('pass');
    const next = statisticalJudge.nextStep(shown, { instantSeconds: 1_010, promotes: true, baseline: true });
    // The poll that ends with the change holds both weights.
    expect(judged([at(1_010, ...good)], next)).toEqual(next);
    const verdict = statisticalJudge.verdict(judged(polls(4, ...good, 1_010), next));
    expect(verdict.kind).toBe('not enough');
    expect(verdict.metrics[0]).toMatchObject({ metric: 'errors', answer: 'not enough' });

    const doubtful = judged(polls(1, arm(50, 3), arm(450, 4)));
    const before = statisticalJudge.verdict(doubtful).metrics[0]?.maxLogEvidence ?? 0;
    const later = statisticalJudge.nextStep(doubtful, { instantSeconds: 10, promotes: true, baseline: true });
    expect(statisticalJudge.verdict(judged(polls(1, ...good, 10), later)).metrics[0]?.maxLogEvidence).toBe(before);
  });
});

describe('without a stable version', () => {
  const first = { baseline: false, promotes: true };

  test('a first release passes when errors and latency are shown to be within their limits', () => {
    expect(verdictOf(polls(4, arm(50, 0)), first)).toMatchObject({
      kind: 'not enough',
      reason: expect.stringMatching(/^(errors|latency 500ms): about [\d,]+ more requests .* to show that they are within their limit$/),
    });
    const verdict = verdictOf(polls(20, arm(50, 0)), first);
    expect(verdict).toMatchObject({
      kind: 'pass',
      reason: 'every metric is shown to be within its limit over 1,000 requests of the new version',
    });
    expect(verdict.metrics.map(({ metric, stable, oddsRatio }) => [metric, stable, oddsRatio])).toEqual([
      ['errors', null, null],
      ['latency 500ms', null, null],
    ]);
  });

  test('one beyond its limit is rolled back', () => {
    const verdict = verdictOf(polls(4, arm(50, 3)), first);
    expect(verdict.kind).toBe('fail');
    expect(verdict.reason).toMatch(
      /^6\.00 % of the new version's requests failed, allowed are 1\.00 %: evidence 1 : [\d,]+ against it \(a rollback needs 1 : 125\)$/,
    );
  });

  test('at 100 % the limits decide, with the share of the risk that was left', () => {
    const compared = judged(polls(100, ...good));
    const all = statisticalJudge.nextStep(compared, { instantSeconds: 510, promotes: true, baseline: false });
    const verdict = statisticalJudge.verdict(judged(polls(20, arm(500, 1), silence, 510), all));
    expect(verdict.logRollbackAt).toBeCloseTo(Math.log(500), 9);
    expect(verdict.kind).toBe('pass');
    expect(statisticalJudge.verdict(judged(polls(4, arm(500, 30), silence, 510), all)).kind).toBe('fail');
    expect(verdict.canary.requests).toBe(15_000);
  });
});

describe('the look at the deadline', () => {
  test('finds what the evidence has not shown yet', () => {
    const state = judged(polls(8, arm(50, 2), arm(450, 6)));
    expect(statisticalJudge.verdict(state).kind).toBe('not enough');
    const last = statisticalJudge.verdict(state, true);
    expect(last.kind).toBe('fail');
    expect(last.reason).toMatch(
      /^4\.00 % of the new version's requests failed, the old version's 1\.33 %: at the deadline [\d.]+ standard deviations too many \(a rollback needs 3\.1\)$/,
    );
  });

  test('says nothing about a good version', () => {
    expect(statisticalJudge.verdict(judged(polls(100, ...good)), true).kind).toBe('pass');
  });
});

describe('quality metrics', () => {
  const objectives: Objectives = {
    ...defaultObjectives,
    quality: [
      { name: 'drift', kind: 'counters', events: 'low_total', of: 'all_total', toleranceRatio: 1.1, marginRatio: 1.5 },
      { name: 'score', kind: 'histogram', series: 'score', edges: [0.5], worse: 'both', toleranceRatio: 1.1, marginRatio: 1.5 },
    ],
    weights: { errors: 0.4, latency: 0.3, quality: 0.3 },
  };
  const withQuality = (requests: number, drift: number, above: number) =>
    arm(requests, 0, 0, { drift: { events: drift, of: requests }, 'score 0.5': { events: above, of: requests } });
  const quality = (canary: ArmIncrement, count: number) =>
    verdictOf(polls(count, canary, withQuality(450, 90, 225)), { objectives, promotes: true });

  test('are guarded like errors, a histogram at each edge and in each direction', () => {
    const verdict = quality(withQuality(50, 10, 25), 150);
    expect(verdict.kind).toBe('pass');
    expect(verdict.metrics.map(({ metric }) => metric)).toEqual(expect.arrayContaining(['drift', 'score above 0.5', 'score below 0.5']));
  });

  test.each([
    ['drift', withQuality(50, 30, 25), /^drift: 60\.0 % with the new version, the old version's 20\.0 %: evidence/],
    ['score above 0.5', withQuality(50, 10, 48), /^score above 0\.5: 96\.0 % with the new version, the old version's 50\.0 %/],
    ['score below 0.5', withQuality(50, 10, 2), /^score below 0\.5: 96\.0 % with the new version/],
  ])('%s rolls a version back', (metric, canary, reason) => {
    const verdict = quality(canary, 6);
    expect(verdict).toMatchObject({ kind: 'fail', reason: expect.stringMatching(reason) });
    expect(verdict.metrics.find(({ answer }) => answer === 'fail')?.metric).toBe(metric);
  });

  test('that nobody counts keep a version from promotion', () => {
    const verdict = verdictOf(polls(300, ...good), { objectives, promotes: true });
    expect(verdict).toMatchObject({ kind: 'not enough', reason: expect.stringContaining('more requests of the new version are needed') });
    expect(verdict.metrics.find(({ metric }) => metric === 'drift')?.canary).toEqual({ events: 0, of: 0 });
  });
});

describe('what the metrics look like', () => {
  const bare = (increment: Increment): Increment => ({
    ...increment,
    edgesSeconds: [],
    canary: { ...increment.canary, atMost: [] },
    stable: { ...increment.stable, atMost: [] },
  });

  test('a version without a histogram does not pass, unless latency has no share', () => {
    const without = polls(200, ...good).map(bare);
    expect(verdictOf(without)).toMatchObject({ kind: 'not enough', reason: 'latency: no histogram of either version has been seen' });
    const objectives = { ...defaultObjectives, weights: { errors: 1, latency: 0, quality: 0 } };
    expect(verdictOf(without, { objectives, promotes: true }).kind).toBe('pass');
  });

  test('dependent requests make evidence as much weaker as they are', () => {
    const dependent = { ...calibration, metrics: { ...calibration.metrics, errors: { kappa: 3, stableShare: 0.01 } } };
    const [alone, together] = [
      verdictOf(polls(2, arm(50, 4), arm(450, 4))),
      verdictOf(polls(2, arm(50, 4), arm(450, 4)), { calibration: dependent }),
    ];
    expect(together.metrics[0]?.kappa).toBe(3);
    expect(together.metrics[0]?.logEvidence).toBeLessThan((alone.metrics[0]?.logEvidence ?? 0) / 2);
    const byHand = { ...defaultObjectives, dispersion: 5 };
    expect(verdictOf(polls(2, ...good), { objectives: byHand }).metrics[0]?.kappa).toBe(5);
  });

  test('the line of evidence has its newest point, and never more than 60', () => {
    const { trace } = verdictOf(polls(1_001, ...good));
    expect(trace.length).toBeLessThanOrEqual(60);
    expect(trace.length).toBeGreaterThan(15);
    expect(trace.at(-1)?.instantSeconds).toBe(5_005);
    expect(trace.map(({ instantSeconds }) => instantSeconds)).toEqual(
      trace.map(({ instantSeconds }) => instantSeconds).toSorted((a, b) => a - b),
    );
  });

  test('the state of another judge is refused, not guessed at', () => {
    expect(() => statisticalJudge.verdict({ version: 1, lastInstantSeconds: 0 })).toThrow('version 1');
  });
});
