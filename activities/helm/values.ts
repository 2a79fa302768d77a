/** Plimsoll's own values, laid over the repository's, and the short names under which a deploy is recognised. */
import { z } from 'zod';
import { type Digest, digestOf, hexOf, isDigest } from '../../domain/digest.ts';
import type { ChartRef } from '../../domain/ports.ts';
import type { Slot } from '../../domain/slot.ts';

export const releaseLabel = 'plimsoll.dev/release';
export const valuesLabel = 'plimsoll.dev/values';

/** Of 64: a label value has room for 63 characters, and 32 digits do not meet by chance. */
const shortHexDigits = 32;

/** The slot is this call's, whatever the values say. Chart and archive go along, so that parking and a warm way back find the same chart again in the cluster. */
export const overlayFor = ({ values, archive, chart, slot }: Pick<ChartRef, 'values' | 'archive' | 'chart'> & { readonly slot: Slot }) => ({
  ...values,
  slot,
  plimsoll: { archive, chart },
});

/** Everything that decides what Helm would render: the same short name means that nothing would change. */
export const shortNameOf = (chartDigest: Digest, values: readonly string[]): string =>
  hexOf(digestOf({ chartDigest, values })).slice(0, shortHexDigits);

/** What `helm get values` must hold for a slot to be parked. Everything else passes through as it is. */
export const storedValues = z.looseObject({
  standby: z.boolean().optional(),
  plimsoll: z.object({
    archive: z.object({ digest: z.custom<Digest>((value) => typeof value === 'string' && isDigest(value)), bytes: z.number() }),
    chart: z.object({ repository: z.string(), refs: z.array(z.string()), path: z.string(), values: z.array(z.string()) }),
  }),
});
