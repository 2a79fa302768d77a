/** What a judgement learns about the old version, against a Prometheus that is a function of time. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Calibration } from '../../domain/judge/judge.ts';
import { MetricsWorld, start, watchInput } from '../../test/support/metrics-world.ts';
import { type CalibrationQuestion, createCalibrator } from './calibration.ts';

let world: MetricsWorld;
let logged: string[];
let calibrate: ReturnType<typeof createCalibrator>;
beforeEach(() => {
  vi.useFakeTimers({ now: start * 1000 });
  world = new MetricsWorld();
  logged = [];
  calibrate = createCalibrator(world.source);
});
afterEach(() => {
  vi.useRealTimers();
});

const question: CalibrationQuestion = {
  prometheus: watchInput.prometheus,
  watched: { ...watchInput, quality: [] },
  dispersion: 'auto',
  stepSeconds: 5,
  untilSeconds: start,
  onProgress: () => undefined,
};
const logger = new DefaultLogger('WARN', ({ message }) => logged.push(message));
const calibrated = (changes: Partial<CalibrationQuestion> = {}) =>
  new MockActivityEnvironment({}, { logger }).run<[], Calibration, () => Promise<Calibration>>(() =>
    calibrate({ ...question, ...changes }),
  );

/** Without the looks, each quarter of an hour, that find out since when the version is there. */
const chunks = () => world.grids.filter(({ stepSeconds }) => stepSeconds < 900);

describe('a day of the old version', () => {
  test('says how often its events happen, and how much its requests depend on each other', async () => {
    const { from, polls, windowSeconds, metrics } = await calibrated();
    expect([from, polls]).toEqual(['history', 2000]);
    expect(windowSeconds).toBeGreaterThan(22 * 3600);
    // Pods that do exactly the same vary less than chance: that is no reason to believe evidence more than it says.
    expect(metrics).toMatchObject({
      errors: { stableShare: 0 },
      'latency 50ms': { stableShare: expect.closeTo(0.5, 2) as number, kappa: 1 },
      'latency 100ms': { stableShare: expect.closeTo(0.1, 2) as number, kappa: 1 },
    });
  });

  test('is asked for in chunks on the grid of the watch, spread over the day, none of them after the beginning', async () => {
    await calibrated();
    expect(chunks()).toHaveLength(20);
    expect(chunks()[0]?.toSeconds).toBe(start);
    for (const { fromSeconds, toSeconds, stepSeconds } of chunks()) {
      expect([toSeconds - fromSeconds, stepSeconds]).toEqual([500, 5]);
      expect((start - toSeconds) % 5).toBe(0);
    }
    const gaps = chunks()
      .slice(1)
      .map(({ toSeconds }, index) => (chunks()[index]?.toSeconds ?? 0) - toSeconds);
    expect(new Set(gaps)).toEqual(new Set([86_400 / 20]));
    expect(world.selectors.every((selector) => selector.includes('slot=~"a"'))).toBe(true);
  });

  test('is as long as the version is there: of half an hour nearly all polls are read, not those of the last chunk alone', async () => {
    world.stableSinceSeconds = start - 1800;
    const { polls, windowSeconds } = await calibrated();
    expect(polls).toBeGreaterThanOrEqual(300);
    expect(windowSeconds).toBeGreaterThanOrEqual(1780);
  });

  test('of few scrapes is asked for without asking twice for any', async () => {
    await calibrated({ stepSeconds: 60, untilSeconds: start });
    const asked = chunks().toSorted((a, b) => a.fromSeconds - b.fromSeconds);
    expect(asked.every(({ fromSeconds }, index) => index === 0 || fromSeconds >= (asked[index - 1]?.toSeconds ?? 0))).toBe(true);
    expect(start - (asked[0]?.fromSeconds ?? 0)).toBeLessThanOrEqual(86_400);
  });

  test('whose pods fail by turns has requests that depend on each other', async () => {
    const at = world.at.bind(world);
    // Each minute one of the pods fails a tenth of its requests.
    world.at = (instantSeconds, selector) =>
      at(instantSeconds, selector).map((point) => {
        const { pod, status } = point.labels;
        if (status === undefined || typeof point.value !== 'number') return point;
        const failing = (minute: number) => minute % 2 === (pod === 'old-0' ? 0 : 1);
        const minutes = Math.floor(instantSeconds / 60);
        const failed = 5 * 60 * Math.floor(minutes / 2) + (failing(minutes) ? 5 * (instantSeconds % 60) : 0);
        return { ...point, value: status === '500' ? failed : point.value };
      });
    const { metrics } = await calibrated();
    expect(metrics['errors']?.kappa).toBeGreaterThan(5);
  });

  test('is remembered for an hour, for the same version, grid and metrics', async () => {
    await calibrated();
    const asked = world.grids.length;
    await calibrated();
    expect(world.grids).toHaveLength(asked);
    await calibrated({ stepSeconds: 15 });
    expect(world.grids.length).toBeGreaterThan(asked);
    const more = world.grids.length;
    vi.advanceTimersByTime(3_601_000);
    await calibrated();
    expect(world.grids.length).toBeGreaterThan(more);
  });

  test("is this version's alone, where pods say whose they are", async () => {
    const at = world.at.bind(world);
    // An hour ago the slot held another version, which failed half of its requests.
    world.at = (instantSeconds, selector) =>
      at(instantSeconds, selector).map((point) => {
        if (instantSeconds > start - 3600) return point;
        const before = { ...point, labels: { ...point.labels, release: 'older' } };
        return point.labels['status'] === '500' && typeof point.value === 'number' ? { ...before, value: instantSeconds * 20 } : before;
      });
    const { metrics, windowSeconds } = await calibrated();
    expect(metrics['errors']?.stableShare).toBe(0);
    expect(windowSeconds).toBeLessThanOrEqual(3600);
  });

  test('comes with quality metrics by the names that they are counted by', async () => {
    world.scores = { '0.5': 0.25 };
    const ratios = { toleranceRatio: 1.1, marginRatio: 1.5 };
    const quality = [{ ...ratios, kind: 'histogram', name: 'score', series: 'scores', edges: [0.5], worse: 'above' }] as const;
    const { metrics } = await calibrated({ watched: { ...question.watched, quality } });
    expect(metrics['score 0.5']?.stableShare).toBeCloseTo(0.75, 2);
  });
});

