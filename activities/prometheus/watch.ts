/**
 * A slice of the watch: finds out how to look, looks instant by instant, asks the judge, and gives back its state,
 * its verdict and what was counted. Everything that another attempt needs is in the heartbeat.
 */
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { Judge, JudgeState, Verdict } from '../../domain/judge/judge.ts';
import { completeObjectives } from '../../domain/objectives.ts';
import type { MetricsPort, WatchSlice } from '../../domain/ports.ts';
import { failure, isFailure } from '../failure.ts';
import type { BlobStore } from '../tool/store.ts';
import type { createCalibrator } from './calibration.ts';
import type { MetricsSource } from './query.ts';
import { createReader, lastInstant, nowSeconds } from './reader.ts';
import type { Watched } from './sample.ts';
import { storeCounts } from './slice-counts.ts';
import { scrapeSpacing } from './spacing.ts';
import { progressOf, rest } from './waiting.ts';

type WatchInput = Parameters<MetricsPort['watchCanary']>[0];

export interface WatchTools {
  readonly rule: Judge;
  readonly calibrate: ReturnType<typeof createCalibrator>;
  readonly store: Pick<BlobStore, 'put'>;
  readonly source: MetricsSource;
  /** Whether Prometheus has answered anything yet. */
  readonly answered: () => boolean;
}

/**
 * What a workflow leaves out that began before it could say more. Such a comparison is one of an hour, as the
 * catalog's default is, and has to show what promotion needs.
 */
const unsaid = { labels: {}, promotes: true, deadline: false, plannedSeconds: 3600, weightPercent: 0 } as const;

/** A comparison under way. */
interface Slice {
  judge: JudgeState;
  /** The instant that this slice began at, and how far its instants are apart. */
  readonly fromSeconds: number;
  readonly stepSeconds: number;
}

interface Clock {
  readonly startedAtSeconds: number;
  /** The newest instant when the slice was started: an outage at its beginning is made up for from here. */
  readonly startInstantSeconds: number;
}

const watchProgress = z.object({
  startedAtSeconds: z.number(),
  startInstantSeconds: z.number().optional(),
  judge: z.looseObject({ version: z.number(), lastInstantSeconds: z.number() }).optional(),
  fromSeconds: z.number().optional(),
  stepSeconds: z.number().optional(),
});
type Progress = z.infer<typeof watchProgress>;

export async function watch(tools: WatchTools, given: WatchInput): Promise<WatchSlice> {
  const input = { ...unsaid, ...given, objectives: completeObjectives(given.objectives) };
  const watched: Watched = { ...input, quality: input.objectives.quality };
  const progress = progressOf(watchProgress);
  const clock = {
    startedAtSeconds: progress?.startedAtSeconds ?? nowSeconds(),
    startInstantSeconds: progress?.startInstantSeconds ?? lastInstant(input.pollSeconds),
  };
  const slice = resumed(progress) ?? (await begun(tools, input, watched, clock));
  const verdict = await look(tools, input, watched, clock, slice);
  return {
    judge: slice.judge,
    verdict,
    counts: await countsOf(tools, input, watched, slice, { ...clock, ...slice, verdict: briefly(verdict) }),
  };
}

/* ------------------------------------------------------------------ beginning */

/**
 * The plain rule's state, version 1, holds totals without the polls that evidence is made of: nothing can be made
 * of it, so the comparison begins anew. Any other version the judge refuses by itself.
 */
const continuable = (judge: JudgeState | null | undefined): JudgeState | null => (judge == null || judge.version === 1 ? null : judge);

function resumed(progress: Progress | undefined): Slice | null {
  const judge = continuable(progress?.judge);
  const { fromSeconds, stepSeconds } = progress ?? {};
  return judge === null || fromSeconds === undefined || stepSeconds === undefined ? null : { judge, fromSeconds, stepSeconds };
}

/** Tries until Prometheus answers, or the slice is over. */
async function begun(tools: WatchTools, input: WatchInput, watched: Watched, clock: Clock): Promise<Slice> {
  for (;;) {
    try {
      return await begin(tools, input, watched, clock);
    } catch (error) {
      if (!isFailure(error, 'metrics.unreachable')) throw error;
      const leftSeconds = clock.startedAtSeconds + input.atMostSeconds - nowSeconds();
      // A whole slice without one answer is more than a short outage: Temporal shows it, and tries again.
      if (leftSeconds <= 0) throw error;
      await rest(Math.min(input.pollSeconds, leftSeconds), clock);
    }
  }
}

