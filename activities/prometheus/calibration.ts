/**
 * What the old version did before the new one came: how often its events happen and how much its requests depend
 * on each other, from its raw counters of the last 24 hours. Asked once when a judgement begins, and then frozen.
 *
 * It looks at polls like those of the watch, in chunks spread over the day. What Prometheus does not give, or not
 * in time, is left out; from too little nothing is estimated. It never looks at the new version.
 */
import { log } from '@temporalio/activity';
import type { Objectives } from '../../domain/catalog.ts';
import { type Sample, stableIncrements } from '../../domain/judge/counters.ts';
import { createHistory, historyPollsMin, historyRequestsMin, withoutKappa } from '../../domain/judge/dispersion.ts';
import type { Calibration } from '../../domain/judge/judge.ts';
import { isFailure } from '../failure.ts';
import type { Point, PointsAt } from './answers.ts';
import type { Grid, MetricsSource } from './query.ts';
import { nowSeconds } from './reader.ts';
import { advance, requestsSelector, sampleOf, selectorFor, type Watched } from './sample.ts';

/** A day: requests depend on each other differently at night. */
const windowSeconds = 24 * 3600;
/** κ from so many polls is right within a few percent, and Prometheus answers them within seconds. */
const pollsMax = 2000;
/** A version that came between two looks is younger by less than this than it seems. */
const lookSeconds = 900;
/** One question of an answer that fits in memory many times over: 100 polls of 200 pods are a few megabytes. */
const chunkPolls = 100;
/** The new version has traffic meanwhile: what has not come by then is left out. */
const budgetSeconds = 10;

const nothing: Calibration = { from: 'none', windowSeconds: 0, polls: 0, metrics: {} };

export interface CalibrationQuestion {
  readonly prometheus: string;
  readonly watched: Watched;
  readonly dispersion: Objectives['dispersion'];
  readonly stepSeconds: number;
  /** The judgement begins here: everything after it is left alone. */
  readonly untilSeconds: number;
  /** Called between two questions, so that the activity is heard from. */
  readonly onProgress: () => void;
}

/** An hour: the next release of a service, or the same one after a worker was lost, need not ask again. */
const keptSeconds = 3600;
/** A few kilobytes each; more services than this are rarely released by one worker within an hour. */
const keptMax = 200;

export function createCalibrator(source: MetricsSource): (question: CalibrationQuestion) => Promise<Calibration> {
  const kept = new Map<string, { readonly calibration: Calibration; readonly untilSeconds: number }>();

  const measuredOnce = async (question: CalibrationQuestion): Promise<Calibration> => {
    const { prometheus, watched, untilSeconds, stepSeconds } = question;
    if (watched.live === null) return nothing;
    const now = await source.instant(prometheus, selectorFor(watched, [watched.live]), untilSeconds);
    const releases = releasesOf(now);
    const key = JSON.stringify([prometheus, watched, releases, stepSeconds]);
    const known = kept.get(key);
    if (known !== undefined && known.untilSeconds > nowSeconds()) return known.calibration;
    const calibration = await measure(source, question, now, releases);
    kept.delete(key);
    // What is young is soon better known.
    if (calibration.polls >= historyPollsMin) kept.set(key, { calibration, untilSeconds: nowSeconds() + keptSeconds });
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    return calibration;
  };

  return async (question) => withDispersion(await measuredOnce(question), question.dispersion);
}

/** κ by hand; the old version's shares are still its history's. */
function withDispersion(calibration: Calibration, dispersion: Objectives['dispersion']): Calibration {
  if (dispersion === 'auto') return calibration;
  const metrics = Object.entries(calibration.metrics).map(([name, history]) => [name, { ...history, kappa: dispersion }] as const);
  return { ...calibration, from: 'catalog', polls: 0, metrics: Object.fromEntries(metrics) };
}

/** A slot holds one version after the other; the label says which is there now, where pods carry it. */
const releasesOf = (points: readonly Point[]): readonly string[] => [...new Set(points.map(releaseOf))].toSorted();
const releaseOf = ({ labels }: Point): string => labels['release'] ?? '';

