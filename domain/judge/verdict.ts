/**
 * From the state to an answer, with one sentence for whoever is on call. A fail beats everything; a pass needs
 * that nothing speaks against the new version, that there were enough requests, and at the weight that promotes
 * that every guarded metric has shown its margin. Everything else is "not enough", and says of what.
 */
import type { MetricReading, TracePoint, Verdict } from './judge.ts';
import { metricOf } from './measures.ts';
import { deviationsOfTail } from './normal.ts';
import { aboveLimitDeviations } from './one-sample.ts';
import { limitReading, tableReading, totalsOf } from './readings.ts';
import { deadlineRisk, deciding, logPromoteAt, logRollbackAt, type State } from './state.ts';
import { deadlineDeviations } from './table.ts';
import { evidenceText, shareText, wholeText } from './words.ts';

export function verdictOf(state: State, atDeadline: boolean): Verdict {
  const fault = faultOf(state, atDeadline);
  const metrics = state.baseline
    ? state.measures.flatMap((measure, index) => {
        const table = state.tables[index];
        return table === undefined ? [] : [tableReading(state, measure, table, fault?.metric === metricOf(measure.source))];
      })
    : state.limits.flatMap((limit, index) => {
        const sample = state.samples[index];
        return sample === undefined ? [] : [limitReading(state, limit, sample, fault?.metric === metricOf(limit.source))];
      });
  const logRollback = logRollbackAt(state);
  return {
    ...answerOf(state, fault, metrics),
    metrics,
    canary: totalsOf(state.canary, state.edgesSeconds),
    stable: totalsOf(state.stable, state.edgesSeconds),
    logEvidence: state.crossedAtSeconds === null ? state.evidence : state.highest,
    logRollbackAt: logRollback,
    logPromoteAt: logPromoteAt(state),
    calibration: state.calibration,
    trace: traceOf(state),
  };
}

/** Why the version is rolled back. */
type Fault =
  | { readonly kind: 'evidence'; readonly metric: string }
  | { readonly kind: 'deadline'; readonly metric: string; readonly deviations: number; readonly allowed: number };

function faultOf(state: State, atDeadline: boolean): Fault | null {
  const parts = deciding(state);
  if (state.crossedAtSeconds !== null) {
    // Whichever metric has most of the evidence: the mean is at most as large as its largest part.
    const [worst] = parts.toSorted((a, b) => Math.log(b.weight) + b.tracked.highest - Math.log(a.weight) - a.tracked.highest);
    return worst === undefined ? null : { kind: 'evidence', metric: metricOf(worst.source) };
  }
  if (!atDeadline) return null;
  const looks = parts.flatMap(({ weight, source }, index) =>
    weight > 0
      ? [
          {
            kind: 'deadline' as const,
            metric: metricOf(source),
            deviations: deviationsAt(state, index),
            allowed: deviationsOfTail(deadlineRisk(state) * weight),
          },
        ]
      : [],
  );
  const [worst] = looks.filter(({ deviations, allowed }) => deviations >= allowed).toSorted((a, b) => excess(b) - excess(a));
  return worst ?? null;
}

const excess = ({ deviations, allowed }: { readonly deviations: number; readonly allowed: number }): number => deviations - allowed;

function deviationsAt(state: State, index: number): number {
  const [measure, table] = [state.measures[index], state.tables[index]];
  if (state.baseline && measure !== undefined && table !== undefined) {
    const { canary, stable } = tableReading(state, measure, table, false);
    return deadlineDeviations(measure, table, canary.events + (stable?.events ?? 0));
  }
  const [limit, sample] = [state.limits[index], state.samples[index]];
  return state.baseline || limit === undefined || sample === undefined ? 0 : aboveLimitDeviations(limit, sample);
}

/* -------------------------------------------------------------------- the answer */

/** Evidence at which a pass waits: odds of five to one are no reason to roll back, and none to go on. */
const logDoubt = Math.log(5);

function answerOf(state: State, fault: Fault | null, metrics: readonly MetricReading[]): Pick<Verdict, 'kind' | 'reason'> {
  if (fault !== null) return { kind: 'fail', reason: whyFailed(state, fault, metrics) };
  const reason = whatHolds(state) ?? whatIsMissing(state, metrics);
  if (reason !== null) return { kind: 'not enough', reason };
  return { kind: 'pass', reason: whyPassed(state) };
}

