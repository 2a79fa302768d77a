/**
 * What happens to traffic after one look at the metrics. The same inputs give the same answer for ever, so
 * a workflow may ask during replay and a test may ask a million times.
 */
import type { CanaryRule } from './catalog.ts';
import type { Verdict } from './judge/judge.ts';

export interface CanaryProgress {
  /** Since this weight was observed in the traffic. */
  readonly secondsAtWeight: number;
  /** What this weight has to last at least: `minimumStepSeconds`, or `watchSeconds` at 100 %. */
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

/** The weights a release passes. A first release and a rollback have nobody to compare with: one step. */
export const weightsOf = (rule: CanaryRule, compared: boolean): readonly number[] => (compared ? [...rule.stepsPercent, 100] : [100]);

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
