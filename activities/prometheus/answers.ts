/** What Prometheus answers, checked and put in order. Pure: text in, points out; who asks it is another matter. */
import { z } from 'zod';
import { type NativeHistogram, nativeHistogram } from './native.ts';

/** One series at one instant. */
export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | NativeHistogram;
}

export interface PointsAt {
  readonly instantSeconds: number;
  readonly points: readonly Point[];
}

const labels = z.record(z.string(), z.string());
const at = z.number();
const answerOf = <T extends z.ZodType, Kind extends string>(resultType: Kind, series: T) =>
  z.object({ status: z.literal('success'), data: z.object({ resultType: z.literal(resultType), result: z.array(series) }) });

/** A series has either numbers or native histograms. */
export const vectorAnswer = answerOf(
  'vector',
  z.union([
    z
      .object({ metric: labels, value: z.tuple([at, z.string()]) })
      .transform(({ metric, value }) => ({ labels: metric, value: Number(value[1]) })),
    z
      .object({ metric: labels, histogram: z.tuple([at, nativeHistogram]) })
      .transform(({ metric, histogram }) => ({ labels: metric, value: histogram[1] })),
  ]),
);

export const matrixAnswer = answerOf(
  'matrix',
  z.object({
    metric: labels,
    values: z.array(z.tuple([at, z.string()])).default([]),
    histograms: z.array(z.tuple([at, nativeHistogram])).default([]),
  }),
);

/** Series by series becomes instant by instant, ascending. */
export function instantsOf({ data }: z.infer<typeof matrixAnswer>): readonly PointsAt[] {
  const instants = new Map<number, Point[]>();
  const add = (metric: Point['labels'], instantSeconds: number, value: Point['value']) => {
    const points = instants.get(instantSeconds);
    if (points === undefined) instants.set(instantSeconds, [{ labels: metric, value }]);
    else points.push({ labels: metric, value });
  };
  for (const { metric, values, histograms } of data.result) {
    for (const [instantSeconds, text] of values) add(metric, instantSeconds, Number(text));
    for (const [instantSeconds, histogram] of histograms) add(metric, instantSeconds, histogram);
  }
  return [...instants].toSorted(([a], [b]) => a - b).map(([instantSeconds, points]) => ({ instantSeconds, points }));
}
