/** What each metric says, in numbers for people: `MetricReading` of tables and of limits. */
import type { ArmIncrement, Count } from './counters.ts';
import { requestsToNotice } from './detection.ts';
import { requestsToPromotion } from './forecast.ts';
import type { ArmTotals, MetricReading } from './judge.ts';
import { countOf, type Limit, type Measure, metricOf } from './measures.ts';
import { requestsToShowBelow } from './one-sample.ts';
import { logPromoteAt, logRollbackAt, type State, weightsOf } from './state.ts';
import { oddsRatioInterval } from './table.ts';
import type { Conclusion, TrackedLimit, TrackedTable } from './tracked.ts';

export function tableReading(state: State, measure: Measure, tracked: TrackedTable, failed: boolean): MetricReading {
  const { edgesSeconds, step } = state;
  const canary = countOf(measure.source, state.canary, edgesSeconds);
  const stable = countOf(measure.source, state.stable, edgesSeconds);
  const stableShare = stable.of === 0 ? null : shareOf(stable);
  // A version that was not asked yet does not say how much of the traffic it gets.
  const weight = step.canary === 0 ? null : step.canary / (step.canary + step.stable);
  const missing = requestsToPromotion(measure, tracked, { canary, stable }, weight, logPromoteAt(state));
  const alone = logRollbackAt(state) - Math.log(weightsOf(state)[measure.source.family]);
  return {
    metric: metricOf(measure.source),
    ...answerOf(tracked, failed),
    guarded: measure.guarded,
    canaryShare: shareOf(canary),
    stableShare,
    limitShare: allowedShare(measure, stableShare ?? 0),
    canary,
    stable,
    oddsRatio: {
      estimate: oddsRatioOf(canary, stable),
      interval: oddsRatioInterval(measure, tracked, state.polls),
    },
    toleranceOddsRatio: measure.toleranceRatio,
    kappa: measure.kappa,
    missingRequests: failed ? 0 : missing,
    noticedWithin: Number.isFinite(alone) ? requestsToNotice(measure, stable, weight, alone) : null,
  };
}

export function limitReading(state: State, limit: Limit, tracked: TrackedLimit, failed: boolean): MetricReading {
  const { total } = tracked;
  // Half an event more than there were: a share of none is still not zero.
  const share = (total.events + 0.5) / (total.of + 1);
  const missing = requestsToShowBelow(limit, tracked, Math.min(share, limit.limitShare / 2), logPromoteAt(state));
  return {
    metric: metricOf(limit.source),
    ...answerOf(tracked, failed),
    guarded: true,
    canaryShare: shareOf(total),
    stableShare: null,
    limitShare: limit.limitShare,
    canary: total,
    stable: null,
    oddsRatio: null,
    toleranceOddsRatio: null,
    kappa: limit.kappa,
    missingRequests: failed || tracked.shown ? 0 : Math.max(1, Math.ceil(missing)),
    noticedWithin: null,
  };
}

function answerOf(
  { evidence, highest, promotion, shown, crossedAtSeconds }: Conclusion,
  failed: boolean,
): Pick<MetricReading, 'answer' | 'logEvidence' | 'maxLogEvidence' | 'logPromotion' | 'crossedAtSeconds'> {
  return {
    answer: failed ? 'fail' : shown ? 'pass' : 'not enough',
    logEvidence: evidence,
    maxLogEvidence: highest,
    logPromotion: promotion,
    crossedAtSeconds,
  };
}

const shareOf = ({ events, of }: Count): number => (of === 0 ? 0 : events / of);

/** The share that the margin still allows; without a margin, the tolerance. */
function allowedShare({ marginRatio, toleranceRatio, slackShare }: Measure, stableShare: number): number {
  const ratio = marginRatio ?? toleranceRatio;
  const byRatio = (stableShare * ratio) / (1 - stableShare + stableShare * ratio);
  return slackShare === null ? byRatio : Math.min(1, Math.max(byRatio, stableShare + slackShare));
}

/** `null` where one of the versions has no events, or nothing but events: the ratio would be 0 or without end. */
function oddsRatioOf(canary: Count, stable: Count): number | null {
  const [worse, better] = [canary.events * (stable.of - stable.events), stable.events * (canary.of - canary.events)];
  return worse > 0 && better > 0 ? worse / better : null;
}

/** Upper edge of the bucket that holds the 99th percentile. */
export function totalsOf({ requests, errors, atMost }: ArmIncrement, edgesSeconds: readonly number[]): ArmTotals {
  const all = atMost.at(-1) ?? 0;
  const edge = all === 0 ? -1 : atMost.findIndex((count) => count >= 0.99 * all);
  return { requests, errors, p99Seconds: edgesSeconds[edge] ?? null };
}
