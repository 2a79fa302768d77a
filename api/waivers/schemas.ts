/** Waivers as they are listed: what each lets pass, who answers for it, and how long it still holds. */
import { z } from 'zod';
import { waiverStates } from '../../domain/waiver.ts';
import { digest } from '../releases/schemas.ts';

const waiver = z
  .object({
    name: z.string(),
    waives: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('fingerprint'), fingerprint: digest }),
      z.object({ kind: z.literal('rule'), rule: z.string(), address: z.string() }),
    ]),
    environment: z.string().nullable(),
    service: z.string().nullable(),
    reason: z.string(),
    owner: z.string(),
    from: z.string().meta({ format: 'date-time' }),
    until: z.string().meta({ format: 'date-time' }),
    state: z.enum(waiverStates),
    daysLeft: z.int().meta({ description: '0 on its last day, less once it has ended.' }),
  })
  .meta({ id: 'Waiver' });

export const waiverList = z.object({ waivers: z.array(waiver) }).meta({ id: 'WaiverList' });
