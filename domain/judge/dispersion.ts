/**
 * What the stable version does when nothing is released: how often its events happen, and how much its requests
 * depend on each other.
 *
 * Each of its pods plays the new version against the others, poll by poll. Between alike pods the events of a
 * poll are hypergeometric, with mean E and variance V; what they vary more than that is dispersion:
 *
 *     φ = Σ (y − E)² / Σ V,  κ = max(1, φ)
 *
 * Retries, pauses and sick pods make it larger. An iid test at a risk of 1 % rolled back 54 % of good versions
 * under client retries and 68 % under pauses; with κ, none (research figures, repeated by `npm run bench:judge`).
 */
import type { ArmIncrement, Count } from './counters.ts';
import type { Calibration, MetricHistory } from './judge.ts';
import { latencyName, slowerThan } from './latency.ts';

/** One poll of the stable version, pod by pod. */
export interface HistoryPoll {
  readonly edgesSeconds: readonly number[];
  readonly pods: readonly ArmIncrement[];
}

/** Without history: what requests with one retry have. It doubles detection times. */
export const kappaUnknown = 2;
/** From fewer polls κ varies by more than a tenth for each two pods. */
export const historyPollsMin = 100;
/** Shares of fewer requests would say nothing about rare events. */
export const historyRequestsMin = 200;

/** Where there are too few polls for κ: the shares are known all the same. */
export const withoutKappa = (calibration: Calibration): Calibration => ({
  ...calibration,
  polls: 0,
  metrics: Object.fromEntries(
    Object.entries(calibration.metrics).map(([name, { stableShare }]) => [name, { kappa: kappaUnknown, stableShare }]),
  ),
});
/** Expected variance, so roughly events, below which φ is mostly chance. */
const varianceMin = 20;

interface Sums {
  events: number;
  of: number;
  squares: number;
  variance: number;
}

/** Takes polls one after the other, so that a day of them is never in memory at once. */
export function createHistory(): {
  readonly add: (poll: HistoryPoll) => void;
  readonly calibration: (windowSeconds: number) => Calibration;
} {
  const sums = new Map<string, Sums>();
  let polls = 0;
  return {
    add({ edgesSeconds, pods }) {
      if (pods.every(({ requests }) => requests === 0)) return;
      polls++;
      addTable(sums, 'errors', pods, ({ errors, requests }) => ({ events: errors, of: requests }));
      edgesSeconds.forEach((edge, index) => addTable(sums, latencyName(edge), pods, (pod) => slowerThan(pod, index)));
      const names = new Set(pods.flatMap(({ quality }) => Object.keys(quality)));
      for (const name of names) addTable(sums, name, pods, ({ quality }) => quality[name] ?? { events: 0, of: 0 });
    },
    calibration: (windowSeconds) => ({
      from: polls === 0 ? 'none' : 'history',
      windowSeconds: polls === 0 ? 0 : windowSeconds,
      polls,
      metrics: Object.fromEntries([...sums].map(([name, sum]) => [name, historyOf(sum)])),
    }),
  };
}

function addTable(sums: Map<string, Sums>, name: string, pods: readonly ArmIncrement[], countOf: (pod: ArmIncrement) => Count): void {
  const sum = sums.get(name) ?? { events: 0, of: 0, squares: 0, variance: 0 };
  sums.set(name, sum);
  const counts = pods.map(countOf);
  const all = { events: 0, of: 0 };
  for (const { events, of } of counts) {
    all.events += events;
    all.of += of;
  }
  sum.events += all.events;
  sum.of += all.of;
  if (all.of < 2) return;
  for (const { events, of } of counts) {
    const share = of / all.of;
    sum.squares += (events - all.events * share) ** 2;
    sum.variance += (all.events * share * (1 - share) * (all.of - all.events)) / (all.of - 1);
  }
}

const historyOf = ({ events, of, squares, variance }: Sums): MetricHistory => ({
  kappa: variance < varianceMin ? kappaUnknown : Math.max(1, squares / variance),
  stableShare: of === 0 ? null : events / of,
});
