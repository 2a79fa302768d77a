/** Each rule on traffic that is small enough to count by hand, and on what users printed in public issues. */
import { describe, expect, test } from 'vitest';
import { argoRollouts } from './argo-rollouts.ts';
import { flagger } from './flagger.ts';
import { classify, kayenta } from './kayenta.ts';
import { shiftOf } from './mann-whitney.ts';
import { histogramQuantile, type PeerArm, type PeerPoll, type PeerRule, type PeerTraffic } from './peer.ts';
import { zTest } from './z-test.ts';

const edgesSeconds = [0.1, 0.5, 1];
const arm = (requests: number, errors = 0, slow = 0): PeerArm => ({
  requests,
  errors,
  atMost: [requests - slow, requests - slow, requests, requests],
});

/** One poll a minute from 0; `null` is a minute without series. */
function traffic(canary: readonly (PeerArm | null)[], stable: readonly (PeerArm | null)[] = canary.map(() => arm(1000))): PeerTraffic {
  const polls = canary.map(
    (one, minute): PeerPoll => ({ instantSeconds: (minute + 1) * 60, edgesSeconds, canary: one, stable: stable[minute] ?? null }),
  );
  return { startSeconds: 0, polls };
}

const repeat = <Value>(times: number, value: Value): Value[] => Array.from({ length: times }, () => value);
const answer = (rule: PeerRule, seen: PeerTraffic) => {
  const { kind, atSeconds } = rule.decide(seen);
  return { kind, atSeconds };
};

describe('a quantile from buckets', () => {
  test('is read on the straight line inside the bucket that holds its rank', () => {
    expect(histogramQuantile(0.99, edgesSeconds, [900, 1000, 1000, 1000])).toBeCloseTo(0.46, 12);
  });

  test('starts from zero in the first bucket', () => {
    expect(histogramQuantile(0.5, edgesSeconds, [10, 10, 10, 10])).toBeCloseTo(0.05, 12);
  });

  test('is the last edge when the rank is above all edges, and nothing without requests', () => {
    expect(histogramQuantile(0.99, edgesSeconds, [0, 0, 0, 10])).toBe(1);
    expect(histogramQuantile(0.99, edgesSeconds, [0, 0, 0, 0])).toBeNaN();
  });
});

describe("Flagger's rule", () => {
  test('promotes at the fifth good check', () => {
    expect(answer(flagger(), traffic(repeat(10, arm(100))))).toEqual({ kind: 'promote', atSeconds: 300 });
  });

  test('rolls back one interval after the fifth failed check', () => {
    expect(answer(flagger(), traffic(repeat(10, arm(100, 2))))).toEqual({ kind: 'rollback', atSeconds: 360 });
  });

  test('takes a rate that is exactly at the limit', () => {
    expect(answer(flagger(), traffic(repeat(10, arm(100, 1))))).toEqual({ kind: 'promote', atSeconds: 300 });
  });

  test('never forgets a failed check', () => {
    const everyThird = Array.from({ length: 30 }, (_, minute) => arm(100, minute % 3 === 0 ? 2 : 0));
    expect(answer(flagger({ checksToPromote: null }), traffic(everyThird))).toEqual({ kind: 'rollback', atSeconds: 14 * 60 });
  });

  test.each([
    ['no series', null],
    ['no requests', arm(0)],
  ])('takes %s for a failed check', (_, silent) => {
    expect(answer(flagger(), traffic(repeat(10, silent)))).toEqual({ kind: 'rollback', atSeconds: 360 });
  });

  test('holds the p99 against its limit', () => {
    expect(answer(flagger(), traffic(repeat(10, arm(100, 0, 2))))).toEqual({ kind: 'rollback', atSeconds: 360 });
  });

  test('does not look at the live version', () => {
    const sick = traffic(repeat(10, arm(100, 2)), repeat(10, arm(1000, 20)));
    expect(answer(flagger(), sick)).toEqual({ kind: 'rollback', atSeconds: 360 });
  });
});

describe("Argo Rollouts' rule", () => {
  const minutely = argoRollouts({ intervalSeconds: 60, windowSeconds: 60 });

  test('aborts at the failure after the last one that is allowed', () => {
    expect(answer(minutely, traffic(repeat(10, arm(100, 6))))).toEqual({ kind: 'rollback', atSeconds: 240 });
  });

  test('promotes at the end of the steps otherwise, whatever failed within the limit', () => {
    expect(answer(minutely, traffic([...repeat(3, arm(100, 100)), ...repeat(57, arm(100))]))).toEqual({ kind: 'promote', atSeconds: 2400 });
  });

  test('takes requests that did not come for a failure', () => {
    expect(answer(minutely, traffic(repeat(10, arm(0))))).toEqual({ kind: 'rollback', atSeconds: 240 });
  });

  test('takes missing series for errors, of which five in a row are too many', () => {
    expect(answer(minutely, traffic(repeat(10, null)))).toEqual({ kind: 'rollback', atSeconds: 300 });
    expect(answer(minutely, traffic([...repeat(4, null), arm(100), ...repeat(4, null)]))).toEqual({ kind: 'promote', atSeconds: 540 });
  });

  test('is successful without one measurement', () => {
    expect(answer(argoRollouts(), traffic(repeat(4, arm(100, 100))))).toEqual({ kind: 'promote', atSeconds: 240 });
  });

  test('is done once the count is reached', () => {
    expect(answer(argoRollouts({ intervalSeconds: 60, windowSeconds: 60, count: 3 }), traffic(repeat(9, arm(9))))).toEqual({
      kind: 'promote',
      atSeconds: 180,
    });
  });
});

