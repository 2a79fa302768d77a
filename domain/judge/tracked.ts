/**
 * A table or a limit while a release is judged: its statistics, and what has been concluded from them so far.
 * One poll, one new weight, one late stake at a time; every value of it is JSON.
 */
import { type AbsoluteMargin, atNewWeight, newAbsoluteMargin, withAbsolutePoll } from './absolute.ts';
import type { Count } from './counters.ts';
import { logAddExp, roundedDown } from './log-space.ts';
import type { Limit, Measure } from './measures.ts';
import {
  logAboveLimit,
  logBelowLimit,
  newOneSample,
  type OneSample,
  oneSampleAtNewWeight,
  withOneSamplePoll,
  withOneSampleStake,
} from './one-sample.ts';
import { logBetterThanMargin, logEvidence, newTable, type Table, withLateStake, withNewWeight, withPoll } from './table.ts';

/** What was concluded, the same for both. Logarithms of e-values. */
export interface Conclusion {
  /** Against the new version: now, and at its highest. */
  readonly evidence: number;
  readonly highest: number;
  /** For promotion, at this weight. */
  readonly promotion: number;
  /** Promotion was shown at this weight. An e-process may fall again; that it was there once is what counts. */
  readonly shown: boolean;
  /** When the evidence first passed its threshold. */
  readonly crossedAtSeconds: number | null;
}

export interface TrackedTable extends Table, Conclusion {
  readonly margin: AbsoluteMargin | null;
}

export interface TrackedLimit extends OneSample, Conclusion {}

const begun: Conclusion = { evidence: 0, highest: 0, promotion: 0, shown: false, crossedAtSeconds: null };

/** Without history: what a margin in shares expects of the first poll. A wrong guess costs requests, never validity. */
const shareUnknown = 0.01;

export const trackTable = (measure: Measure, stableShare: number | null): TrackedTable => ({
  ...newTable(measure),
  ...begun,
  margin: measure.guarded && measure.slackShare !== null ? newAbsoluteMargin(stableShare ?? shareUnknown) : null,
});

export const trackLimit = (): TrackedLimit => ({ ...newOneSample(), ...begun });

/** What a poll is judged by. `crossesAt`: log evidence of this table alone that passes the threshold with its weight. */
export interface Thresholds {
  readonly crossesAt: number;
  readonly logPromoteAt: number;
  readonly logReserve: number;
  readonly instantSeconds: number;
}

export function tableWithPoll(
  measure: Measure,
  before: TrackedTable,
  canary: Count,
  stable: Count,
  stake: number,
  thresholds: Thresholds,
): TrackedTable {
  const table = withPoll(measure, stake > 0 ? withLateStake(before, stake) : before, canary, stable);
  const margin =
    before.margin === null || measure.slackShare === null
      ? null
      : withAbsolutePoll(before.margin, canary, stable, { margin: measure.slackShare, kappa: measure.kappa });
  // Most polls of a quiet service say nothing.
  if (table === before && margin === before.margin) return before;
  const evidence = logEvidence(measure, table, thresholds.logReserve);
  const promotion = measure.guarded ? promotionOf(measure, table, margin) : 0;
  const { wealth, likelihood, promotions } = table;
  return { wealth, likelihood, promotions, margin, ...concluded(before, evidence, promotion, thresholds) };
}

/** "Not worse than both": the ratio's and the slack's bets share the wealth, since either may be allowed. */
function promotionOf(measure: Measure, table: Table, margin: AbsoluteMargin | null): number {
  const ratio = logBetterThanMargin(measure, table);
  if (margin === null) return ratio;
  return logAddExp(ratio, margin.log) - Math.LN2;
}

export function limitWithPoll(limit: Limit, before: TrackedLimit, count: Count, stake: number, thresholds: Thresholds): TrackedLimit {
  const sample = withOneSamplePoll(limit, withOneSampleStake(before, stake), count);
  const evidence = logAboveLimit(sample, thresholds.logReserve);
  const { wealth, total, step } = sample;
  return { wealth, total, step, ...concluded(before, evidence, logBelowLimit(limit, sample), thresholds) };
}

function concluded(before: Conclusion, evidence: number, promotion: number, thresholds: Thresholds): Conclusion {
  const { crossesAt, logPromoteAt, instantSeconds } = thresholds;
  return {
    evidence: roundedDown(evidence),
    highest: Math.max(before.highest, roundedDown(evidence)),
    promotion: roundedDown(promotion),
    shown: before.shown || promotion >= logPromoteAt,
    crossedAtSeconds: before.crossedAtSeconds ?? (evidence >= crossesAt ? instantSeconds : null),
  };
}

export const tableAtNewWeight = (tracked: TrackedTable): TrackedTable => ({
  ...tracked,
  ...withNewWeight(tracked),
  margin: tracked.margin === null ? null : atNewWeight(tracked.margin),
  promotion: 0,
  shown: false,
});

export const limitAtNewWeight = (tracked: TrackedLimit): TrackedLimit => ({
  ...tracked,
  ...oneSampleAtNewWeight(tracked),
  promotion: 0,
  shown: false,
});
