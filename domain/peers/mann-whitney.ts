/**
 * The Mann-Whitney test with a confidence interval for the shift, as Kayenta uses it: normal approximation with
 * continuity and tie corrections, ends and estimate by root finding, as R's `wilcox.test(exact = FALSE)` does.
 *
 * Source: spinnaker/kayenta at a69573b, `kayenta-mannwhitney/`; D. F. Bauer, Constructing confidence sets using
 * rank statistics, JASA 67, 1972; R. P. Brent, Algorithms for minimization without derivatives, 1973, ch. 4.
 */

export interface Shift {
  readonly low: number;
  readonly high: number;
  /** Hodges–Lehmann: the median difference. */
  readonly estimate: number;
}

/** Two-sided 98 %: Kayenta's judge has it as a constant. */
const quantile = 2.3263478740408408;
/** Absolute, whatever the unit: a share of errors of 0.001 is ten times this. */
const rootTolerance = 1e-4;

/** How far `x` is above `y`; `null` when the test cannot be computed, because everything is tied. */
export function shiftOf(x: readonly number[], y: readonly number[]): Shift | null {
  const [xs, ys] = [x.toSorted((a, b) => a - b), y.toSorted((a, b) => a - b)];
  const [xLow, xHigh, yLow, yHigh] = [xs[0], xs.at(-1), ys[0], ys.at(-1)];
  if (xLow === undefined || xHigh === undefined || yLow === undefined || yHigh === undefined) return null;
  const statistic = (z: number) => (shift: number) => standardised(xs, ys, shift) - z;
  const [from, to] = [xLow - yHigh, xHigh - yLow];
  const root = (z: number): number => {
    const f = statistic(z);
    if (f(from) <= 0) return from;
    return f(to) >= 0 ? to : brentRoot(f, from, to);
  };
  const shift = { low: root(quantile), high: root(-quantile), estimate: brentRoot(statistic(0), from, to) };
  return Object.values(shift).some(Number.isNaN) ? null : shift;
}

/** The rank sum of `x − shift` among both, in standard deviations from its mean; NaN when all are tied. */
function standardised(xs: readonly number[], ys: readonly number[], shift: number): number {
  const [n, m] = [xs.length, ys.length];
  const { rankSum, ties } = ranks(xs, ys, shift);
  const deviation = rankSum - (n * (n + 1)) / 2 - (n * m) / 2;
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  return variance === 0 ? Number.NaN : (deviation - Math.sign(deviation) * 0.5) / Math.sqrt(variance);
}

/** Both are sorted, so one pass over them does; equal values share their mean rank. */
function ranks(xs: readonly number[], ys: readonly number[], shift: number): { readonly rankSum: number; readonly ties: number } {
  let [i, j, rankSum, ties] = [0, 0, 0, 0];
  const xAt = (index: number) => (index < xs.length ? (xs[index] as number) - shift : Number.POSITIVE_INFINITY);
  const yAt = (index: number) => ys[index] ?? Number.POSITIVE_INFINITY;
  while (i < xs.length || j < ys.length) {
    const [value, before, ofX] = [Math.min(xAt(i), yAt(j)), i + j, i];
    while (xAt(i) === value && i < xs.length) i++;
    while (yAt(j) === value && j < ys.length) j++;
    const tied = i + j - before;
    rankSum += (i - ofX) * (before + (tied + 1) / 2);
    ties += tied ** 3 - tied;
  }
  return { rankSum, ties };
}

/** Brent's method: inverse interpolation while it converges, bisection when it does not. `b` is the best point. */
function brentRoot(f: (x: number) => number, from: number, to: number): number {
  let [a, b] = [from, to];
  let [fa, fb] = [f(a), f(b)];
  if (fa === 0) return a;
  let [c, fc] = [a, fa];
  // A bracket of 1e9 is halved to the tolerance in about 45 steps; NaN would go on for ever.
  for (let step = 0; step < 1000 && fb !== 0 && !Number.isNaN(fb); step++) {
    const previous = b - a;
    if (Math.abs(fc) < Math.abs(fb)) [a, b, c, fa, fb, fc] = [b, c, b, fb, fc, fb];
    const tolerance = 2 * Number.EPSILON * Math.abs(b) + rootTolerance / 2;
    const half = (c - b) / 2;
    if (Math.abs(half) <= tolerance) return b;
    const trusted = Math.abs(previous) >= tolerance && Math.abs(fa) > Math.abs(fb);
    const leap = trusted ? interpolated({ a, b, c, fa, fb, fc }, previous, tolerance) : null;
    const stride = leap ?? half;
    [a, fa] = [b, fb];
    b += Math.abs(stride) < tolerance ? Math.sign(stride) * tolerance : stride;
    fb = f(b);
    if (fb * fc > 0) [c, fc] = [a, fa];
  }
  return Number.isNaN(fb) ? Number.NaN : b;
}

interface Bracket {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly fa: number;
  readonly fb: number;
  readonly fc: number;
}

/** The next stride by secant or inverse quadratic interpolation; `null` when it would leave the bracket or converge too slowly. */
function interpolated({ a, b, c, fa, fb, fc }: Bracket, previous: number, tolerance: number): number | null {
  const width = c - b;
  let [p, q] = a === c ? secant(width, fb / fa) : quadratic(width, b - a, fa / fc, fb / fc, fb / fa);
  if (p > 0) q = -q;
  else p = -p;
  return p < 0.75 * width * q - Math.abs(tolerance * q) / 2 && p < Math.abs((previous * q) / 2) ? p / q : null;
}

const secant = (width: number, ratio: number): [number, number] => [width * ratio, 1 - ratio];
const quadratic = (width: number, back: number, q: number, r: number, s: number): [number, number] => [
  s * (width * q * (q - r) - back * (r - 1)),
  (q - 1) * (r - 1) * (s - 1),
];
