/** Exact laws of small tables, for tests that add up every outcome instead of drawing some. */
import type { Count } from '../../domain/judge/counters.ts';

export interface Outcome {
  readonly probability: number;
  readonly canary: Count;
  readonly stable: Count;
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);

const binomial = (n: number, events: number, share: number): number => choose(n, events) * share ** events * (1 - share) ** (n - events);

/** Every table of two versions with these shares of events. */
export const tablesOf = (canaryOf: number, stableOf: number, canaryShare: number, stableShare: number): readonly Outcome[] =>
  upTo(canaryOf).flatMap((y) =>
    upTo(stableOf).map((x) => ({
      probability: binomial(canaryOf, y, canaryShare) * binomial(stableOf, x, stableShare),
      canary: { events: y, of: canaryOf },
      stable: { events: x, of: stableOf },
    })),
  );

const upTo = (n: number): readonly number[] => Array.from({ length: n + 1 }, (_, k) => k);

/** The share whose odds are `ratio` times those of `share`. */
export const shareAtRatio = (share: number, ratio: number): number => (share * ratio) / (1 - share + share * ratio);

export const expectationOf = (outcomes: readonly Outcome[], value: (outcome: Outcome) => number): number =>
  outcomes.reduce((sum, outcome) => sum + outcome.probability * value(outcome), 0);

/** Uniform numbers in (0, 1), the same for the same seed (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (((word ^ (word >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Events among `of` requests. */
export function drawn(uniform: () => number, of: number, share: number): Count {
  let events = 0;
  for (let request = 0; request < of; request++) if (uniform() < share) events++;
  return { events, of };
}
