/** Which parts a release has, as its memo says it. */
import { z } from 'zod';
import { isDigest } from '../../domain/digest.ts';
import type { Parts } from '../../domain/soak.ts';

const digest = z.custom<NonNullable<Parts['model']>['digest']>((value) => typeof value === 'string' && isDigest(value));
const memo = z.object({
  parts: z.object({
    model: z.object({ version: z.string(), digest, image: z.string() }).nullable(),
    infrastructure: z.object({ stack: z.string(), commit: z.string() }).nullable(),
    rollback: z.boolean(),
  }),
});

/** `undefined`: it is from before parts were kept. */
export const partsIn = (run: { readonly memo?: unknown }): Parts | undefined => memo.safeParse(run.memo).data?.parts;
