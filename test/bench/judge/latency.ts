/**
 * How long requests take in the simulator: lognormal with a median of 80 ms and σ = 0.55, so that the 99th
 * percentile is 288 ms, seen through the buckets that Prometheus' clients have by default.
 */

/** Seconds. `histogram_quantile` reads the p99 of this law as 372 ms through them. */
export const defaultEdgesSeconds: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const medianSeconds = 0.08;
const sigma = 0.55;
const [z95, z99] = [1.6448536269514722, 2.3263478740408408];
const quantileSeconds = (z: number): number => medianSeconds * Math.exp(sigma * z);

/** `all`: every request takes so many times longer. `tail`: the slowest 5 % are stretched until the p99 does. */
export interface Slowdown {
  readonly of: 'all' | 'tail';
  readonly factor: number;
}

export const unchanged: Slowdown = { of: 'all', factor: 1 };

/** Share of requests that take longer than `seconds`, if everything else is `pace` times slower than usual, too. */
export function shareSlower(seconds: number, { of, factor }: Slowdown, pace = 1): number {
  const usual = seconds / pace;
  if (of === 'all') return above(usual / factor);
  const [p95, p99] = [quantileSeconds(z95), quantileSeconds(z99)];
  const stretch = (factor * p99 - p95) / (p99 - p95);
  return usual <= p95 ? above(usual) : above(p95 + (usual - p95) / stretch);
}

const above = (seconds: number): number => upperTail(Math.log(seconds / medianSeconds) / sigma);

/** One draw of the usual law. */
export const usualSeconds = (normal: number): number => quantileSeconds(normal);

/** 1 − Φ(x) by the series of Marsaglia (2004), exact to the last digits of a double's absolute precision. */
export function upperTail(x: number): number {
  if (x > 8) return 0;
  if (x < -8) return 1;
  let [sum, term, next] = [x, x, 3];
  for (; Math.abs(term) > 1e-17 * Math.abs(sum) && next < 400; next += 2) {
    term *= (x * x) / next;
    sum += term;
  }
  return 0.5 - (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}
