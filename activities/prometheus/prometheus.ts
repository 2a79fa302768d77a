/**
 * The canary's metrics: raw counters at fixed instants, handed to the judge. Never a rate, never a guess:
 * an instant without data, or a Prometheus that does not answer, is "not enough to say".
 */
import { z } from 'zod';
import type { Judge } from '../../domain/judge/judge.ts';
import { statisticalJudge } from '../../domain/judge/statistical.ts';
import type { MetricsPort } from '../../domain/ports.ts';
import { failure } from '../failure.ts';
import type { BlobStore } from '../tool/store.ts';
import { createCalibrator } from './calibration.ts';
import { type MetricsSource, prometheusHttp } from './query.ts';
import { createReader, lastInstant, nowSeconds } from './reader.ts';
import { type Look, observeShare } from './share.ts';
import { progressOf, rest } from './waiting.ts';
import { watch } from './watch.ts';

/** What a workflow says that began before environments had labels. */
const unlabelled = { labels: {} };
/** Prometheus answers anew once a scrape; asking each second costs it milliseconds. */
const sharePollSeconds = 1;

export interface PrometheusDependencies {
  /** Where the raw counts of each slice go. */
  readonly store: Pick<BlobStore, 'put'>;
  readonly judge?: Judge;
  readonly source?: MetricsSource;
}

export function createPrometheusActivities({
  store,
  judge = statisticalJudge,
  source = prometheusHttp,
}: PrometheusDependencies): MetricsPort {
  const calibrate = createCalibrator(source);
  return {
    async awaitShare(given) {
      const input = { ...unlabelled, ...given };
      const startedAtSeconds = progressOf(shareProgress)?.startedAtSeconds ?? nowSeconds();
      const { source: asked, answered } = answering(source);
      const watched = { ...input, quality: [] };
      const fromSeconds = lastInstant(sharePollSeconds);
      // A version that is silent has no share: here that is an answer.
      const counters = createReader({
        source: asked,
        prometheus: input.prometheus,
        watched,
        fromSeconds,
        stepSeconds: sharePollSeconds,
        needs: [],
      });
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
          if (!answered()) throw failure('metrics.unreachable', trouble ?? 'Prometheus did not answer');
          return { kind: 'not observed', because: trouble ?? whyNotObserved(observed, input.weightPercent) };
        }
        await rest(Math.min(sharePollSeconds, leftSeconds), { startedAtSeconds });
      }
    },

    watchCanary: (input) => watch({ rule: judge, calibrate, store, ...answering(source) }, input),
  };
}

const shareProgress = z.object({ startedAtSeconds: z.number() });

/** The same source, and whether it has answered anything yet. */
function answering(source: MetricsSource): { readonly source: MetricsSource; readonly answered: () => boolean } {
  let hasAnswered = false;
  const noted = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer;
    hasAnswered = true;
    return value;
  };
  return {
    source: {
      instant: (...question) => noted(source.instant(...question)),
      range: (...question) => noted(source.range(...question)),
      scrapeTimes: (...question) => noted(source.scrapeTimes(...question)),
    },
    answered: () => hasAnswered,
  };
}

function whyNotObserved(observed: { readonly share: number; readonly requests: number } | undefined, weightPercent: number): string {
  if (observed === undefined) return `too few requests to see a share of ${weightPercent} %`;
  return `${(observed.share * 100).toFixed(1)} % of ${observed.requests} requests went to the new version, ${weightPercent} % should have`;
}
