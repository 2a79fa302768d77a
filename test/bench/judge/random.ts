/**
 * Seeded chance for the simulator: the same seed gives the same traffic on every machine, and a replicate's
 * seed is made of its names, so that results do not depend on how many workers share the work.
 *
 * Uniform: xoshiro128++ (Blackman and Vigna 2019). Binomial and Poisson: inversion where the mean is small,
 * Hörmann's transformed rejection (1993) where it is not, so that a poll costs the same at any rate.
 */

/** Below this mean inversion takes fewer steps than rejection; the rejection's constants hold from 10 on. */
const inversionMax = 10;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spareNormal: number | null = null;

  constructor(...names: readonly (string | number)[]) {
    const mix = mixer(names.join('/'));
    [this.#a, this.#b, this.#c, this.#d] = [mix(), mix(), mix(), mix() | 1];
  }

  #word(): number {
    const sum = (this.#a + this.#d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + this.#a) | 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** In (0, 1): never 0, since logarithms are taken. */
  uniform(): number {
    return ((this.#word() >>> 5) * 67_108_864 + (this.#word() >>> 6) + 0.5) / 9_007_199_254_740_992;
  }

  /** Marsaglia's polar method. */
  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    for (;;) {
      const [u, v] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const s = u * u + v * v;
      if (s >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spareNormal = v * scale;
      return u * scale;
    }
  }

  poisson(mean: number): number {
    if (mean <= 0) return 0;
    return mean < inversionMax ? this.#poissonByInversion(mean) : this.#poissonByRejection(mean);
  }

  #poissonByInversion(mean: number): number {
    let rest = this.uniform();
    let term = Math.exp(-mean);
    let k = 0;
    // 200 is 60 standard deviations away: only rounding gets there.
    for (; rest > term && k < 200; k++) {
      rest -= term;
      term *= mean / (k + 1);
    }
    return k;
  }

  /** PTRS. */
  #poissonByRejection(mean: number): number {
    const logMean = Math.log(mean);
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const acceptance = 1.1239 + 1.1328 / (b - 3.4);
    const squeeze = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= squeeze) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (Math.log(v) + Math.log(acceptance) - Math.log(a / (us * us) + b) <= k * logMean - mean - logFactorial(k)) return k;
    }
  }

  binomial(n: number, p: number): number {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - this.binomial(n, 1 - p);
    return n * p < inversionMax ? this.#binomialByInversion(n, p) : this.#binomialByRejection(n, p);
  }

  #binomialByInversion(n: number, p: number): number {
    const odds = p / (1 - p);
    let rest = this.uniform();
    let term = Math.exp(n * Math.log1p(-p));
    let k = 0;
    for (; rest > term && k < n; k++) {
      rest -= term;
      term *= (odds * (n - k)) / (k + 1);
    }
    return k;
  }

  /** BTRS. */
  #binomialByRejection(n: number, p: number): number {
    const spread = Math.sqrt(n * p * (1 - p));
    const b = 1.15 + 2.53 * spread;
    const a = -0.0873 + 0.0248 * b + 0.01 * p;
    const centre = n * p + 0.5;
    const squeeze = 0.92 - 4.2 / b;
    const alpha = (2.83 + 5.1 / b) * spread;
    const mode = Math.floor((n + 1) * p);
    const logOdds = Math.log(p / (1 - p));
    const atMode = logFactorial(mode) + logFactorial(n - mode);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + centre);
      if (k < 0 || k > n) continue;
      if (us >= 0.07 && v <= squeeze) return k;
      const bound = atMode - logFactorial(k) - logFactorial(n - k) + (k - mode) * logOdds;
      if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
    }
  }
}

/** Words from text: FNV-1a into a splitmix sequence, so that neighbouring replicates have nothing in common. */
function mixer(text: string): () => number {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
}

const smallFactorials = Array.from({ length: 32 }, (_, n) => {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
});

/** Stirling's series from 32 on, where its next term is below 1e-11. */
function logFactorial(n: number): number {
  const small = smallFactorials[n];
  if (small !== undefined) return small;
  return (n + 0.5) * Math.log(n) - n + 0.918_938_533_204_672_7 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
