/**
 * What the stable version does by itself, for a judgement of the past: from its own past, if there is any.
 *
 * A recording rarely holds a day before the release. Then the stable version's own pods during the recording
 * take its place: how much they differ from each other says nothing about the new one. Live nobody could know
 * that in advance, so the report says that it is hindsight.
 */
import { createHistory, type HistoryPoll, historyPollsMin, historyRequestsMin, withoutKappa } from '../domain/judge/dispersion.ts';
import type { Calibration } from '../domain/judge/judge.ts';
import type { Poll } from './recording.ts';

export interface Calibrated {
  readonly calibration: Calibration;
  /** For people: where it comes from. */
  readonly source: string;
}

/** Hindsight is what there is: from an hour at a poll a minute on it is better than no idea. */
const recordingPollsMin = 60;

export function calibrated(history: readonly Poll[], before: readonly Poll[], during: readonly Poll[]): Calibrated {
  return (
    from(history, historyPollsMin, 'the history that was given') ??
    from(before, historyPollsMin, 'the live version before the new one came') ??
    from(during, recordingPollsMin, 'the live version in the same recording, which is hindsight') ?? {
      calibration: { from: 'none', windowSeconds: 0, polls: 0, metrics: {} },
      source: 'nothing: careful defaults',
    }
  );
}

function from(polls: readonly Poll[], pollsMin: number, source: string): Calibrated | undefined {
  const requests = polls.reduce((sum, { increment }) => sum + increment.stable.requests, 0);
  if (requests < historyRequestsMin) return undefined;
  const history = createHistory();
  for (const poll of historyPolls(polls)) history.add(poll);
  const [first, last] = [polls[0], polls.at(-1)];
  const calibration = history.calibration((last?.increment.instantSeconds ?? 0) - (first?.increment.instantSeconds ?? 0));
  return polls.length >= pollsMin
    ? { calibration, source }
    : { calibration: withoutKappa(calibration), source: `${source}; its ${polls.length} polls are too few for κ` };
}

/**
 * Pods of one poll against each other. A version with one pod has none to compare: two polls that follow each
 * other take their place, and a drift from one to the next then counts as dispersion, which errs to the careful side.
 */
function historyPolls(polls: readonly Poll[]): readonly HistoryPoll[] {
  const busy = polls.map(({ increment, stablePods }) => ({
    edgesSeconds: increment.edgesSeconds,
    pods: stablePods.filter(({ requests }) => requests > 0),
  }));
  if (busy.some(({ pods }) => pods.length > 1)) return busy;
  return pairsOf(busy.filter(({ pods }) => pods.length > 0)).flatMap(([one, two]) =>
    String(one.edgesSeconds) === String(two.edgesSeconds) ? [{ edgesSeconds: one.edgesSeconds, pods: [...one.pods, ...two.pods] }] : [],
  );
}

const pairsOf = <T>(values: readonly T[]): readonly (readonly [T, T])[] =>
  values.flatMap((value, index) => {
    const next = values[index + 1];
    return index % 2 === 0 && next !== undefined ? [[value, next] as const] : [];
  });
