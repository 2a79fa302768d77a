/** Where the judge would have decided about recordings that are known, and about weights, silence and the past. */
import { describe, expect, test } from 'vitest';
import { statisticalJudge } from '../domain/judge/statistical.ts';
import { defaultObjectives } from '../domain/objectives.ts';
import { recorded, recordedFromSeconds, type Traffic } from '../test/support/recordings.ts';
import { calibrated } from './calibrate.ts';
import { pollsOf } from './recording.ts';
import { replay } from './replay.ts';

const terms = { objectives: defaultObjectives, plannedSeconds: 3600 };
const judged = (traffic: Traffic, change = (instants: ReturnType<typeof recorded>) => instants) => {
  const polls = pollsOf({ name: 'x.csv', instants: change(recorded(traffic)) });
  const found = replay(statisticalJudge, polls, calibrated([], polls.before, polls.during), terms);
  return { ...found, kind: found.verdict.kind, after: found.instantSeconds - found.startSeconds };
};
const tenTimes = { errorShare: { stable: 0.001, canary: 0.01 } };

describe('a recording', () => {
  test('of ten times the errors is rolled back within two minutes, and it stops there', () => {
    const { kind, metric, after, verdict } = judged(tenTimes);
    expect([kind, metric]).toEqual(['fail', 'errors']);
    expect(after).toBeLessThan(120);
    expect(verdict.canary.requests).toBeLessThanOrEqual(after * 10);
    expect(verdict.logEvidence).toBeGreaterThanOrEqual(verdict.logRollbackAt);
  });

  test('of a slow tail is rolled back for the edge that shows it', () => {
    const slowerShare = { stable: [0.3, 0.03, 0.006], canary: [0.3, 0.06, 0.02] };
    expect(judged({ slowerShare })).toMatchObject({ kind: 'fail', metric: expect.stringMatching(/^latency (250|500)ms$/) });
  });

  test('of the same in both versions is promoted once it has shown that, and not earlier', () => {
    const { kind, metric, after, verdict } = judged({ perSecond: 1_000 });
    expect([kind, metric]).toEqual(['pass', null]);
    expect(after).toBeGreaterThan(30);
    expect(after).toBeLessThan(3_000);
    expect(verdict.metrics.filter(({ guarded }) => guarded).every(({ answer }) => answer === 'pass')).toBe(true);
  });

  test('of little traffic says what is missing, at its end', () => {
    const { kind, metric, after, verdict } = judged({ perSecond: 2 });
    expect([kind, after]).toEqual(['not enough', 3600]);
    expect(verdict.metrics.find((reading) => reading.metric === metric)?.missingRequests).toBeGreaterThan(1_000);
  });

  test('without an old version is held against the limits alone', () => {
    const alone = (instants: ReturnType<typeof recorded>) => instants.map((one) => ({ ...one, sample: { ...one.sample, stable: [] } }));
    const good = { errorShare: { stable: 0, canary: 0.001 } };
    expect(judged(good, alone)).toMatchObject({ kind: 'pass', verdict: { stable: { requests: 0 } } });
    expect(judged({ errorShare: { stable: 0, canary: 0.05 } }, alone)).toMatchObject({ kind: 'fail', metric: 'errors' });
  });

  test('whose new version falls silent passes nothing', () => {
    const silent = (instants: ReturnType<typeof recorded>) =>
      instants.map((one, index) => (index < 700 ? one : { ...one, sample: { ...one.sample, canary: [] } }));
    expect(judged({ perSecond: 1_000 }).kind).toBe('pass');
    expect(judged({ perSecond: 1_000 }, silent).after).toBe(3600);
  });
});

describe('weights', () => {
  const weights = [
    [0, 5],
    [600, 25],
    [1200, 50],
  ] as const;

  test('each begin a step; only the last one under 100 % promotes', () => {
    const { kind, steps, instantSeconds } = judged({ perSecond: 1_000, seconds: 2_400, weights });
    expect(steps.map(({ weightPercent, fromSeconds }) => [weightPercent, fromSeconds - recordedFromSeconds])).toEqual(
      weights.map(([from, percent]) => [percent, from]),
    );
    expect(steps.every(({ passedAtSeconds }) => passedAtSeconds !== null)).toBe(true);
    expect(kind).toBe('pass');
    expect(instantSeconds).toBe(steps.at(-1)?.passedAtSeconds);
    expect(instantSeconds - recordedFromSeconds).toBeGreaterThan(1_200);
  });

  test('go on to 100 %, where the limits decide: they can take a promotion back, and need not show it again', () => {
    const toTheEnd = [...weights, [1_800, 100]] as const;
    const good = judged({ perSecond: 1_000, seconds: 1_830, weights: toTheEnd });
    expect(good.kind).toBe('pass');
    expect(good.instantSeconds - recordedFromSeconds).toBeLessThan(1_800);
    const worse = (instants: ReturnType<typeof recorded>) =>
      instants.map((one, index) => ({
        ...one,
        sample: {
          ...one.sample,
          canary: one.sample.canary.map((pod) => ({ ...pod, errors: pod.errors + Math.max(0, index - 360) * 100 })),
        },
      }));
    const bad = judged({ perSecond: 1_000, seconds: 2_400, weights: toTheEnd }, worse);
    expect([bad.kind, bad.metric, bad.weightPercent]).toEqual(['fail', 'errors', 100]);
  });
});
