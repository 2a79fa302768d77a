/**
 * Objectives as a team writes them. Defaults come from the domain. A value that would make the judge useless or
 * its promises false is refused here, with what would be right: nobody finds out in the middle of a release.
 */
import { z } from 'zod';
import type { Objectives, QualityMetric } from '../../domain/catalog.ts';
import { defaultObjectives, defaultQualityRatios, defaultWeights } from '../../domain/objectives.ts';

const { errors, latency, risk, dispersion, minimumRequests } = defaultObjectives;

export const metricName = z.string().regex(/^[a-zA-Z_:][\w:]*$/, 'the name of a Prometheus metric');

const percent = z.number().gt(0, 'more than 0 percent').lte(100, 'at most 100 percent');
/** Ten times is not a question of statistics any more; the judge's alternatives go up to 32 times. */
const ratioMax = 10;
const ratio = z.number().min(1, 'at least 1: the old version itself').max(ratioMax, `at most ${ratioMax} times`);
const ascending = (edges: readonly number[]) => edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? edge));

type Pair<Tolerance extends string, Margin extends string> = Readonly<Record<Tolerance | Margin, number>>;

/** Between "no different" and "too bad" lies what is neither; without room there, nothing good can ever be shown. */
const roomBetween = <Tolerance extends string, Margin extends string>(tolerance: Tolerance, margin: Margin) =>
  z.refine<Pair<Tolerance, Margin>>((pair) => pair[margin] > pair[tolerance], {
    path: [margin],
    error: ({ input }) =>
      `more than ${tolerance}, ${(input as Pair<Tolerance, Margin>)[tolerance]}: a new version that is as good as the old one could never show it`,
  });

const errorObjectives = z
  .strictObject({
    toleranceRatio: ratio.default(errors.toleranceRatio),
    marginRatio: ratio.default(errors.marginRatio),
    marginPoints: percent.default(errors.marginPoints),
    limitPercent: percent.default(errors.limitPercent),
  })
  .check(roomBetween('toleranceRatio', 'marginRatio'));

/** As many as are judged; further edges would be followed and never decide. */
const guardedMax = 8;

const guardedBucketsMs = z.union([
  z
    .array(z.number().positive('more than 0 milliseconds'), 'auto, or a list of bucket edges in milliseconds')
    .min(1, 'auto, or at least one edge')
    .max(guardedMax, `at most ${guardedMax} edges`)
    .refine(ascending, 'edges that rise, each once'),
  z.literal('auto'),
]);

const latencyObjectives = z
  .strictObject({
    guardedBucketsMs: guardedBucketsMs.default(latency.guardedBucketsMs as 'auto'),
    toleranceFactor: ratio.default(latency.toleranceFactor),
    marginFactor: ratio.default(latency.marginFactor),
    limitPercent: percent.default(latency.limitPercent),
    limitMs: z.number().positive('more than 0 milliseconds').default(latency.limitMs),
  })
  .check(roomBetween('toleranceFactor', 'marginFactor'));

/** In verdicts, files of counts and plots it stands beside these. */
const qualityName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes, beginning with a letter')
  .max(40, 'at most 40 characters')
  .refine((text) => !['errors', 'latency'].includes(text), 'another name than errors and latency, which are judged anyway');

const qualityRatios = {
  toleranceRatio: ratio.default(defaultQualityRatios.toleranceRatio),
  marginRatio: ratio.default(defaultQualityRatios.marginRatio),
};

const qualityMetric = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('counters'), name: qualityName, events: metricName, of: metricName, ...qualityRatios }),
    z.strictObject({
      kind: z.literal('histogram'),
      name: qualityName,
      series: metricName,
      edges: z.array(z.number()).min(1, 'at least one edge').refine(ascending, 'edges that rise, each once'),
      worse: z.enum(['above', 'below', 'both']),
      ...qualityRatios,
    }),
  ])
  .check(roomBetween('toleranceRatio', 'marginRatio'));

/** The judge's state has to fit a heartbeat; each table of it is about a kilobyte, and errors and latency have nine. */
const qualityTablesMax = 8;
const tablesOf = (metric: QualityMetric): number =>
  metric.kind === 'counters' ? 1 : metric.edges.length * (metric.worse === 'both' ? 2 : 1);

const quality = z
  .array(qualityMetric)
  .refine((metrics) => new Set(metrics.map(({ name }) => name)).size === metrics.length, 'each name once')
  .refine((metrics) => metrics.reduce((sum, metric) => sum + tablesOf(metric), 0) <= qualityTablesMax, {
    error: `at most ${qualityTablesMax} counts altogether: a pair of counters is one, a histogram one for each edge, and two with worse: both`,
  });

const share = z.number().min(0, 'at least 0').max(1, 'at most 1');
/** Thirds are not exact in decimals. */
const sumSlack = 1e-3;

const weights = z
  .strictObject({ errors: share, latency: share, quality: share.default(0) })
  .refine((all) => Math.abs(sumOf(all) - 1) <= sumSlack, {
    error: ({ input }) => `shares that sum to 1: these sum to ${Number(sumOf(input as Objectives['weights']).toFixed(6))}`,
  })
  .refine((all) => all.errors + all.latency > 0, 'errors or latency more than 0: at 100 % nothing else is judged');
const sumOf = (all: Objectives['weights']): number => all.errors + all.latency + all.quality;

/** Beyond a half, tossing a coin would be the better judge. */
const probability = z
  .number()
  .gt(0, 'more than 0: only evidence without end would be enough')
  .lte(0.5, 'at most 0.5: a coin is right as often');

const dispersionValue = z.union([
  z
    .number('auto, or a number of at least 1')
    .min(1, 'auto, or at least 1, which is requests that do not depend on each other')
    .max(1000, 'at most 1000'),
  z.literal('auto'),
]);

export const objectives = z
  .strictObject({
    errors: errorObjectives.prefault({}),
    latency: latencyObjectives.prefault({}),
    quality: quality.default([]),
    weights: weights.optional(),
    risk: z.strictObject({ rollback: probability.default(risk.rollback), promote: probability.default(risk.promote) }).prefault({}),
    dispersion: dispersionValue.default(dispersion as 'auto'),
    minimumRequests: z.int().positive().default(minimumRequests),
  })
  .refine((all) => all.weights === undefined || all.quality.length > 0 || all.weights.quality === 0, {
    path: ['weights', 'quality'],
    error: '0, since there are no quality metrics: their share could never speak against a new version',
  })
  .refine((all) => all.weights === undefined || all.quality.length === 0 || all.weights.quality > 0, {
    path: ['weights', 'quality'],
    error: 'more than 0, since there are quality metrics: without a share none of them could roll a version back',
  })
  .transform((all): Objectives => {
    const given = all.weights ?? defaultWeights(all.quality.length > 0);
    const sum = sumOf(given);
    // What was rounded when it was written sums to 1 when it is used.
    return { ...all, weights: { errors: given.errors / sum, latency: given.latency / sum, quality: given.quality / sum } };
  });