describe('κ', () => {
  test('by hand is what the team says, and the shares are history', async () => {
    const { from, polls, metrics } = await calibrated({ dispersion: 3 });
    expect([from, polls]).toEqual(['catalog', 0]);
    expect(metrics['latency 100ms']).toEqual({ kappa: 3, stableShare: expect.closeTo(0.1, 2) as number });
  });

  test('of a single pod is the careful default: there is nobody to compare it with', async () => {
    world.stablePods = 1;
    expect((await calibrated()).metrics['latency 100ms']).toEqual({ kappa: 2, stableShare: expect.closeTo(0.1, 2) as number });
  });

  test('of an old version that is a minute old is the careful default, with the shares of that minute', async () => {
    world.stableSinceSeconds = start - 60;
    const { from, polls, windowSeconds, metrics } = await calibrated();
    expect([from, polls]).toEqual(['history', 0]);
    expect(windowSeconds).toBeLessThanOrEqual(60);
    expect(metrics['latency 100ms']).toEqual({ kappa: 2, stableShare: expect.closeTo(0.1, 1) as number });
  });
});

describe('without a history', () => {
  test('that Prometheus gives, what the pods have counted in all is enough for shares', async () => {
    world.refusesRanges = true;
    const { from, polls, metrics } = await calibrated();
    expect([from, polls]).toEqual(['history', 0]);
    expect(metrics['latency 100ms']).toEqual({ kappa: 2, stableShare: expect.closeTo(0.1, 2) as number });
    expect(logged).toEqual(['some of the history was not read']);
  });

  test.each<[string, () => void, Partial<CalibrationQuestion>]>([
    ['there is no old version', () => undefined, { watched: { ...question.watched, live: null } }],
    ['it has just been started', () => Object.assign(world, { stableSinceSeconds: start - 2 }), {}],
    ['it is silent', () => world.silences.push({ slot: 'a', fromSeconds: 0, toSeconds: Infinity }), {}],
  ])('because %s, nothing is known', async (_, change, changes) => {
    change();
    expect(await calibrated(changes)).toEqual({ from: 'none', windowSeconds: 0, polls: 0, metrics: {} });
  });

  test('because Prometheus is away, the judgement cannot begin', async () => {
    world.down = true;
    await expect(calibrated()).rejects.toMatchObject({ type: 'metrics.unreachable' });
  });

  test('what is missing is asked for again next time', async () => {
    world.refusesRanges = true;
    await calibrated();
    world.refusesRanges = false;
    expect((await calibrated()).polls).toBe(2000);
  });
});

test('a Prometheus that is slow gives what it can within ten seconds, the newest first', async () => {
  const { source } = world;
  calibrate = createCalibrator({
    ...source,
    range: async (...asked) => {
      vi.advanceTimersByTime(3_000);
      return await source.range(...asked);
    },
  });
  const { polls, from } = await calibrated();
  expect([from, polls]).toEqual(['history', 300]);
  expect(chunks().map(({ toSeconds }) => start - toSeconds)).toEqual([0, 4320, 8640]);
});
