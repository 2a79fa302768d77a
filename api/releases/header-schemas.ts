/** What may stand in headers of calls about a release. */
import { z } from 'zod';

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'at most 200 visible characters')
  .optional()
  .meta({ description: 'The same key, caller and body again is the same message.' });

export const lastEventId = z.coerce
  .number<string>()
  .int()
  .min(-1)
  .optional()
  .meta({ description: 'Sequence of the last record that was seen: the stream goes on after it.' });
