/**
 * The law of one poll given its totals: of `m` events among `nC + nB` requests, how many are the new version's.
 * Under odds ratio ψ this is Fisher's noncentral hypergeometric law, P(Y = y) ∝ C(nC, y) C(nB, m − y) ψ^y, in
 * which the base rate does not occur any more. Its normaliser over the central law is Z(ψ) = E[ψ^Y].
 *
 * Sums of ratios of neighbouring terms only: no gamma function, whose rounding at half a million requests
 * would be larger than a whole poll's evidence. Against exact rational numbers: 1e-11 and better.
 */

/** Odds ratios at which Z is wanted, in ascending order. */
export interface Tilts {
  readonly thetas: Float64Array;
  /** exp(θ) and exp(−θ): computed once, used in every poll. */
  readonly ratios: Float64Array;
  readonly inverses: Float64Array;
}

export function tiltsOf(thetas: readonly number[]): Tilts {
  return {
    thetas: Float64Array.from(thetas),
    ratios: Float64Array.from(thetas, Math.exp),
    inverses: Float64Array.from(thetas, (theta) => Math.exp(-theta)),
  };
}

/** A term this much smaller than the sum does not change a double. */
const negligible = 1e-17;
/** So many powers of an odds ratio of 1,000 still fit a double; with more terms each odds ratio sums around its own mode. */
const shortMax = 96;

/** Scratch of the hot loop: a poll of 1,000 tables allocates nothing here. Never read across calls. */
const above = new Float64Array(shortMax + 1);
const below = new Float64Array(shortMax + 1);

/**
 * `out[g] = log Σ_y q_y ψ_g^y`, where q is the central law up to a constant that is the same for every g: only
 * differences between two g mean something.
 */
export function logTilts(canaryOf: number, stableOf: number, events: number, tilts: Tilts, out: Float64Array): void {
  const low = Math.max(0, events - stableOf);
  const high = Math.min(events, canaryOf);
  const law: Law = { canaryOf, stableOf, events, low, high, mode: centralMode(canaryOf, stableOf, events, low, high) };
  const up = termsAbove(law, at(tilts.ratios, tilts.ratios.length - 1));
  const down = termsBelow(law, at(tilts.inverses, 0));
  if (up > shortMax || down > shortMax) sumAroundModes(law, tilts, out);
  else sumPowers(law.mode, up, down, tilts, out);
}

interface Law {
  readonly canaryOf: number;
  readonly stableOf: number;
  readonly events: number;
  readonly low: number;
  readonly high: number;
  readonly mode: number;
}

const at = (values: Float64Array, index: number): number => values[index] as number;

function centralMode(canaryOf: number, stableOf: number, events: number, low: number, high: number): number {
  const mode = Math.floor(((canaryOf + 1) * (events + 1)) / (canaryOf + stableOf + 2));
  return Math.min(high, Math.max(low, mode));
}

/** q(y + 1) / q(y). */
const ratioAfter = ({ canaryOf, stableOf, events }: Law, y: number): number =>
  (((canaryOf - y) / (y + 1)) * (events - y)) / (stableOf - events + y + 1);

/* ------------------------------------------------------------ few terms: two polynomials */

/** Terms above the mode, relative to it, as far as the largest odds ratio needs them; more than `shortMax` is too many. */
function termsAbove(law: Law, largestRatio: number): number {
  let tilted = 1;
  let sum = 1;
  above[0] = 1;
  let count = 0;
  for (let y = law.mode; y < law.high; y++) {
    if (count === shortMax) return shortMax + 1;
    const ratio = ratioAfter(law, y);
    above[count + 1] = at(above, count) * ratio;
    count++;
    tilted *= ratio * largestRatio;
    sum += tilted;
    if (tilted < negligible * sum && ratio * largestRatio < 0.5) break;
  }
  return count;
}

function termsBelow(law: Law, largestInverse: number): number {
  let tilted = 1;
  let sum = 1;
  below[0] = 0;
  let term = 1;
  let count = 0;
  for (let y = law.mode; y > law.low; y--) {
    if (count === shortMax) return shortMax + 1;
    const ratio = 1 / ratioAfter(law, y - 1);
    term *= ratio;
    count++;
    below[count] = term;
    tilted *= ratio * largestInverse;
    sum += tilted;
    if (tilted < negligible * sum && ratio * largestInverse < 0.5) break;
  }
  return count;
}

