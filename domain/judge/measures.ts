/**
 * What is measured: the streams of events that a service's objectives ask for, each with its tolerance, margin
 * and dispersion. Decided before the first poll, from the catalog and the stable version's history alone.
 */
import type { Objectives, QualityMetric } from '../catalog.ts';
import type { ArmIncrement, Count } from './counters.ts';
import { kappaUnknown } from './dispersion.ts';
import type { Calibration } from './judge.ts';
import { edgeFor, latencyEdges, latencyName, slowerThan } from './latency.ts';
import type { OneSamplePlan } from './one-sample.ts';
import type { TablePlan } from './table.ts';

export type Family = 'errors' | 'latency' | 'quality';

/** How its events are read from an increment. */
export type Source =
  | { readonly family: 'errors' }
  | { readonly family: 'latency'; readonly edgeSeconds: number }
  /** `edge`: of a histogram, whose counter counts what lies above; `below`: the events are the others. */
  | { readonly family: 'quality'; readonly counter: string; readonly edge: number | null; readonly below: boolean };

type QualitySource = Extract<Source, { readonly family: 'quality' }>;

/** Its name among an increment's quality counters. */
export const counterOf = ({ counter, edge }: QualitySource): string => (edge === null ? counter : `${counter} ${edge}`);

/** Above and below an edge are one history: the share is the other's rest, the dispersion the same. */
const historyName = (source: Source): string => (source.family === 'quality' ? counterOf(source) : metricOf(source));

/** A comparison with the stable version. */
export interface Measure extends TablePlan {
  readonly source: Source;
  /** Promotion needs it. */
  readonly guarded: boolean;
  /** So much more than the stable version's share is allowed too, where a ratio alone would never be shown; `null`: the ratio alone. */
  readonly slackShare: number | null;
}

/** The stable version's share of a stream's events before the comparison, where history has it. */
export function historyShare({ source }: Measure, { metrics }: Calibration): number | null {
  const share = metrics[historyName(source)]?.stableShare ?? null;
  return share !== null && source.family === 'quality' && source.below ? 1 - share : share;
}

/** As people see it: `errors`, `latency 250ms`, `drift`, `score above 0.5`. */
export function metricOf(source: Source): string {
  switch (source.family) {
    case 'errors':
      return 'errors';
    case 'latency':
      return latencyName(source.edgeSeconds);
    case 'quality':
      return source.edge === null ? source.counter : `${source.counter} ${source.below ? 'below' : 'above'} ${source.edge}`;
  }
}

/** A limit that holds without a stable version. */
export interface Limit extends OneSamplePlan {
  readonly source: Source;
}

/**
 * Tables that latency gets at most. Each costs the others nothing but its share of the evidence, log(8) = 2.1
 * nats for not knowing which quantile moves.
 */
const latencyTablesMax = 8;
/** A tenth of a point more is nothing to act on, whatever the ratio: the margin of errors where a team sets none. */
const qualitySlackShare = 0.001;

/** What a team has set by hand is what it means, whatever history says. */
const kappaOf = ({ dispersion }: Objectives, { metrics }: Calibration, name: string): number =>
  short(Math.max(1, dispersion === 'auto' ? (metrics[name]?.kappa ?? kappaUnknown) : dispersion));

/** Three decimals of a ratio or a κ: nobody knows more of them, and a state has many. */
const short = (value: number): number => Number(value.toFixed(3));

export function errorMeasure(objectives: Objectives, calibration: Calibration): Measure {
  const { toleranceRatio, marginRatio, marginPoints } = objectives.errors;
  return {
    source: { family: 'errors' },
    guarded: true,
    toleranceRatio,
    marginRatio,
    slackShare: marginPoints / 100,
    kappa: kappaOf(objectives, calibration, 'errors'),
  };
}

export const qualityMeasures = (objectives: Objectives, calibration: Calibration): readonly Measure[] =>
  objectives.quality.flatMap((metric) =>
    sourcesOf(metric).map(
      (source): Measure => ({
        source,
        guarded: true,
        toleranceRatio: metric.toleranceRatio,
        marginRatio: metric.marginRatio,
        slackShare: qualitySlackShare,
        kappa: kappaOf(objectives, calibration, historyName(source)),
      }),
    ),
  );

/** A drift either way is two streams: more above an edge, and more below it. */
function sourcesOf(metric: QualityMetric): readonly Source[] {
  const { name } = metric;
  if (metric.kind === 'counters') return [{ family: 'quality', counter: name, edge: null, below: false }];
  const belows = metric.worse === 'both' ? [false, true] : [metric.worse === 'below'];
  return metric.edges.flatMap((edge) => belows.map((below): Source => ({ family: 'quality', counter: name, edge, below })));
}

/** Known only with the first histogram: its edges are names, not data, so that this is still decided in advance. */
export const latencyMeasures = (objectives: Objectives, calibration: Calibration, edgesSeconds: readonly number[]): readonly Measure[] =>
  latencyEdges(objectives, calibration, edgesSeconds, latencyTablesMax).map(
    (edge): Measure => ({
      source: { family: 'latency', edgeSeconds: edge.edgeSeconds },
      guarded: edge.guarded,
      toleranceRatio: short(edge.toleranceRatio),
      marginRatio: edge.guarded ? short(edge.marginRatio) : null,
      slackShare: edge.guarded ? edge.slackShare : null,
      kappa: kappaOf(objectives, calibration, latencyName(edge.edgeSeconds)),
    }),
  );

export const errorLimit = (objectives: Objectives, calibration: Calibration): Limit => ({
  source: { family: 'errors' },
  limitShare: openShare(objectives.errors.limitPercent),
  kappa: kappaOf(objectives, calibration, 'errors'),
});

export function latencyLimit(objectives: Objectives, calibration: Calibration, edgesSeconds: readonly number[]): Limit {
  const edgeSeconds = edgesSeconds[edgeFor(objectives.latency.limitMs / 1000, edgesSeconds)] ?? 0;
  return {
    source: { family: 'latency', edgeSeconds },
    limitShare: openShare(objectives.latency.limitPercent),
    kappa: kappaOf(objectives, calibration, latencyName(edgeSeconds)),
  };
}

/** A limit of 100 % allows everything; the likelihood of a share needs a little room above it. */
const openShare = (percent: number): number => Math.min(percent / 100, 1 - 1e-6);

const nothing: Count = { events: 0, of: 0 };

/** Nothing where this increment does not have the edge or the counter. Never more events than there was of everything. */
export function countOf(source: Source, arm: ArmIncrement, edgesSeconds: readonly number[]): Count {
  switch (source.family) {
    case 'errors':
      return { events: Math.min(arm.errors, arm.requests), of: arm.requests };
    case 'latency': {
      const edge = edgesSeconds.indexOf(source.edgeSeconds);
      return edge === -1 ? nothing : slowerThan(arm, edge);
    }
    case 'quality': {
      const count = arm.quality[counterOf(source)];
      if (count === undefined) return nothing;
      const events = Math.min(count.events, count.of);
      return { events: source.below ? count.of - events : events, of: count.of };
    }
  }
}
