/** Sums of numbers that are known by their natural logarithms. Empty sums are 0, whose logarithm is −∞. */

export function logSumExp(logs: readonly number[]): number {
  let largest = -Infinity;
  for (const log of logs) largest = Math.max(largest, log);
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - largest);
  return largest + Math.log(sum);
}

export function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === -Infinity ? larger : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/**
 * Weighted mean of e-values, which is one again whatever their dependence (Vovk and Wang 2021; the only
 * admissible merge, Wang 2024). Weights sum to 1; what they lack of it is wealth that nobody bets.
 */
export function logMeanOf(parts: readonly { readonly weight: number; readonly log: number }[]): number {
  const idle = 1 - parts.reduce((sum, { weight }) => sum + weight, 0);
  return logSumExp([...parts.map(({ weight, log }) => Math.log(weight) + log), Math.log(Math.max(0, idle))]);
}

/**
 * State keeps logarithms as whole numbers of this many nats: few digits of JSON, sums without rounding. A log is
 * turned into grains downwards, so that rounding counts against whoever claims something; an hour of polls every
 * five seconds loses 0.04 nats.
 */
export const grain = 1e-4;
const grainsInNat = 1 / grain;

/** Without the sign of zero, which JSON does not keep. */
export const grainsOf = (log: number): number => Math.floor(log * grainsInNat) + 0;

/**
 * A hundred nats below nothing a bet stays where it is: as if 10^−43 were staked anew, which nobody ever sees. A
 * hundred above it is capped, which only understates. So a state keeps its size, whatever a day brings.
 */
export const grainsMax = 100 / grain;
export const clamped = (grains: number, most = grainsMax): number => Math.min(most, Math.max(-grainsMax, grains));

/** The same for a single number that people may read: four decimals, rounded down. */
export const roundedDown = (log: number): number => Math.floor(log * grainsInNat) / grainsInNat + 0;
