/** Freezes as a platform team writes them. What they mean, and what cannot be meant, is `domain/freezes.ts`. */
import { z } from 'zod';
import { mistakeOf } from '../../domain/freezes.ts';

const wallClock = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, 'a local time such as 2026-12-18T18:00, without an offset');

export const freezes = z
  .array(
    z
      .strictObject({
        name: z.string().min(1),
        reason: z.string().min(1),
        start: wallClock,
        end: wallClock,
        timeZone: z.string().min(1),
        /** Once. */
        rule: z.string().min(1).nullable().default(null),
      })
      .superRefine((freeze, context) => {
        const mistake = mistakeOf(freeze);
        if (mistake !== undefined) context.addIssue({ code: 'custom', path: [mistake.field], message: mistake.allowed });
      }),
  )
  .default([]);
