/** What a release's record says about its judgement. Pure: records in, verdicts and counts out. */
import { z } from 'zod';
import type { Blob } from '../../domain/blob.ts';
import { type CountedInstant, parseCounts, writeCounts } from '../../domain/judge/counts.ts';
import { type JudgedStep, judgedDecisions, type ReleaseRecord, recordTypes } from '../../domain/record.ts';
import { digest } from './schemas.ts';
import { type JudgedWeight, verdict } from './verdict-schemas.ts';

const blob = z.object({ digest, bytes: z.number() }) satisfies z.ZodType<Blob>;

/** Verdicts from before judges gave evidence, and slots that never got ready, are no part of it. */
const judgedStep = z.object({
  weightPercent: z.number(),
  decision: z.enum(judgedDecisions),
  verdict,
  counts: z.array(blob).default([]),
}) satisfies z.ZodType<JudgedStep>;

export interface RecordedStep extends JudgedStep {
  readonly at: string;
}

export function stepsOf(records: readonly ReleaseRecord[]): readonly RecordedStep[] {
  return records.flatMap(({ event }) => {
    const step = event.type === recordTypes.verdict ? judgedStep.safeParse(event.data) : undefined;
    return step?.success === true ? [{ ...step.data, at: event.time }] : [];
  });
}

/**
 * The one that counts. While it is judged that is the newest look; afterwards what rolled it back, or else the
 * last comparison with the old version, since at 100 % there is nobody to compare with any more.
 */
export function decisiveOf(judged: readonly JudgedWeight[]): JudgedWeight | undefined {
  const last = judged.at(-1);
  if (last === undefined || last.decision === null || last.verdict.kind === 'fail') return last;
  return judged.findLast(({ verdict: { metrics } }) => metrics.some(({ stable }) => stable !== null)) ?? last;
}

/** Each blob once: a slice that was read again on another worker is the same bytes. */
export const countsOf = (steps: readonly RecordedStep[]): readonly Blob[] => [
  ...new Map(steps.flatMap(({ counts }) => counts).map((one) => [one.digest, one])).values(),
];

/** One recording out of many slices, of which each begins with the instant that the one before ended with. */
export function joinedCounts(slices: readonly { readonly name: string; readonly text: string }[]): string {
  const byInstant = new Map<number, CountedInstant>();
  for (const { name, text } of slices)
    for (const instant of parseCounts(text, name)) {
      const { instantSeconds } = instant.sample;
      if (!byInstant.has(instantSeconds)) byInstant.set(instantSeconds, instant);
    }
  return writeCounts([...byInstant.values()].toSorted((a, b) => a.sample.instantSeconds - b.sample.instantSeconds));
}
