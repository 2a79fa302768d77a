/**
 * What happens to traffic after one look at the metrics. The same inputs give the same answer for ever, so
 * a workflow may ask during replay and a test may ask a million times.
 */
import type { CanaryRule } from './catalog.ts';
import type { Verdict } from './judge/judge.ts';

export interface CanaryProgress {
  readonly weightPercent: number;
  /** Since this weight was observed in the traffic. */
  readonly secondsAtWeight: number;
  /** Since the first weight. */
  readonly secondsSinceStart: number;
  readonly held: boolean;
}

export type CanaryDecision =
  | { readonly kind: 'roll back'; readonly because: string }
  | { readonly kind: 'advance'; readonly weightPercent: number }
  | { readonly kind: 'go on' }
  | { readonly kind: 'ask a person'; readonly because: string };

/** The weights a release passes, 100 at the end. A first release has nobody to compare with: one step. */
export const weightsOf = (rule: CanaryRule, baseline: boolean): readonly number[] => (baseline ? [...rule.stepsPercent, 100] : [100]);

/**
 * The stable version is known to work and the new one is not, so doubt counts against the new one: only a
 * pass advances, a fail beats a hold, and a deadline without an answer never promotes.
 */
export function decideCanary(rule: CanaryRule, progress: CanaryProgress, verdict: Verdict): CanaryDecision {
  if (verdict.kind === 'fail') return { kind: 'roll back', because: verdict.reason };
  if (progress.secondsSinceStart >= rule.deadlineMinutes * 60 && verdict.kind === 'not enough') {
    const because = `no answer within ${rule.deadlineMinutes} min: ${verdict.reason}`;
    return rule.onInconclusive === 'roll back' ? { kind: 'roll back', because } : { kind: 'ask a person', because };
  }
  if (progress.held || verdict.kind === 'not enough' || progress.secondsAtWeight < rule.minimumStepSeconds) return { kind: 'go on' };
  const next = [...rule.stepsPercent, 100].find((weight) => weight > progress.weightPercent);
  return next === undefined ? { kind: 'go on' } : { kind: 'advance', weightPercent: next };
}
