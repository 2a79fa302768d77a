/** Small statistics of the results: limits of a rate, medians that count what never happened, means. */

export interface Rate {
  readonly hits: number;
  readonly of: number;
}

/**
 * Clopper and Pearson's one-sided limits: the true rate is below `upper`, and above `lower`, each with the given
 * confidence. By bisection on the binomial law.
 */
export function limitsOf({ hits, of }: Rate, confidence: number): { readonly lower: number; readonly upper: number } {
  const tail = 1 - confidence;
  return {
    lower: hits === 0 ? 0 : bisect((p) => 1 - atMost(hits - 1, of, p) < tail),
    upper: hits === of ? 1 : bisect((p) => atMost(hits, of, p) > tail),
  };
}

/** The largest p for which the condition holds; it holds from 0 up to there. */
function bisect(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1];
  // 40 halvings are finer than any rate that is printed.
  for (let step = 0; step < 40; step++) {
    const p = (low + high) / 2;
    if (holds(p)) low = p;
    else high = p;
  }
  return low;
}

/** P(Binomial(n, p) ≤ k). */
function atMost(k: number, n: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return k >= n ? 1 : 0;
  const logOdds = Math.log(p) - Math.log1p(-p);
  let log = n * Math.log1p(-p);
  let sum = Math.exp(log);
  for (let i = 0; i < k; i++) {
    log += Math.log((n - i) / (i + 1)) + logOdds;
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** Infinity when half of them never happened. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