async function begin({ rule, calibrate, source }: WatchTools, input: WatchInput, watched: Watched, clock: Clock): Promise<Slice> {
  const { prometheus, pollSeconds, objectives, plannedSeconds, promotes } = input;
  const { startInstantSeconds } = clock;
  const baseline = input.live !== null;
  const spacingSeconds = await scrapeSpacing(source, prometheus, watched, startInstantSeconds);
  const stepSeconds = Math.max(pollSeconds, spacingSeconds ?? pollSeconds);
  const before = continuable(input.judge);
  if (before !== null && !input.nextStep) return { judge: before, fromSeconds: before.lastInstantSeconds, stepSeconds };
  if (before !== null) {
    // One instant ahead: scrapes until then may hold requests of the old weight.
    const fromSeconds = startInstantSeconds + stepSeconds;
    return { judge: rule.nextStep(before, { instantSeconds: fromSeconds, promotes, baseline }), fromSeconds, stepSeconds };
  }
  const calibration = await calibrate({
    prometheus,
    watched,
    dispersion: objectives.dispersion,
    stepSeconds,
    untilSeconds: startInstantSeconds,
    onProgress: () => Context.current().heartbeat(clock),
  });
  const judge = rule.begin({ objectives, baseline, instantSeconds: startInstantSeconds, plannedSeconds, calibration, promotes });
  return { judge, fromSeconds: startInstantSeconds, stepSeconds };
}

/* -------------------------------------------------------------------- looking */

/** Until there is a verdict that ends the slice, or its time is over. `slice.judge` is then up to date. */
async function look(
  { rule, source, answered }: WatchTools,
  input: WatchInput,
  watched: Watched,
  clock: Clock,
  slice: Slice,
): Promise<Verdict> {
  const counters = createReader({
    source,
    prometheus: input.prometheus,
    watched,
    fromSeconds: slice.judge.lastInstantSeconds,
    stepSeconds: slice.stepSeconds,
    needs: input.live === null ? ['canary'] : ['canary', 'stable'],
  });
  for (;;) {
    const trouble = await counters.readDue((increment) => {
      slice.judge = rule.observe(slice.judge, increment);
      const verdict = rule.verdict(slice.judge);
      Context.current().heartbeat({ ...clock, ...slice, verdict: briefly(verdict) });
      return verdict.kind === 'fail' ? 'stop' : 'go on';
    });
    const because = trouble ?? counters.whySilent();
    const verdict = unlessSilent(rule.verdict(slice.judge), because);
    const elapsedSeconds = nowSeconds() - clock.startedAtSeconds;
    if (verdict.kind === 'fail' || (verdict.kind === 'pass' && elapsedSeconds >= input.minimumSeconds)) return verdict;
    if (elapsedSeconds >= input.atMostSeconds) {
      if (!answered()) throw failure('metrics.unreachable', trouble ?? 'Prometheus did not answer');
      return input.deadline && verdict.kind === 'not enough' && because === null ? rule.verdict(slice.judge, true) : verdict;
    }
    const seconds = Math.min(counters.secondsToNext(), input.atMostSeconds - elapsedSeconds);
    await rest(seconds, { ...clock, ...slice, verdict: briefly(verdict) });
  }
}

/** What passed before says nothing about now: while there is no data, there is no pass. */
function unlessSilent(verdict: Verdict, because: string | null): Verdict {
  return verdict.kind === 'pass' && because !== null ? { ...verdict, kind: 'not enough', reason: because } : verdict;
}

/** A heartbeat has to stay below 32 KiB with the judge's state, which may be 16: a third of the points draws the same line. */
const tracePointsMax = 20;

function briefly(verdict: Verdict): Verdict {
  const every = Math.ceil(verdict.trace.length / tracePointsMax);
  // Counted from the end, so that the newest point is always there.
  return { ...verdict, trace: verdict.trace.filter((_, index) => (verdict.trace.length - 1 - index) % every === 0) };
}

async function countsOf({ source, store }: WatchTools, input: WatchInput, watched: Watched, slice: Slice, details: unknown) {
  const { fromSeconds, stepSeconds } = slice;
  const toSeconds = slice.judge.lastInstantSeconds;
  if (toSeconds <= fromSeconds) return null;
  return await storeCounts(
    { source, store },
    {
      prometheus: input.prometheus,
      watched,
      weightPercent: input.weightPercent,
      grid: { fromSeconds, toSeconds, stepSeconds },
      onProgress: () => Context.current().heartbeat(details),
    },
  );
}
