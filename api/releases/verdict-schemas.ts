/** What the judge said, as answers: a verdict with all that it was made from, and what it was at each weight. */
import { z } from 'zod';
import type { Verdict } from '../../domain/judge/judge.ts';
import { type JudgedStep, judgedDecisions } from '../../domain/record.ts';

const count = z
  .object({ events: z.number(), of: z.number() })
  .meta({ id: 'Count', description: 'Of `of` requests, `events` were of the kind that is counted.' });

const totals = z.object({ requests: z.number(), errors: z.number(), p99Seconds: z.number().nullable() }).meta({ id: 'ArmTotals' });

const answer = z.enum(['pass', 'fail', 'not enough']);

const interval = z.object({
  low: z.number(),
  high: z.number().nullable().meta({ description: '`null`: without an upper bound.' }),
});

const metricReading = z
  .object({
    metric: z.string().meta({ example: 'latency 250ms' }),
    answer,
    guarded: z.boolean().meta({ description: 'Promotion needs its pass; the others only count against the new version.' }),
    canaryShare: z.number(),
    stableShare: z.number().nullable(),
    limitShare: z.number().meta({ description: 'What the margin allows, given the share of the old version.' }),
    canary: count,
    stable: count.nullable(),
    logEvidence: z.number().meta({ description: 'Natural logarithm of the e-value against the new version.' }),
    maxLogEvidence: z.number(),
    logPromotion: z.number().meta({ description: 'Natural logarithm of the e-value for "no worse than the margin".' }),
    oddsRatio: z
      .object({ estimate: z.number().nullable(), interval })
      .nullable()
      .meta({ description: 'New to old, with its 95 % confidence sequence.' }),
    toleranceOddsRatio: z.number().nullable().meta({ description: 'Up to here it is no regression.' }),
    kappa: z.number().meta({ description: 'How much requests depend on each other; evidence is divided by it.' }),
    crossedAtSeconds: z.number().nullable().meta({ description: 'Unix seconds at which its evidence went over the threshold.' }),
    missingRequests: z.number(),
    // Verdicts that were recorded before it was there are verdicts all the same.
    noticedWithin: z.number().nullable().default(null).meta({
      description: 'Requests of the new version within which ten times the old one’s events would be noticed, in 99 of 100 cases.',
    }),
  })
  .meta({ id: 'MetricReading' });

export const verdict = z
  .object({
    kind: answer,
    reason: z.string(),
    metrics: z.array(metricReading),
    canary: totals,
    stable: totals,
    logEvidence: z.number().meta({ description: 'Over all metrics; a rollback from `logRollbackAt` on.' }),
    logRollbackAt: z.number(),
    logPromoteAt: z.number(),
    calibration: z.object({ from: z.enum(['history', 'catalog', 'none']), windowSeconds: z.number(), polls: z.number() }),
    trace: z
      .array(z.object({ instantSeconds: z.number(), log10Evidence: z.number(), log10Promotion: z.number() }))
      .meta({ description: 'The evidence over time, thinned; logarithms to base 10.' }),
  })
  .meta({ id: 'Verdict' }) satisfies z.ZodType<Verdict>;

export interface JudgedWeight {
  readonly weightPercent: number;
  /** `null` while it is judged. */
  readonly decision: JudgedStep['decision'] | null;
  readonly at: string | null;
  readonly verdict: Verdict;
}

export interface ReleaseVerdict extends JudgedWeight {
  readonly releaseId: string;
  readonly steps: readonly JudgedWeight[];
}

const judgedWeight = z.object({
  weightPercent: z.number(),
  decision: z.enum(judgedDecisions).nullable().meta({ description: 'What followed; `null` while it is judged.' }),
  at: z.string().nullable().meta({ format: 'date-time', description: 'When it was decided.' }),
  verdict,
});

export const releaseVerdict = judgedWeight
  .extend({
    releaseId: z.string(),
    steps: z.array(judgedWeight).meta({ description: 'What it was at each weight, oldest first.' }),
  })
  .meta({
    id: 'ReleaseVerdict',
    description: 'The verdict that counts: the newest while it is judged; afterwards what rolled it back, or the last comparison.',
  }) satisfies z.ZodType<ReleaseVerdict>;

export const weightFilter = z.strictObject({
  weightPercent: z.coerce
    .number<string>()
    .int()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'The last verdict at this weight, instead of the one that counts.' }),
});
export type WeightFilter = z.infer<typeof weightFilter>;