describe('the Mann-Whitney interval', () => {
  test('has the numbers that a user of Kayenta printed: spinnaker/spinnaker#6278, 7 of 10 points 100 times worse', () => {
    const shift = shiftOf([...repeat(7, 100), ...repeat(3, 1)], repeat(10, 1));
    expect(shift?.low).toBeCloseTo(6.825022991538781e-5, 12);
    expect(shift?.high).toBe(99);
    expect(shift?.estimate).toBeCloseTo(98.99992904170193, 12);
  });

  test('agrees with the exact answer where there are no ties: all pairs apart by 10, give or take the noise', () => {
    const control = Array.from({ length: 40 }, (_, index) => index / 100);
    const shift = shiftOf(
      control.map((value) => value + 10),
      control,
    );
    expect(shift?.estimate).toBeCloseTo(10, 3);
    expect(shift?.low).toBeLessThan(10);
    expect(shift?.high).toBeGreaterThan(10);
  });

  test('is the same whatever the order of the values', () => {
    const [x, y] = [
      [5, 1, 4, 2, 2, 9],
      [3, 1, 1, 0, 2, 7],
    ];
    expect(shiftOf(x.toReversed(), y.toReversed())).toEqual(shiftOf(x, y));
  });
});

describe("Kayenta's classification", () => {
  test('passes 7 points of 10 that are 100 times worse, and sees 8 (spinnaker/kayenta#780)', () => {
    expect(classify(repeat(10, 1), [...repeat(7, 100), ...repeat(3, 1)], 1.05)).toBe('Pass');
    expect(classify(repeat(10, 1), [...repeat(8, 100), ...repeat(2, 1)], 1.05)).toBe('High');
  });

  test('passes sparse errors against none (spinnaker/kayenta#426)', () => {
    expect(classify(repeat(6, 0), [0, 1, 2, 1, 0, 0], 1)).toBe('Pass');
  });

  test('passes errors in half of the minutes against none (spinnaker/spinnaker#5622)', () => {
    expect(classify(repeat(10, 0), [0, 0.048, 0, 0.18, 0.089, 0, 0.098, 0.035, 0, 0], 1)).toBe('Pass');
  });

  test('passes its "increase in variability" (spinnaker/kayenta#780, case 1)', () => {
    const experiment = [10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 17, 17.1, 17.2, 17.3, 17.4, 17.5, 17.6, 17.7];
    const control = [1, 100, 4, 101, 5, 102, 6, 103, 7, 104, 8, 105, 9, 106, 17];
    expect(classify(control, experiment, 1)).toBe('Pass');
  });

  test('sees one constant above another, and takes equal data for good', () => {
    expect(classify(repeat(9, 1), repeat(9, 2), 1)).toBe('High');
    expect(classify(repeat(9, 2), repeat(9, 1), 1)).toBe('Pass');
    expect(classify([1, 2, 3], [3, 1, 2], 1)).toBe('Pass');
  });

  test('has no data when every minute of a version was silent', () => {
    expect(classify([1, 2], [Number.NaN, Number.NaN], 1)).toBe('Nodata');
  });
});

describe("Kayenta's rule", () => {
  const bad = traffic(repeat(60, arm(100, 5)), repeat(60, arm(1000, 10)));

  test('answers at the end of the hour when it is asked once', () => {
    expect(answer(kayenta(), bad)).toEqual({ kind: 'rollback', atSeconds: 3600 });
    expect(answer(kayenta(), traffic(repeat(60, arm(100))))).toEqual({ kind: 'promote', atSeconds: 3600 });
  });

  test('can answer earlier when it is asked every five minutes', () => {
    expect(answer(kayenta({ intervalSeconds: 300 }), bad)).toEqual({ kind: 'rollback', atSeconds: 300 });
  });

  test('fails a canary without data', () => {
    expect(answer(kayenta({ intervalSeconds: 300 }), traffic(repeat(60, arm(0))))).toEqual({ kind: 'rollback', atSeconds: 300 });
  });

  test('does not decide before its time', () => {
    expect(answer(kayenta(), traffic(repeat(10, arm(100))))).toEqual({ kind: 'undecided', atSeconds: 600 });
  });
});

describe('the naive z-test', () => {
  test('alarms at the first error when it falls on the canary', () => {
    expect(answer(zTest(), traffic([arm(100), arm(100, 1)]))).toEqual({ kind: 'rollback', atSeconds: 120 });
  });

  test('looked at once, waits for its time', () => {
    const looked = zTest({ look: 180 });
    expect(answer(looked, traffic(repeat(5, arm(100, 10))))).toEqual({ kind: 'rollback', atSeconds: 180 });
    expect(answer(looked, traffic(repeat(5, arm(100))))).toEqual({ kind: 'promote', atSeconds: 180 });
  });

  test('counts the requests above an edge, and refuses an edge that is not there', () => {
    const slow = traffic(repeat(3, arm(100, 0, 10)));
    expect(answer(zTest({ event: { slowerThanSeconds: 0.5 } }), slow)).toEqual({ kind: 'rollback', atSeconds: 60 });
    expect(() => zTest({ event: { slowerThanSeconds: 0.3 } }).decide(slow)).toThrow(
      'the histogram has no edge at 0.3 s; its edges are 0.1, 0.5, 1',
    );
  });
});
