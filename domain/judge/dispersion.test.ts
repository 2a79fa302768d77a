import { describe, expect, test } from 'vitest';
import { drawn, uniforms } from '../../test/support/enumeration.ts';
import type { ArmIncrement } from './counters.ts';
import { createHistory, type HistoryPoll, kappaUnknown } from './dispersion.ts';

const pod = (requests: number, errors: number, atMost: readonly number[] = [requests, requests]): ArmIncrement => ({
  requests,
  errors,
  atMost,
  quality: {},
});
const historyOf = (polls: readonly HistoryPoll[]) => {
  const history = createHistory();
  for (const poll of polls) history.add(poll);
  return history.calibration(86_400);
};
/** Five pods of forty requests a poll; each event is `cluster` failed requests of one pod. */
const dayOf = (cluster: number, seed: number): readonly HistoryPoll[] => {
  const uniform = uniforms(seed);
  return Array.from({ length: 2000 }, () => ({
    edgesSeconds: [0.1],
    pods: Array.from({ length: 5 }, () => pod(40, cluster * drawn(uniform, 40 / cluster, 0.05 / cluster).events)),
  }));
};

describe('dispersion', () => {
  test('of independent requests is 1', () => {
    const { metrics, polls, from, windowSeconds } = historyOf(dayOf(1, 1));
    expect(metrics['errors']?.kappa).toBeGreaterThanOrEqual(1);
    expect(metrics['errors']?.kappa).toBeLessThan(1.1);
    expect(metrics['errors']?.stableShare).toBeCloseTo(0.05, 2);
    expect({ polls, from, windowSeconds }).toEqual({ polls: 2000, from: 'history', windowSeconds: 86_400 });
  });

  test.each([2, 4])('of failures that come %i at a time is as much', (cluster) => {
    const kappa = historyOf(dayOf(cluster, cluster)).metrics['errors']?.kappa ?? 0;
    expect(kappa).toBeGreaterThan(0.8 * cluster);
    expect(kappa).toBeLessThan(1.2 * cluster);
  });

  test('sees a pod that is always worse than the others', () => {
    const polls = Array.from({ length: 50 }, () => ({ edgesSeconds: [], pods: [pod(100, 30, []), pod(100, 10, []), pod(100, 10, [])] }));
    expect(historyOf(polls).metrics['errors']?.kappa).toBeGreaterThan(4);
  });

  test('is not guessed from a handful of events', () => {
    const polls = Array.from({ length: 10 }, () => ({ edgesSeconds: [0.1], pods: [pod(100, 1), pod(100, 0)] }));
    expect(historyOf(polls).metrics['errors']?.kappa).toBe(kappaUnknown);
  });

  test('and the share of events are there for every edge and every quality metric', () => {
    const slow = (quick: number): ArmIncrement => ({ ...pod(100, 2, [quick, 100]), quality: { drift: { events: 40, of: 80 } } });
    const { metrics } = historyOf([{ edgesSeconds: [0.25], pods: [slow(90), slow(80)] }]);
    expect(metrics['latency 250ms']?.stableShare).toBeCloseTo(0.17, 9);
    expect(metrics['drift']?.stableShare).toBe(0.5);
  });

  test('a version that nobody asked has no history', () => {
    const calibration = historyOf([{ edgesSeconds: [0.1], pods: [pod(0, 0)] }]);
    expect(calibration).toEqual({ from: 'none', windowSeconds: 0, polls: 0, metrics: {} });
  });
});
