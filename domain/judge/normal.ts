/**
 * Quantile of the standard normal distribution: how many standard deviations a value lies above the mean when
 * only `tail` of all values lie higher. Acklam's rational approximation, to nine digits.
 */

const a = [-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239];
const b = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1];
const c = [-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
const d = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
/** Beyond it the approximation of the tails takes over. */
const tailFrom = 0.02425;

const horner = (coefficients: readonly number[], x: number): number => coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

export function deviationsOfTail(tail: number): number {
  if (tail > 0.5) return -deviationsOfTail(1 - tail);
  if (tail < tailFrom) {
    const q = Math.sqrt(-2 * Math.log(tail));
    return -horner(c, q) / horner(d, q);
  }
  const q = 0.5 - tail;
  return (q * horner(a, q * q)) / horner(b, q * q);
}
