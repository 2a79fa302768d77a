/** Sums of numbers that are known by their natural logarithms. Empty sums are 0, whose logarithm is −∞. */

export function logSumExp(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}

export const logAddExp = (a: number, b: number): number => {
  const [larger, smaller] = a >= b ? [a, b] : [b, a];
  return smaller === -Infinity ? larger : larger + Math.log1p(Math.exp(smaller - larger));
};

/**
 * Weighted mean of e-values, which is one again whatever their dependence (Vovk and Wang 2021; the only
 * admissible merge, Wang 2024). Weights sum to 1; what they lack of it is wealth that nobody bets.
 */
export function logMeanOf(parts: readonly { readonly weight: number; readonly log: number }[]): number {
  const idle = 1 - parts.reduce((sum, { weight }) => sum + weight, 0);
  return logSumExp([...parts.map(({ weight, log }) => Math.log(weight) + log), Math.log(Math.max(0, idle))]);
}

/**
 * Rounded down to what JSON keeps in few digits: four decimals, fewer for large numbers. Always downwards, so
 * that rounding counts against whoever claims something; an hour of polls every five seconds loses 0.04 nats.
 */
export function roundedDown(log: number): number {
  if (log < 1e4 && log > -1e4) return Math.floor(log * 1e4) / 1e4;
  return Math.abs(log) < 1e6 ? Math.floor(log * 1e2) / 1e2 : Math.floor(log);
}

/** What one rounding takes at most, of a number of this size. */
export const roundingOf = (log: number): number => (Math.abs(log) < 1e4 ? 1e-4 : Math.abs(log) < 1e6 ? 1e-2 : 1);