/** Longer than any grid; read within one call only. */
const lower = new Float64Array(64);

/** Horner's rule for all odds ratios side by side: a processor does several of them at once, and one chain alone waits. */
function sumPowers(mode: number, up: number, down: number, { thetas, ratios, inverses }: Tilts, out: Float64Array): void {
  const count = thetas.length;
  for (let g = 0; g < count; g++) {
    out[g] = at(above, up);
    lower[g] = at(below, down);
  }
  for (let k = up - 1; k >= 0; k--) {
    const term = at(above, k);
    for (let g = 0; g < count; g++) out[g] = at(out, g) * at(ratios, g) + term;
  }
  for (let k = down - 1; k >= 0; k--) {
    const term = at(below, k);
    for (let g = 0; g < count; g++) lower[g] = at(lower, g) * at(inverses, g) + term;
  }
  for (let g = 0; g < count; g++) out[g] = Math.log(at(out, g) + at(lower, g)) + mode * at(thetas, g);
}

/* ---------------------------------------- many terms: each odds ratio around its own mode */

let forward = new Float64Array(1024);
let backward = new Float64Array(1024);

function sumAroundModes(law: Law, { thetas, ratios, inverses }: Tilts, out: Float64Array): void {
  const { low, high } = law;
  if (forward.length < high - low) {
    forward = new Float64Array(2 * (high - low));
    backward = new Float64Array(2 * (high - low));
  }
  for (let y = low; y < high; y++) {
    const ratio = ratioAfter(law, y);
    forward[y - low] = ratio;
    backward[y - low] = 1 / ratio;
  }
  const walk = { y: low, log: 0, product: 1 };
  for (let g = 0; g < thetas.length; g++) {
    const mode = tiltedMode(law, at(ratios, g));
    const logTerm = walkTo(walk, mode, low);
    out[g] = logTerm + mode * at(thetas, g) + Math.log(sumAround(mode, low, high, at(ratios, g), at(inverses, g)));
  }
}

/** log q at `y`, from wherever the last odds ratio's mode was; the logarithm is taken only when the product would leave a double. */
function walkTo(walk: { y: number; log: number; product: number }, y: number, low: number): number {
  const step = y >= walk.y ? 1 : -1;
  while (walk.y !== y) {
    walk.product *= step === 1 ? at(forward, walk.y - low) : at(backward, walk.y - 1 - low);
    walk.y += step;
    if (walk.product > 1e200 || walk.product < 1e-200) {
      walk.log += Math.log(walk.product);
      walk.product = 1;
    }
  }
  return walk.log + Math.log(walk.product);
}

function sumAround(mode: number, low: number, high: number, ratio: number, inverse: number): number {
  let sum = 1;
  let term = 1;
  for (let y = mode; y < high; y++) {
    term *= at(forward, y - low) * ratio;
    sum += term;
    if (term < negligible * sum) break;
  }
  term = 1;
  for (let y = mode; y > low; y--) {
    term *= at(backward, y - 1 - low) * inverse;
    sum += term;
    if (term < negligible * sum) break;
  }
  return sum;
}

/** Where q(y) ψ^y is largest: the root of (nC − y)(m − y) ψ = y (nB − m + y), to the nearest whole number. */
function tiltedMode({ canaryOf, stableOf, events, low, high }: Law, ratio: number): number {
  const a = 1 - ratio;
  const b = stableOf - events + ratio * (canaryOf + events);
  const c = -ratio * canaryOf * events;
  const discriminant = Math.sqrt(Math.max(0, b * b - 4 * a * c));
  // Two forms of the positive root, each without a difference of nearly equal numbers; b < 0 only well below ψ = 1.
  const root = b >= 0 ? (-2 * c) / (b + discriminant) : (discriminant - b) / (2 * a);
  return Math.min(high, Math.max(low, Math.round(root)));
}
