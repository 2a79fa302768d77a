/**
 * Flagger's canary analysis on its two built-in metrics.
 *
 * Source: fluxcd/flagger at 15bd6ad, `docs/gitbook/tutorials/istio-progressive-delivery.md` (the settings that
 * are the defaults here), `docs/gitbook/usage/how-it-works.md`, `pkg/controller/scheduler.go`,
 * `pkg/controller/scheduler_metrics.go`, `pkg/metrics/observers/istio.go`.
 *
 * Each interval the success rate and the p99 of the canary over a window are held against fixed limits. A value
 * outside, or no value, is a failed check. Failed checks add up and are never taken back; once there are
 * `threshold` of them the next interval rolls back. A good check takes the next step of weight; the check at
 * the last weight promotes. The live version is not looked at.
 */
import { type PeerDecision, type PeerRule, type PeerTraffic, ticksOf, undecided, windowOf } from './peer.ts';

export interface FlaggerOptions {
  readonly name: string;
  readonly intervalSeconds: number;
  /** Failed checks before a rollback. */
  readonly threshold: number;
  /** `null`: the metric is not configured. */
  readonly successRate: { readonly minimumPercent: number; readonly windowSeconds: number } | null;
  readonly duration: { readonly maximumP99Ms: number; readonly windowSeconds: number } | null;
  /** Good checks until promotion: `maxWeight / stepWeight`. `null` looks on without promoting. */
  readonly checksToPromote: number | null;
}

/** The tutorial's: 10 % a minute up to 50 %, 99 % success over a minute, p99 of 500 ms over half a minute. */
const tutorial: FlaggerOptions = {
  name: 'Flagger tutorial (99 %, p99 500 ms, 5 fails)',
  intervalSeconds: 60,
  threshold: 5,
  successRate: { minimumPercent: 99, windowSeconds: 60 },
  duration: { maximumP99Ms: 500, windowSeconds: 30 },
  checksToPromote: 5,
};

export function flagger(overrides: Partial<FlaggerOptions> = {}): PeerRule {
  const options = { ...tutorial, ...overrides };
  return {
    name: options.name,
    source: 'fluxcd/flagger, docs/gitbook/tutorials/istio-progressive-delivery.md',
    decide: (traffic) => decide(traffic, options),
  };
}

function decide(traffic: PeerTraffic, options: FlaggerOptions): PeerDecision {
  let [failed, good, last] = [0, 0, ''];
  for (const atSeconds of ticksOf(traffic, options.intervalSeconds)) {
    if (failed >= options.threshold) return { kind: 'rollback', atSeconds, reason: `${failed} failed checks, the last one: ${last}` };
    const failure = failedCheck(traffic, options, atSeconds);
    if (failure !== null) [failed, last] = [failed + 1, failure];
    else if (++good === options.checksToPromote)
      return { kind: 'promote', atSeconds, reason: `${good} good checks, ${failed} failed ones` };
  }
  return undecided(traffic);
}

/** The first check that fails ends the look, as in Flagger. */
function failedCheck({ polls }: PeerTraffic, { successRate, duration }: FlaggerOptions, atSeconds: number): string | null {
  if (successRate !== null) {
    const seen = windowOf(polls, 'canary', atSeconds - successRate.windowSeconds, atSeconds);
    if (seen === null || seen.requests === 0) return 'no values found for request-success-rate';
    const percent = (100 * (seen.requests - seen.errors)) / seen.requests;
    if (percent < successRate.minimumPercent) return `success rate ${percent.toFixed(2)} % < ${successRate.minimumPercent} %`;
  }
  if (duration !== null) {
    const seen = windowOf(polls, 'canary', atSeconds - duration.windowSeconds, atSeconds);
    if (seen === null || Number.isNaN(seen.p99Seconds)) return 'no values found for request-duration';
    // Flagger cuts to whole milliseconds before it compares.
    const p99Ms = Math.trunc(seen.p99Seconds * 1000);
    if (p99Ms > duration.maximumP99Ms) return `p99 ${p99Ms} ms > ${duration.maximumP99Ms} ms`;
  }
  return null;
}
