/**
 * What happens to traffic after one look at the metrics. The same inputs give the same answer for ever, so
 * a workflow may ask during replay and a test may ask a million times.
 */
import type { CanaryRule, Strategy } from './catalog.ts';
import type { Verdict } from './judge/judge.ts';

export interface CanaryProgress {
  /** Since this weight was observed in the traffic. */
  readonly secondsAtWeight: number;
  /** What this weight has to last at least: `minimumStepSeconds`, or at 100 % the longer of `watchSeconds` and `securityBakeMinutes`. */
  readonly minimumSeconds: number;
  /** Since the first weight, or since a person last said "go on". */
  readonly secondsSinceStart: number;
  readonly held: boolean;
}

export type CanaryDecision =
  /** This weight has shown enough: the next one, or promotion after the last. */
  | { readonly kind: 'advance' }
  | { readonly kind: 'go on' }
  | { readonly kind: 'roll back'; readonly because: string }
  | { readonly kind: 'ask a person'; readonly because: string };

/** One weight: how long it lasts at least, and whether promotion is decided at it. */
export interface TrafficStep {
  readonly weightPercent: number;
  readonly promotes: boolean;
  readonly minimumSeconds: number;
}

/**
 * The weights a release passes. A first release and a rollback have nobody to compare with: one step, as everything has
 * that is no canary. What has all the traffic is judged by the absolute limits: for the whole watch, or all-at-once no
 * longer than a step of a canary has to last; and for `securityBakeMinutes` in any case.
 */
export function trafficStepsOf(rule: CanaryRule, strategy: Strategy, compared: boolean): readonly TrafficStep[] {
  const weights = compared && strategy === 'canary' ? [...rule.stepsPercent, 100] : [100];
  return weights.map((weightPercent, index) => ({
    weightPercent,
    // At the last weight that has somebody to compare with, and after it.
    promotes: index >= weights.length - 2,
    minimumSeconds: weightPercent < 100 ? rule.minimumStepSeconds : watchedSeconds(rule, strategy),
  }));
}

const watchedSeconds = ({ minimumStepSeconds, watchSeconds, securityBakeMinutes = 0 }: CanaryRule, strategy: Strategy): number =>
  Math.max(strategy === 'all-at-once' ? minimumStepSeconds : watchSeconds, securityBakeMinutes * 60);

/** What approvers are told of a release that is no canary. */
export const strategyTexts: Readonly<Record<Exclude<Strategy, 'canary'>, string>> = {
  'blue-green': 'moves all traffic in one step once the new version is ready, and watches it then',
  'all-at-once': 'moves all traffic in one step once the new version is ready, and hardly watches it',
};

/**
 * The stable version is known to work and the new one is not, so doubt counts against the new one: only a
 * pass advances, a fail beats a hold, and a deadline without an answer never promotes.
 */
export function decideCanary(rule: CanaryRule, progress: CanaryProgress, verdict: Verdict): CanaryDecision {
  if (verdict.kind === 'fail') return { kind: 'roll back', because: verdict.reason };
  if (verdict.kind === 'not enough' && !progress.held && progress.secondsSinceStart >= rule.deadlineMinutes * 60) {
    const because = `no answer within ${rule.deadlineMinutes} min: ${verdict.reason}`;
    return rule.onInconclusive === 'roll back' ? { kind: 'roll back', because } : { kind: 'ask a person', because };
  }
  const enough = verdict.kind === 'pass' && progress.secondsAtWeight >= progress.minimumSeconds;
  return enough && !progress.held ? { kind: 'advance' } : { kind: 'go on' };
}