async function measure(
  source: MetricsSource,
  { prometheus, watched, stepSeconds, untilSeconds, onProgress }: CalibrationQuestion,
  now: readonly Point[],
  releases: readonly string[],
): Promise<Calibration> {
  const selector = selectorFor(watched, watched.live === null ? [] : [watched.live]);
  const history = createHistory();
  let requests = 0;
  let oldestSeconds = untilSeconds;
  const giveUpAt = nowSeconds() + budgetSeconds;
  const read = async (asked: string, grid: Grid) => {
    onProgress();
    return nowSeconds() < giveUpAt ? await chunkOf(source, prometheus, asked, grid) : null;
  };
  const looks = await read(requestsSelector(watched), looksBefore(untilSeconds));
  const isThere = ({ points }: PointsAt) => points.some((point) => releases.includes(releaseOf(point)));
  const firstSeconds = looks?.find(isThere)?.instantSeconds ?? untilSeconds;
  const chunks = looks === null ? [] : chunksBefore(untilSeconds, untilSeconds - firstSeconds + lookSeconds, stepSeconds);
  for (const grid of chunks) {
    const instants = await read(selector, grid);
    if (instants === null) break;
    let previous: Sample | null = null;
    for (const { instantSeconds, points } of instants) {
      const sample = sampleOf(
        points.filter((point) => releases.includes(releaseOf(point))),
        watched,
        instantSeconds,
      );
      if (previous !== null && sample.stable.length > 0) {
        const step = advance(previous, sample);
        history.add({ edgesSeconds: sample.edgesSeconds, pods: stableIncrements(step.base, sample) });
        requests += step.increment.stable.requests;
        oldestSeconds = Math.min(oldestSeconds, previous.instantSeconds);
      }
      previous = previous === null ? sample : advance(previous, sample).previous;
    }
  }
  if (requests < historyRequestsMin) return fromCounters(now, watched, untilSeconds);
  const calibration = history.calibration(untilSeconds - oldestSeconds);
  return calibration.polls >= historyPollsMin ? calibration : withoutKappa(calibration);
}

/** A few looks over the day say since when the version is there: chunks from before would be empty. */
const looksBefore = (untilSeconds: number): Grid => ({
  fromSeconds: untilSeconds - windowSeconds,
  toSeconds: untilSeconds,
  stepSeconds: lookSeconds,
});

/** Over the last `withinSeconds`; the newest first, so that what is left out for want of time is the oldest. */
function chunksBefore(untilSeconds: number, withinSeconds: number, stepSeconds: number): readonly Grid[] {
  const seconds = Math.min(windowSeconds, withinSeconds);
  const chunkSeconds = chunkPolls * stepSeconds;
  const count = Math.max(1, Math.min(pollsMax / chunkPolls, Math.floor(seconds / chunkSeconds)));
  // On the watch's grid, so that a chunk's last instant is the judgement's first.
  const distanceSeconds = Math.floor(seconds / count / stepSeconds) * stepSeconds;
  return Array.from({ length: count }, (_, index) => {
    const toSeconds = untilSeconds - index * Math.max(distanceSeconds, chunkSeconds);
    return { fromSeconds: toSeconds - chunkSeconds, toSeconds, stepSeconds };
  });
}

/** `null`: Prometheus does not answer, or says that this is too much. A judgement can begin without. */
async function chunkOf(source: MetricsSource, prometheus: string, selector: string, grid: Grid) {
  try {
    return await source.range(prometheus, selector, grid);
  } catch (error) {
    if (!isFailure(error, 'metrics.unreachable', 'tool.rejected')) throw error;
    log.warn('some of the history was not read', { because: error.message, untilSeconds: grid.toSeconds });
    return null;
  }
}

/** Too young, or too quiet, for polls: what its pods have counted in all is the past of this version, too. */
function fromCounters(now: readonly Point[], watched: Watched, instantSeconds: number): Calibration {
  const { edgesSeconds, stable } = sampleOf(now, watched, instantSeconds);
  if (stable.reduce((sum, { requests }) => sum + requests, 0) < historyRequestsMin) return nothing;
  const history = createHistory();
  history.add({ edgesSeconds, pods: stable });
  return withoutKappa(history.calibration(0));
}
