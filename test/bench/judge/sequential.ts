/**
 * Sequential tests from the literature and from experimentation platforms, on the same counts: they keep their
 * level at every look, each under an assumption that a rollout breaks or at a price that the tables show.
 */
import { type PeerArm, type PeerDecision, type PeerPoll, type PeerRule, undecided } from '../../../domain/peers/peer.ts';

/** Everything since the start, pooled: what makes them fail when rates and weights move together. */
interface Pooled {
  canary: number;
  stable: number;
  canaryEvents: number;
  stableEvents: number;
}

function rule(name: string, source: string, isWorse: (sum: Pooled) => boolean): PeerRule {
  return {
    name,
    source,
    decide(traffic): PeerDecision {
      const sum: Pooled = { canary: 0, stable: 0, canaryEvents: 0, stableEvents: 0 };
      for (const { instantSeconds, canary, stable } of traffic.polls) {
        sum.canary += canary?.requests ?? 0;
        sum.stable += stable?.requests ?? 0;
        sum.canaryEvents += canary?.errors ?? 0;
        sum.stableEvents += stable?.errors ?? 0;
        if (isWorse(sum)) return { kind: 'rollback', atSeconds: instantSeconds, reason: name };
      }
      return undecided(traffic);
    },
  };
}

/**
 * Asymptotic confidence sequence for the difference of shares, one-sided, tuned to 5,000 requests as GrowthBook
 * does. Waudby-Smith et al. (arXiv 2103.06476); growthbook, `gbstats/frequentist/tests.py`.
 */
export function asymptoticSequence(alpha: number): PeerRule {
  const tunedTo = 5000;
  const tuning = Math.sqrt((-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / tunedTo);
  return rule('Asymptotic confidence sequence, pooled', 'Waudby-Smith et al., arXiv 2103.06476; GrowthBook', (sum) => {
    const n = sum.canary + sum.stable;
    if (sum.canary === 0 || sum.stable === 0) return false;
    const [x, y] = [sum.canaryEvents / sum.canary, sum.stableEvents / sum.stable];
    const variance = ((x * (1 - x)) / sum.canary + (y * (1 - y)) / sum.stable) * n;
    const nr2 = n * tuning * tuning;
    const halfWidth = Math.sqrt(variance) * Math.sqrt(((2 * (nr2 + 1)) / (n * nr2)) * Math.log(Math.sqrt(nr2 + 1) / (2 * alpha)));
    return variance > 0 && x - y > halfWidth;
  });
}

/**
 * Each failure's version is a coin with the share of the traffic, if the versions are alike: a mixture of
 * likelihood ratios over worse odds. Lindon and Malek, NeurIPS 2022 (arXiv 2011.03567), with the share over
 * everything since the start, which the paper takes as known and fixed.
 */
export function pooledShare(alpha: number): PeerRule {
  // As many points, over the same range, as our own mixture has.
  const odds = Array.from({ length: 24 }, (_, index) => 32 ** ((index + 0.5) / 24));
  return rule('Known share of traffic, pooled', 'Lindon and Malek, arXiv 2011.03567', ({ canary, stable, canaryEvents, stableEvents }) => {
    const events = canaryEvents + stableEvents;
    if (canary === 0 || events === 0) return false;
    const share = canary / (canary + stable);
    const logs = odds.map((ratio) => canaryEvents * Math.log(ratio) - events * Math.log1p(share * (ratio - 1)));
    const largest = Math.max(...logs);
    const mean = logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length;
    return largest + Math.log(mean) >= -Math.log(alpha);
  });
}

/**
 * Time-uniform bands around both distribution functions at the histogram's edges. Howard and Ramdas (arXiv
 * 1906.09712), theorem 2; the idea of Lindon, Sanden and Shirikian, KDD 2022 (arXiv 2205.14762).
 */
export function distributionBands(alpha: number): PeerRule {
  const constant = 0.8 * Math.log(1612 / (alpha / 2));
  const band = (n: number) => 0.85 * Math.sqrt((Math.log(Math.log(Math.E * n)) + constant) / n);
  return {
    name: 'Time-uniform bands of the distribution, pooled',
    source: 'Howard and Ramdas, arXiv 1906.09712; Lindon et al., KDD 2022',
    decide(traffic): PeerDecision {
      const [canary, stable]: [number[], number[]] = [[], []];
      for (const poll of traffic.polls) {
        accumulate(canary, poll.canary);
        accumulate(stable, poll.stable);
        if (isSlower(poll, canary, stable, band))
          return { kind: 'rollback', atSeconds: poll.instantSeconds, reason: 'the bands are apart' };
      }
      return undecided(traffic);
    },
  };
}

function accumulate(sum: number[], arm: PeerArm | null): void {
  for (const [edge, count] of arm?.atMost.entries() ?? []) sum[edge] = (sum[edge] ?? 0) + count;
}

function isSlower({ edgesSeconds }: PeerPoll, canary: readonly number[], stable: readonly number[], band: (n: number) => number): boolean {
  const [n, m] = [canary.at(-1) ?? 0, stable.at(-1) ?? 0];
  if (n === 0 || m === 0) return false;
  const apart = band(n) + band(m);
  return edgesSeconds.some((_, edge) => (stable[edge] ?? 0) / m - (canary[edge] ?? 0) / n > apart);
}
