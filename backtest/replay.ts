/**
 * The judge on a recording, poll by poll, as it would have been asked then. A rollback ends it. A weight lasts as
 * long as it was recorded, so that a promotion needs a pass that still holds at the end of the last weight under
 * 100 %. Without an answer the end of the recording is the deadline, with the look that belongs to it.
 */
import type { Objectives } from '../domain/catalog.ts';
import type { Judge, Verdict } from '../domain/judge/judge.ts';
import type { Calibrated } from './calibrate.ts';
import type { Poll, Polls } from './recording.ts';

export interface ReplayedStep {
  /** `null` where the recording does not say. */
  readonly weightPercent: number | null;
  readonly fromSeconds: number;
  /** Since when it had shown enough to go on, until the weight ended; `null`: it had not. */
  readonly passedAtSeconds: number | null;
}

export interface Replay {
  readonly verdict: Verdict;
  readonly startSeconds: number;
  /** When it was rolled back, or had shown enough to be promoted; else the end of the recording. */
  readonly instantSeconds: number;
  /** The metric that decided, or that most is missing of. */
  readonly metric: string | null;
  readonly weightPercent: number | null;
  readonly steps: readonly ReplayedStep[];
  readonly calibrated: Calibrated;
}

export interface Terms {
  readonly objectives: Objectives;
  /** How long a comparison may take at most; a longer recording is taken as planned. */
  readonly plannedSeconds: number;
}

interface Step {
  readonly weightPercent: number | null;
  readonly fromSeconds: number;
  readonly promotes: boolean;
  readonly baseline: boolean;
  passedAtSeconds: number | null;
  verdict: Verdict | null;
}

export function replay(judge: Judge, polls: Polls, calibrated: Calibrated, terms: Terms): Replay {
  const { startSeconds, during } = polls;
  const endSeconds = during.at(-1)?.increment.instantSeconds ?? startSeconds;
  const kindOf = stepKinds(polls);
  let step = stepAt(kindOf, polls.startWeightPercent, startSeconds);
  const steps = [step];
  let state = judge.begin({
    objectives: terms.objectives,
    baseline: step.baseline,
    instantSeconds: startSeconds,
    plannedSeconds: Math.max(terms.plannedSeconds, endSeconds - startSeconds),
    calibration: calibrated.calibration,
    promotes: step.promotes,
  });
  const answer = (verdict: Verdict, instantSeconds: number): Replay => ({
    verdict,
    startSeconds,
    instantSeconds,
    metric: metricOf(verdict),
    weightPercent: step.weightPercent,
    steps: steps.map(({ weightPercent, fromSeconds, passedAtSeconds }) => ({ weightPercent, fromSeconds, passedAtSeconds })),
    calibrated,
  });

  for (const poll of during) {
    const { instantSeconds } = poll.increment;
    if (poll.isMixed) {
      step = stepAt(kindOf, poll.weightPercent, instantSeconds);
      steps.push(step);
      state = judge.nextStep(state, { instantSeconds, promotes: step.promotes, baseline: step.baseline });
      continue;
    }
    state = judge.observe(state, poll.increment);
    const verdict = judge.verdict(state);
    if (verdict.kind === 'fail') return answer(verdict, instantSeconds);
    const passes = verdict.kind === 'pass' && hasSpoken(poll, step);
    step.passedAtSeconds = passes ? (step.passedAtSeconds ?? instantSeconds) : null;
    step.verdict = verdict;
  }
  return ending(steps, answer, () => judge.verdict(state, true), endSeconds);
}

/** What passed before says nothing about now: a version that is silent passes nothing. */
const hasSpoken = ({ seen }: Poll, { baseline }: Step): boolean => seen.canary && (seen.stable || !baseline);

function ending(
  steps: readonly Step[],
  answer: (verdict: Verdict, instantSeconds: number) => Replay,
  lastLook: () => Verdict,
  endSeconds: number,
): Replay {
  // 100 % after a comparison can only take a release back: what promoted it was the comparison.
  const compared = steps.some(({ baseline }) => baseline);
  const deciding = steps.findLast(({ baseline }) => baseline === compared);
  if (deciding?.promotes === true && deciding.passedAtSeconds !== null && deciding.verdict !== null)
    return answer(deciding.verdict, deciding.passedAtSeconds);
  // The risk of the last look belongs to the watch at 100 % once a release has got there.
  const reachedTheEnd = compared && steps.at(-1)?.baseline === false;
  const last = reachedTheEnd ? deciding?.verdict : null;
  return answer(last ?? lastLook(), endSeconds);
}

/* ----------------------------------------------------------------- weights */

interface StepKinds {
  readonly hasStable: boolean;
  /** The last weight under 100 %: there promotion has to be shown. */
  readonly lastPercent: number;
}

function stepKinds({ during, startWeightPercent }: Polls): StepKinds {
  const weights = [startWeightPercent, ...during.map(({ weightPercent }) => weightPercent)];
  return {
    hasStable: during.some(({ increment, seen }) => seen.stable && increment.stable.requests > 0),
    lastPercent: Math.max(...weights.flatMap((weight) => (weight === null || weight >= 100 ? [] : [weight]))),
  };
}

const stepAt = ({ hasStable, lastPercent }: StepKinds, weightPercent: number | null, fromSeconds: number): Step => ({
  weightPercent,
  fromSeconds,
  promotes: weightPercent === null || weightPercent >= lastPercent,
  baseline: hasStable && weightPercent !== 100,
  passedAtSeconds: null,
  verdict: null,
});

function metricOf({ kind, metrics }: Verdict): string | null {
  if (kind === 'pass') return null;
  if (kind === 'fail') return metrics.find(({ answer }) => answer === 'fail')?.metric ?? null;
  const waiting = metrics.filter(({ guarded, answer }) => guarded && answer === 'not enough');
  return waiting.toSorted((a, b) => b.missingRequests - a.missingRequests)[0]?.metric ?? null;
}
