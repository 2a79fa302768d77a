/** The dead-letter queue of findings, as it is listed. */
import { z } from 'zod';
import type { DeadFindings } from '../../domain/threats/dead.ts';
import { time } from '../releases/gate-schemas.ts';

const deadFinding = z
  .object({
    messageId: z.string(),
    since: time.meta({ description: 'When it was sent.' }),
    received: z.int().nonnegative().meta({ description: 'How often it was taken from a queue, counting this time.' }),
    finding: z
      .object({ id: z.string(), type: z.string(), severity: z.number() })
      .nullable()
      .meta({ description: 'Null: it is no finding.' }),
    malformed: z.string().nullable().meta({ description: 'Why it is none: fields and what they had to be, never a value.' }),
    told: z.boolean().meta({ description: 'Its finding was told just now, and the message is gone.' }),
  })
  .meta({ id: 'DeadFinding', description: 'A message that was received again and again and told nobody.' });

export const deadFindings = z
  .object({
    off: z.string().nullable().meta({ description: 'Why nobody could look; null: somebody did.' }),
    messages: z.array(deadFinding),
    more: z.boolean().meta({ description: 'There are others beyond these.' }),
  })
  .meta({ id: 'DeadFindings' }) satisfies z.ZodType<DeadFindings>;
