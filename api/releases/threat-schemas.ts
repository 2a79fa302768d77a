/** What GuardDuty found about a release, as it is answered. */
import { z } from 'zod';
import type { ThreatView } from '../../domain/view.ts';
import { digest, time } from './gate-schemas.ts';

export const threat = z
  .object({
    id: z.string().meta({ description: "GuardDuty's own id of the finding." }),
    type: z.string().meta({ example: 'Execution:Runtime/NewBinaryExecuted' }),
    title: z.string(),
    severity: z.number().meta({ description: '0.1 to 10: from 7 on it stops a release, from 4 on it holds one.' }),
    sample: z.boolean(),
    at: time.meta({ description: 'When the release was told.' }),
    concern: z.enum(['session', 'candidate', 'image', 'bucket', 'service', 'elsewhere']).meta({
      description: 'How it is about the release: its role, its new pods, its image, its bucket, the version before, its image elsewhere.',
    }),
    response: z.enum(['stop', 'hold', 'record']).meta({ description: 'What it did to the release.' }),
    evidence: digest.meta({ description: 'Of the event as it was delivered; it lies in the store.' }),
  })
  .meta({ id: 'Threat' }) satisfies z.ZodType<ThreatView>;
