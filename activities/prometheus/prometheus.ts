/**
 * The canary's metrics: raw counters at fixed instants, handed to the judge. Never a rate, never a guess:
 * an instant without data, or a Prometheus that does not answer, is "not enough to say".
 *
 * Instants lie on a grid of the poll interval, so that a retry on another worker looks at the same ones.
 */
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { Increment, Sample } from '../../domain/judge/counters.ts';
import type { Judge, JudgeState, Verdict } from '../../domain/judge/judge.ts';
import { plainRule } from '../../domain/judge/rule.ts';
import type { MetricsPort, MetricsRef } from '../../domain/ports.ts';
import { failure, isFailure } from '../failure.ts';
import { type QueryInstant, queryInstant } from './query.ts';
import { advance, queryFor, sampleOf } from './sample.ts';
import { type Look, observeShare } from './share.ts';

/** A scrape is stored up to a second after its own time: behind that, an instant reads the same each time it is read. */
const lagSeconds = 1;
/** What a pod was last seen with is looked for this many instants back: longer than a few failed scrapes. */
const baseInstants = 6;
/** After an outage the instants missed are read, an hour of 6 s polls at most; what lies before is one increment. */
const missedInstantsMax = 600;
/** Prometheus answers anew once a scrape; asking each second costs it milliseconds. */
const sharePollSeconds = 1;
/** A quarter of the heartbeat time-out of a watch. */
const heartbeatSeconds = 5;

export interface PrometheusDependencies {
  readonly judge?: Judge;
  readonly query?: QueryInstant;
}

export function createPrometheusActivities({ judge: rule = plainRule, query = queryInstant }: PrometheusDependencies = {}): MetricsPort {
  return {
    async awaitShare(input) {
      const startedAtSeconds = progressOf(shareProgress)?.startedAtSeconds ?? nowSeconds();
      const counters = createReader(query, input, lastInstant(sharePollSeconds), sharePollSeconds);
      const looks: Look[] = [];
      for (;;) {
        const trouble = await counters.readDue(({ instantSeconds, canary, stable }) => {
          looks.push({ instantSeconds, candidate: canary.requests, live: stable.requests });
          return 'go on';
        });
        const observed = observeShare(looks, input.weightPercent);
        if (trouble === null && observed?.agrees === true) {
          return { kind: 'observed', sharePercent: observed.share * 100, requests: observed.requests };
        }
        const leftSeconds = startedAtSeconds + input.withinSeconds - nowSeconds();
        if (leftSeconds <= 0) {
          if (!counters.answered()) throw failure('metrics.unreachable', trouble ?? 'Prometheus did not answer');
          return { kind: 'not observed', because: trouble ?? whyNotObserved(observed, input.weightPercent) };
        }
        await rest(Math.min(sharePollSeconds, leftSeconds), { startedAtSeconds });
      }
    },

    async watchCanary(input) {
      const { pollSeconds } = input;
      const progress = progressOf(watchProgress);
      const startedAtSeconds = progress?.startedAtSeconds ?? nowSeconds();
      let judge = progress?.judge ?? beginOrGoOn(rule, input, lastInstant(pollSeconds));
      const counters = createReader(query, input, judge.lastInstantSeconds, pollSeconds);
      for (;;) {
        const trouble = await counters.readDue((increment) => {
          judge = rule.observe(judge, increment);
          const verdict = rule.verdict(judge);
          Context.current().heartbeat({ startedAtSeconds, judge, verdict });
          return verdict.kind === 'fail' ? 'stop' : 'go on';
        });
        const verdict = unlessSilent(rule.verdict(judge), trouble ?? counters.whySilent());
        const elapsedSeconds = nowSeconds() - startedAtSeconds;
        if (verdict.kind === 'fail' || (verdict.kind === 'pass' && elapsedSeconds >= input.minimumSeconds)) return { judge, verdict };
        if (elapsedSeconds >= input.atMostSeconds) {
          // A whole slice without one answer is more than a short outage: Temporal shows it, and tries again.
          if (!counters.answered()) throw failure('metrics.unreachable', trouble ?? 'Prometheus did not answer');
          return { judge, verdict };
        }
        await rest(Math.min(counters.secondsToNext(), input.atMostSeconds - elapsedSeconds), { startedAtSeconds, judge, verdict });
      }
    },
  };
}

