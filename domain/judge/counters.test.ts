import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { incrementBetween, lastSeen, type PodCounters, type Sample, stableIncrements } from './counters.ts';

const pod = (name: string, requests: number, errors = 0, quick = requests): PodCounters => ({
  pod: name,
  requests,
  errors,
  atMost: [quick, requests],
  quality: {},
});
const sample = (instantSeconds: number, canary: readonly PodCounters[], stable: readonly PodCounters[] = []): Sample => ({
  instantSeconds,
  edgesSeconds: [0.1],
  canary,
  stable,
});

describe('between two instants', () => {
  test('a pod adds what it has counted since', () => {
    const increment = incrementBetween(sample(0, [pod('x', 100, 1, 90)]), sample(5, [pod('x', 160, 3, 140)]));
    expect(increment).toMatchObject({ instantSeconds: 5, canary: { requests: 60, errors: 2, atMost: [50, 60] }, stable: { requests: 0 } });
  });

  test('a pod that restarted adds what it has counted since its start', () => {
    expect(incrementBetween(sample(0, [pod('x', 100, 50)]), sample(5, [pod('x', 7, 2)])).canary).toEqual({
      requests: 7,
      errors: 2,
      atMost: [7, 7],
      quality: {},
    });
  });

  test('a new pod adds all it has, a gone one nothing', () => {
    expect(incrementBetween(sample(0, [pod('old', 100)]), sample(5, [pod('new', 9)])).canary.requests).toBe(9);
  });

  test('a pod that was not seen for an instant does not count twice', () => {
    const [first, second, third] = [sample(0, [pod('x', 100)]), sample(5, []), sample(10, [pod('x', 130)])];
    const remembered = lastSeen(first, second);
    expect(incrementBetween(first, second).canary.requests).toBe(0);
    expect(incrementBetween(remembered, third).canary.requests).toBe(30);
  });

  test('a quality metric adds up over the pods, and what one pod has of it for the first time counts from zero', () => {
    const drift = (events: number, of: number) => ({ quality: { drift: { events, of } } });
    const before = sample(0, [{ ...pod('x', 10), ...drift(1, 10) }, pod('y', 10)]);
    const after = sample(5, [
      { ...pod('x', 30), ...drift(4, 30) },
      { ...pod('y', 15), ...drift(2, 15) },
    ]);
    expect(incrementBetween(before, after).canary.quality).toEqual({ drift: { events: 5, of: 35 } });
  });

  test('a quality metric that was not seen for an instant does not count twice, and one that fell is a restart', () => {
    const seen = (requests: number, events: number): PodCounters => ({
      ...pod('x', requests),
      quality: { drift: { events, of: requests } },
    });
    const [first, second, third] = [sample(0, [seen(100, 40)]), sample(5, [pod('x', 110)]), sample(10, [seen(130, 41)])];
    expect(incrementBetween(lastSeen(first, second), third).canary).toMatchObject({
      requests: 20,
      quality: { drift: { events: 1, of: 30 } },
    });
    expect(incrementBetween(first, sample(5, [seen(120, 3)])).canary.requests).toBe(120);
  });
});

test("the stable version's pods come one by one, to be compared with each other", () => {
  const before = sample(0, [], [pod('x', 100), pod('y', 50)]);
  const after = sample(5, [], [pod('x', 130, 2), pod('y', 7)]);
  expect(stableIncrements(before, after).map(({ requests, errors }) => [requests, errors])).toEqual([
    [30, 2],
    [7, 0],
  ]);
});

/** What a pod does in one poll: it answers requests, or starts again. */
const steps = fc.array(fc.record({ requests: fc.nat(500), errors: fc.nat(50), quick: fc.nat(500), restarts: fc.boolean() }), {
  maxLength: 20,
});

test('no history of restarts makes a count negative or fractional', () => {
  fc.assert(
    fc.property(steps, (history) => {
      let counters = pod('x', 0);
      let previous = sample(0, [counters]);
      for (const [index, { requests, errors, quick, restarts }] of history.entries()) {
        const base = restarts ? pod('x', 0) : counters;
        counters = {
          pod: 'x',
          requests: base.requests + requests,
          errors: base.errors + Math.min(errors, requests),
          atMost: [(base.atMost[0] ?? 0) + Math.min(quick, requests), (base.atMost[1] ?? 0) + requests],
          quality: {},
        };
        const current = sample(index + 1, [counters]);
        const { canary } = incrementBetween(previous, current);
        for (const count of [canary.requests, canary.errors, ...canary.atMost]) {
          expect(count).toBeGreaterThanOrEqual(0);
          expect(Number.isInteger(count)).toBe(true);
        }
        previous = lastSeen(previous, current);
      }
    }),
  );
});
