import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { incrementBetween, lastSeen, type PodCounters, type Sample } from './counters.ts';

const pod = (name: string, requests: number, errors = 0, quick = requests): PodCounters => ({
  pod: name,
  requests,
  errors,
  atMost: [quick, requests],
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
