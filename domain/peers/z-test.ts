/**
 * The two-sample z-test of shares that dashboards and home-made judges use, on everything since the start.
 * Looked at once it keeps its level; looked at again and again it does not, which is what it is here to show.
 */
import { type PeerArm, type PeerDecision, type PeerPoll, type PeerRule, type PeerTraffic, undecided } from './peer.ts';

export interface ZTestOptions {
  readonly name: string;
  /** Errors, or requests slower than this edge of the histogram. */
  readonly event: 'error' | { readonly slowerThanSeconds: number };
  /** `every poll`: at each, until one says no. A number: once, so many seconds after the start. */
  readonly look: 'every poll' | number;
  /** Standard errors above which the canary is worse. */
  readonly criticalDeviations: number;
}

const peeked: ZTestOptions = {
  name: 'z-test peeked at every poll (naive)',
  event: 'error',
  look: 'every poll',
  // One-sided 1 %, the risk that our judge has by default.
  criticalDeviations: 2.3263478740408408,
};

export function zTest(overrides: Partial<ZTestOptions> = {}): PeerRule {
  const options = { ...peeked, ...overrides };
  return { name: options.name, source: 'any textbook: pooled two-proportion z-test', decide: (traffic) => decide(traffic, options) };
}

function decide(traffic: PeerTraffic, { event, look, criticalDeviations }: ZTestOptions): PeerDecision {
  const sum = { canary: 0, stable: 0, canaryEvents: 0, stableEvents: 0 };
  for (const poll of traffic.polls) {
    sum.canary += poll.canary?.requests ?? 0;
    sum.stable += poll.stable?.requests ?? 0;
    sum.canaryEvents += eventsOf(poll, poll.canary, event);
    sum.stableEvents += eventsOf(poll, poll.stable, event);
    const isLook = look === 'every poll' || poll.instantSeconds >= traffic.startSeconds + look;
    if (!isLook) continue;
    const z = deviations(sum.canaryEvents, sum.canary, sum.stableEvents, sum.stable);
    if (z > criticalDeviations)
      return { kind: 'rollback', atSeconds: poll.instantSeconds, reason: `${z.toFixed(2)} standard errors above stable` };
    if (look !== 'every poll') return { kind: 'promote', atSeconds: poll.instantSeconds, reason: 'no significant difference' };
  }
  return undecided(traffic);
}

function eventsOf({ edgesSeconds }: PeerPoll, arm: PeerArm | null, event: ZTestOptions['event']): number {
  if (arm === null) return 0;
  if (event === 'error') return arm.errors;
  const edge = edgesSeconds.indexOf(event.slowerThanSeconds);
  if (edge === -1) throw new Error(`the histogram has no edge at ${event.slowerThanSeconds} s; its edges are ${edgesSeconds.join(', ')}`);
  return (arm.atMost.at(-1) ?? 0) - (arm.atMost[edge] ?? 0);
}

/** Pooled z statistic; 0 as long as nothing can be told. */
function deviations(x: number, n: number, y: number, m: number): number {
  const pooled = (x + y) / (n + m);
  return n === 0 || m === 0 || pooled === 0 || pooled === 1 ? 0 : (x / n - y / m) / Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
}
