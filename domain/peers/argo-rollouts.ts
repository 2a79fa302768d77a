/**
 * Argo Rollouts' background analysis with a Prometheus metric.
 *
 * Source: argoproj/argo-rollouts at 9f8d111, `docs/features/analysis.md` (the example "Background Analysis",
 * whose settings are the defaults here, and "Failure Conditions and Failure Limit"), `analysis/analysis.go`,
 * `utils/evaluate/evaluate.go`.
 *
 * Each interval one measurement of the canary. One that misses the success condition has failed: NaN, which is
 * a success rate without requests, too. A query without series is an error. More than `failureLimit` failures
 * end the run as failed, more than `consecutiveErrorLimit` errors in a row as an error; both abort the rollout.
 * Otherwise the run is successful once it has taken `count` measurements or the rollout's steps are over,
 * whatever was measured until then, and also when nothing was. The live version is not looked at.
 */
import { endOf, type PeerDecision, type PeerRule, type PeerTraffic, ticksOf, windowOf } from './peer.ts';

export interface ArgoOptions {
  readonly name: string;
  readonly intervalSeconds: number;
  /** Success condition `result[0] >= minimumShare`; `null`: not configured. */
  readonly successRate: { readonly minimumShare: number } | null;
  /** Success condition on `histogram_quantile(0.99, …)`; `null`: not configured. */
  readonly duration: { readonly maximumP99Ms: number } | null;
  /**
   * What the query looks at. The example asks `irate(…[5m])`, which is the last two scrapes however long the
   * brackets are: give it the scrape interval. `rate(…[1m])` is 60.
   */
  readonly windowSeconds: number;
  readonly failureLimit: number;
  /** Argo's default is 4. */
  readonly consecutiveErrorLimit: number;
  /** `null`: measures as long as the rollout goes on. */
  readonly count: number | null;
  /** When the rollout's steps are over; `null`: at the end of the recording. */
  readonly runSeconds: number | null;
}

/** The example's: every five minutes, 95 %, and four steps of ten minutes. 15 s is the scrape interval that most charts set. */
const example: ArgoOptions = {
  name: 'Argo Rollouts docs example (95 %, 5m, failureLimit 3)',
  intervalSeconds: 300,
  successRate: { minimumShare: 0.95 },
  duration: null,
  windowSeconds: 15,
  failureLimit: 3,
  consecutiveErrorLimit: 4,
  count: null,
  runSeconds: 2400,
};

export function argoRollouts(overrides: Partial<ArgoOptions> = {}): PeerRule {
  const options = { ...example, ...overrides };
  return {
    name: options.name,
    source: 'argoproj/argo-rollouts, docs/features/analysis.md',
    decide: (traffic) => decide(traffic, options),
  };
}

type Measurement = { readonly kind: 'successful' } | { readonly kind: 'failed' | 'error'; readonly why: string };

function decide(traffic: PeerTraffic, options: ArgoOptions): PeerDecision {
  const overSeconds = Math.min(endOf(traffic), traffic.startSeconds + (options.runSeconds ?? Number.POSITIVE_INFINITY));
  let [failed, errorsInRow, taken] = [0, 0, 0];
  // The first measurement comes one interval after the start: at once there is nothing to measure.
  for (const atSeconds of ticksOf(traffic, options.intervalSeconds)) {
    if (atSeconds > overSeconds) break;
    const measurement = measure(traffic, options, atSeconds);
    taken++;
    if (measurement.kind === 'failed') failed++;
    errorsInRow = measurement.kind === 'error' ? errorsInRow + 1 : 0;
    if (measurement.kind === 'failed' && failed > options.failureLimit)
      return { kind: 'rollback', atSeconds, reason: `failed (${failed}) > failureLimit (${options.failureLimit}): ${measurement.why}` };
    if (measurement.kind === 'error' && errorsInRow > options.consecutiveErrorLimit)
      return {
        kind: 'rollback',
        atSeconds,
        reason: `consecutiveErrors (${errorsInRow}) > consecutiveErrorLimit (${options.consecutiveErrorLimit})`,
      };
    if (taken === options.count) return { kind: 'promote', atSeconds, reason: `count (${taken}) reached, ${failed} of them failed` };
  }
  return { kind: 'promote', atSeconds: overSeconds, reason: `run terminated after ${taken} measurements, ${failed} of them failed` };
}

function measure({ polls }: PeerTraffic, options: ArgoOptions, atSeconds: number): Measurement {
  const seen = windowOf(polls, 'canary', atSeconds - options.windowSeconds, atSeconds);
  if (seen === null) return { kind: 'error', why: 'no data returned from the metric provider' };
  const share = (seen.requests - seen.errors) / seen.requests;
  // Written so that NaN fails, as every comparison with it does.
  if (options.successRate !== null && !(share >= options.successRate.minimumShare))
    return { kind: 'failed', why: `${share.toFixed(4)} is not >= ${options.successRate.minimumShare}` };
  const p99Ms = seen.p99Seconds * 1000;
  if (options.duration !== null && !(p99Ms <= options.duration.maximumP99Ms))
    return { kind: 'failed', why: `p99 ${p99Ms.toFixed(0)} ms is not <= ${options.duration.maximumP99Ms} ms` };
  return { kind: 'successful' };
}
