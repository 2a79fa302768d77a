/**
 * Kayenta's default judge (NetflixACAJudge) on one value a minute.
 *
 * Source: spinnaker/kayenta at a69573b, `docs/canary-config.md`; spinnaker.io, "How canary judgment works" and
 * "Best practices for configuring canary" (a step of 60 s, at least 50 points); `kayenta-judge/` for the
 * classifier, `kayenta-standalone-canary-analysis/` for repeated judgements.
 *
 * A metric is High when the lower end of a 98 % Mann-Whitney interval for the shift is above a quarter of the
 * estimated shift, and the ratio of means is at least `allowedIncrease`. Both constants are in the code. A
 * minute without requests has no value and is left out. A test that cannot be computed counts for nothing, and
 * a group in which nothing counts scores 100. Each judgement has to score above `marginal`, the last one `pass`.
 * A request weighs nothing here: 60 points are 60 points at 10 or at 10,000 requests a second.
 */
import { shiftOf } from './mann-whitney.ts';
import { type PeerDecision, type PeerRule, type PeerTraffic, ticksOf, undecided, type Window, windowOf } from './peer.ts';

export interface KayentaOptions {
  readonly name: string;
  /** Errors in percent of requests (kind to it: shares are near the solver's tolerance), or as a count a minute. */
  readonly errors: 'percent' | 'count' | null;
  readonly p99: boolean;
  readonly lifetimeSeconds: number;
  /** `null`: one judgement at the end of the lifetime. Each looks at everything since the start. */
  readonly intervalSeconds: number | null;
  readonly marginal: number;
  readonly pass: number;
  readonly allowedIncrease: number;
}

/** An hour, as the best practices advise at the least, judged once; thresholds of the documentation's example. */
const once: KayentaOptions = {
  name: 'Kayenta, one judgement at 60 min',
  errors: 'percent',
  p99: true,
  lifetimeSeconds: 3600,
  intervalSeconds: null,
  marginal: 75,
  pass: 95,
  allowedIncrease: 1,
};

export function kayenta(overrides: Partial<KayentaOptions> = {}): PeerRule {
  const options = { ...once, ...overrides };
  return {
    name: options.name,
    source: 'spinnaker/kayenta, docs/canary-config.md and kayenta-judge',
    decide: (traffic) => decide(traffic, options),
  };
}

/** The default step: one point a minute. */
const stepSeconds = 60;
const tolerance = 0.25;

export type Classification = 'Pass' | 'High' | 'Nodata' | 'Error';

interface Metric {
  readonly name: string;
  /** NaN: no value in this minute. */
  readonly valueOf: (minute: Window) => number;
}

interface Minute {
  readonly endSeconds: number;
  readonly stable: Window | null;
  readonly canary: Window | null;
}

function decide(traffic: PeerTraffic, options: KayentaOptions): PeerDecision {
  const minutes = ticksOf(traffic, stepSeconds).map((endSeconds) => minuteOf(traffic, endSeconds));
  const overSeconds = traffic.startSeconds + options.lifetimeSeconds;
  for (const atSeconds of ticksOf(traffic, options.intervalSeconds ?? options.lifetimeSeconds)) {
    const { score, reason } = judge(
      minutes.filter(({ endSeconds }) => endSeconds <= atSeconds),
      options,
    );
    if (score <= options.marginal) return { kind: 'rollback', atSeconds, reason };
    if (atSeconds >= overSeconds) return { kind: score >= options.pass ? 'promote' : 'rollback', atSeconds, reason };
  }
  return undecided(traffic);
}

const minuteOf = ({ polls }: PeerTraffic, endSeconds: number): Minute => ({
  endSeconds,
  stable: windowOf(polls, 'stable', endSeconds - stepSeconds, endSeconds),
  canary: windowOf(polls, 'canary', endSeconds - stepSeconds, endSeconds),
});

/** Each metric is a group of its own, and the groups weigh the same. */
function judge(minutes: readonly Minute[], options: KayentaOptions): { readonly score: number; readonly reason: string } {
  const verdicts = metricsOf(options).map(({ name, valueOf }) => {
    const values = (arm: 'stable' | 'canary') => minutes.flatMap((minute) => minute[arm] ?? []).map(valueOf);
    return { name, verdict: classify(values('stable'), values('canary'), options.allowedIncrease) };
  });
  return {
    score: scoreOf(verdicts.map(({ verdict }) => verdict)),
    reason: verdicts.map(({ name, verdict }) => `${name}: ${verdict}`).join(', '),
  };
}

const metricsOf = ({ errors, p99 }: KayentaOptions): readonly Metric[] => [
  ...(errors === null
    ? []
    : [{ name: 'errors', valueOf: (minute: Window) => (errors === 'count' ? minute.errors : (100 * minute.errors) / minute.requests) }]),
  ...(p99 ? [{ name: 'p99', valueOf: (minute: Window) => minute.p99Seconds * 1000 }] : []),
];

/** A metric in the direction "increase", with NaN values removed, as is the default. */
export function classify(control: readonly number[], experiment: readonly number[], allowedIncrease: number): Classification {
  const [baseline, canary] = [control, experiment].map((values) => values.filter((value) => !Number.isNaN(value)));
  if (baseline === undefined || canary === undefined || baseline.length === 0 || canary.length === 0) return 'Nodata';
  if (sameValues(baseline, canary) || new Set([...baseline, ...canary]).size === 1) return 'Pass';
  const shift = shiftOfMetric(canary, baseline);
  if (shift === null) return 'Error';
  const ratio = mean(canary) / mean(baseline);
  // A ratio that cannot be computed is ignored: a mean of zero is no reason to let the canary pass.
  const increased = mean(baseline) === 0 || mean(canary) === 0 || ratio >= allowedIncrease;
  return shift.low > tolerance * Math.abs(shift.estimate) && increased ? 'High' : 'Pass';
}

/** Two constants are all ties; Kayenta adds noise of 1e-5 of the value then, which leaves their difference. */
function shiftOfMetric(canary: readonly number[], baseline: readonly number[]) {
  const constant = new Set(canary).size === 1 && new Set(baseline).size === 1;
  const difference = (canary[0] ?? 0) - (baseline[0] ?? 0);
  return constant ? { low: difference, high: difference, estimate: difference } : shiftOf(canary, baseline);
}

/** 0 when half of the metrics have no data; otherwise the share that passed, where a metric in error passes. */
function scoreOf(verdicts: readonly Classification[]): number {
  if (verdicts.filter((verdict) => verdict === 'Nodata').length * 2 >= verdicts.length) return 0;
  return (100 * verdicts.filter((verdict) => verdict !== 'High').length) / verdicts.length;
}

function sameValues(a: readonly number[], b: readonly number[]): boolean {
  const sorted = b.toSorted((x, y) => x - y);
  return a.length === b.length && a.toSorted((x, y) => x - y).every((value, index) => value === sorted[index]);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