function beginOrGoOn(rule: Judge, input: Parameters<MetricsPort['watchCanary']>[0], instantSeconds: number): JudgeState {
  if (input.judge === null) return rule.begin(input.objectives, input.live !== null, instantSeconds);
  return input.nextStep ? rule.nextStep(input.judge, instantSeconds) : input.judge;
}

/* ------------------------------------------------------------------ reading */

/** Reads one instant after the other and says what happened in between. */
function createReader(query: QueryInstant, input: MetricsRef, beginSeconds: number, stepSeconds: number) {
  let previous: Sample | null = null;
  let last = beginSeconds;
  let hasAnswered = false;
  let silentSince: number | null = null;

  const read = async (instantSeconds: number): Promise<Sample> => {
    const points = await query(input.prometheus, queryFor(input), instantSeconds);
    hasAnswered = true;
    const sample = sampleOf(points, input, instantSeconds);
    silentSince = sample.canary.length > 0 ? null : (silentSince ?? instantSeconds);
    return sample;
  };

  /** Of each pod what was last seen of it, at the beginning or a little before. */
  const readBase = async (): Promise<Sample> => {
    let base = await read(beginSeconds - (baseInstants - 1) * stepSeconds);
    for (let back = baseInstants - 2; back >= 0; back--) base = advance(base, await read(beginSeconds - back * stepSeconds)).previous;
    return base;
  };

  return {
    /** Whether there was any answer at all. */
    answered: () => hasAnswered,
    /** Why nothing good can be said: the newest instant has no data of the new version. */
    whySilent: () =>
      silentSince === null ? null : `no metrics of slot ${input.candidate} since ${new Date(silentSince * 1000).toISOString()}`,
    secondsToNext: () => {
      const seconds = last + stepSeconds + lagSeconds - nowSeconds();
      return seconds > 0 ? seconds : stepSeconds;
    },
    /** Every instant that is due, oldest first; answers why it could not go on. */
    async readDue(take: (increment: Increment) => 'go on' | 'stop'): Promise<string | null> {
      try {
        previous ??= await readBase();
        const newest = lastInstant(stepSeconds);
        last = Math.max(last, newest - missedInstantsMax * stepSeconds);
        while (last + stepSeconds <= newest) {
          const sample = await read(last + stepSeconds);
          const step = advance(previous, sample);
          previous = step.previous;
          last += stepSeconds;
          if (take(step.increment) === 'stop') break;
        }
        return null;
      } catch (error) {
        if (isFailure(error, 'metrics.unreachable')) return error.message;
        throw error;
      }
    },
  };
}

/** The newest instant of the grid that reads the same for ever. */
const lastInstant = (stepSeconds: number): number => Math.floor((nowSeconds() - lagSeconds) / stepSeconds) * stepSeconds;

const nowSeconds = (): number => Date.now() / 1000;

/* -------------------------------------------------------------------- saying */

/** What passed before says nothing about now: while there is no data, there is no pass. */
function unlessSilent(verdict: Verdict, because: string | null): Verdict {
  return verdict.kind === 'pass' && because !== null ? { ...verdict, kind: 'not enough', reason: because } : verdict;
}

function whyNotObserved(observed: { readonly share: number; readonly requests: number } | undefined, weightPercent: number): string {
  if (observed === undefined) return `too few requests to see a share of ${weightPercent} %`;
  return `${(observed.share * 100).toFixed(1)} % of ${observed.requests} requests went to the new version, ${weightPercent} % should have`;
}

/* ------------------------------------------------------------------ heartbeat */

const shareProgress = z.object({ startedAtSeconds: z.number() });
const judgeState = z.looseObject({ version: z.number(), lastInstantSeconds: z.number() });
const watchProgress = z.object({ startedAtSeconds: z.number(), judge: judgeState });

/** What an attempt before this one had found out; nothing where it was lost, and then it is found out again. */
function progressOf<T>(schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(Context.current().info.heartbeatDetails).data;
}

/** Sleeps and is heard from meanwhile; ends at once when the activity is cancelled. */
async function rest(seconds: number, details: unknown): Promise<void> {
  const activity = Context.current();
  for (let left = seconds; left > 0; left -= heartbeatSeconds) {
    activity.heartbeat(details);
    await activity.sleep(Math.min(left, heartbeatSeconds) * 1000);
  }
}
