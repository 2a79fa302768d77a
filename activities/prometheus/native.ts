/**
 * Native histograms: buckets that Prometheus chose itself, counted up at fixed edges. Pure.
 *
 * Their edges are powers of 2^(2^-schema), so those of a coarse schema are edges of every finer one. Only buckets
 * that hold something are told, and they change from instant to instant; counted up at the edges of one schema,
 * two instants, pods and versions can be subtracted and compared.
 */
import { z } from 'zod';

export interface NativeHistogram {
  readonly count: number;
  /** What is in `(left, right]`; neither overlapping nor empty, in no order that matters. */
  readonly buckets: readonly { readonly left: number; readonly right: number; readonly count: number }[];
}

/** As the HTTP API has them: numbers as text, a bucket as `[boundary rule, left, right, count]`. */
export const nativeHistogram = z
  .object({
    count: z.string(),
    buckets: z.array(z.tuple([z.number(), z.string(), z.string(), z.string()])).default([]),
  })
  .transform(
    ({ count, buckets }): NativeHistogram => ({
      count: Number(count),
      buckets: buckets.map(([, left, right, inside]) => ({ left: Number(left), right: Number(right), count: Number(inside) })),
    }),
  );

/** Several series of one pod, one for each route for example, are one histogram. */
export const merged = (histograms: readonly NativeHistogram[]): NativeHistogram => ({
  count: histograms.reduce((sum, { count }) => sum + count, 0),
  buckets: histograms.flatMap(({ buckets }) => buckets),
});

/** Edges 19 % apart: finer ones would be more tables that say nearly the same. */
const finestSchema = 2;
/** From a millisecond to a minute: what a request takes lies between, or it does not matter how far outside. */
const powersOfTwo = { from: -10, to: 6 };
/** Prometheus prints its edges as it computes them; ours differ in the last digits. */
const relativeSlack = 1e-9;

/** The finest edges, in seconds and ascending, that all of these histograms have. */
export function edgesOf(histograms: readonly NativeHistogram[]): readonly number[] {
  const schema = Math.min(finestSchema, ...histograms.flatMap(({ buckets }) => buckets.flatMap(schemaOf)));
  const stepPower = 2 ** -schema;
  const first = Math.ceil(powersOfTwo.from / stepPower);
  const last = Math.floor(powersOfTwo.to / stepPower);
  return Array.from({ length: last - first + 1 }, (_, index) => 2 ** ((first + index) * stepPower));
}

/** The bucket around zero and those below it do not say. */
function schemaOf({ left, right }: NativeHistogram['buckets'][number]): readonly number[] {
  return left > 0 && Number.isFinite(right) ? [-Math.round(Math.log2(Math.log2(right / left)))] : [];
}

/** How much is at most at the edge; `null` where the edge lies inside a bucket, of which nobody knows the halves. */
export function atMostOf({ buckets }: NativeHistogram, edge: number): number | null {
  const slack = Math.abs(edge) * relativeSlack;
  if (buckets.some(({ left, right }) => left < edge - slack && right > edge + slack)) return null;
  return buckets.reduce((sum, { right, count }) => (right <= edge + slack ? sum + count : sum), 0);
}