function whyFailed(state: State, fault: Fault, metrics: readonly MetricReading[]): string {
  const reading = metrics.find(({ metric }) => metric === fault.metric);
  const seen = reading === undefined ? fault.metric : whatWasSeen(reading);
  if (fault.kind === 'deadline')
    return `${seen}: at the deadline ${fault.deviations.toFixed(1)} standard deviations too many (a rollback needs ${fault.allowed.toFixed(1)})`;
  return `${seen}: evidence ${evidenceText(state.highest)} against it (a rollback needs ${evidenceText(logRollbackAt(state))})`;
}

/** `12.0 % of the new version's requests failed, the old version's 1.00 %`. */
function whatWasSeen({ metric, canaryShare, stableShare, limitShare }: MetricReading): string {
  const compared = stableShare === null ? `allowed are ${shareText(limitShare)}` : `the old version's ${shareText(stableShare)}`;
  if (metric === 'errors') return `${shareText(canaryShare)} of the new version's requests failed, ${compared}`;
  const [, slow] = /^latency ([\d.]+)ms$/.exec(metric) ?? [];
  if (slow !== undefined)
    return `${shareText(canaryShare)} of the new version's requests took longer than ${slow} ms or failed, ${compared}`;
  return `${metric}: ${shareText(canaryShare)} with the new version, ${compared}`;
}

/** What keeps a release where it is, however much has been shown. */
function whatHolds(state: State): string | null {
  if (state.evidence >= logDoubt)
    return `evidence ${evidenceText(state.evidence)} speaks against the new version; to go on it has to fall below ${evidenceText(logDoubt)}`;
  if (!state.baseline) return null;
  for (const [index, limit] of state.limits.entries()) {
    const sample = state.samples[index];
    if (sample !== undefined && sample.evidence >= logPromoteAt(state)) {
      const { canaryShare, limitShare } = limitReading(state, limit, sample, false);
      return `${metricOf(limit.source)}: ${shareText(canaryShare)} of the new version's requests, more than the limit of ${shareText(limitShare)}, whatever the old version does`;
    }
  }
  return null;
}

function whatIsMissing(state: State, metrics: readonly MetricReading[]): string | null {
  const few = whoHasFew(state);
  if (few !== null && !state.promotes && state.baseline) return few;
  if (state.undecided !== null) return 'latency: no histogram of either version has been seen';
  if (state.baseline && !state.promotes) return few;
  const [waiting] = metrics
    .filter(({ guarded, answer }) => guarded && answer === 'not enough')
    .toSorted((a, b) => b.missingRequests - a.missingRequests);
  if (waiting === undefined) return few;
  const what = state.baseline ? 'they are no worse than allowed' : 'they are within their limit';
  return `${waiting.metric}: about ${wholeText(waiting.missingRequests)} more requests of the new version are needed to show that ${what}`;
}

/** The version, and where latency is judged its histogram, that has too few requests at this weight to say anything. */
function whoHasFew({ rules: { minimumRequests }, step, baseline, limits }: State): string | null {
  const isTimed = limits.length > 1;
  const canary = Math.min(step.canary, isTimed ? step.canaryTimed : Infinity);
  const stable = baseline ? Math.min(step.stable, isTimed ? step.stableTimed : Infinity) : Infinity;
  if (canary < minimumRequests) return `${wholeText(minimumRequests - canary)} more requests of the new version are needed at this weight`;
  if (stable < minimumRequests) return `${wholeText(minimumRequests - stable)} more requests of the old version are needed at this weight`;
  return null;
}

function whyPassed({ baseline, promotes, evidence, step }: State): string {
  const requests = `${wholeText(step.canary)} requests`;
  if (!baseline) return `every metric is shown to be within its limit over ${requests} of the new version`;
  if (promotes) return `every guarded metric is shown to be no worse than allowed over ${requests} of the new version`;
  return `nothing speaks against the new version after ${requests} at this weight (evidence ${evidenceText(evidence)})`;
}

function traceOf({ trace, begunSeconds, lastInstantSeconds, evidence, polls }: State): readonly TracePoint[] {
  const points = Array.from({ length: trace.length / 3 }, (_, index) => ({
    instantSeconds: begunSeconds + (trace[3 * index] ?? 0),
    log10Evidence: trace[3 * index + 1] ?? 0,
    log10Promotion: trace[3 * index + 2] ?? 0,
  }));
  const last = points.at(-1);
  if (polls === 0 || last?.instantSeconds === lastInstantSeconds) return points;
  // The newest poll is always there, since that is where a line crosses.
  return [
    ...points,
    { instantSeconds: lastInstantSeconds, log10Evidence: evidence / Math.LN10, log10Promotion: last?.log10Promotion ?? 0 },
  ];
}
