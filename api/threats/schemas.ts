/** What GuardDuty has found, as it is listed, and which of it to list. */
import { z } from 'zod';
import type { ListedThreat } from '../../domain/threats/listed.ts';
import { time } from '../releases/gate-schemas.ts';
import { listFilter, releaseId } from '../releases/schemas.ts';

export const threatFilter = listFilter.pick({ service: true, environment: true, pageSize: true, pageToken: true }).extend({
  release: releaseId.optional(),
  state: z.enum(['incident']).optional().meta({ description: 'Only findings about a version that serves.' }),
});
export type ThreatFilter = z.infer<typeof threatFilter>;

const reached = z.object({
  releaseId: z.string(),
  service: z.string(),
  environment: z.string(),
  team: z.string(),
  state: z.enum(['told', 'incident', 'noted', 'gone']).meta({
    description:
      '`told`: it ran and decided itself; `incident`: its version serves; `noted`: the same, of a sample; `gone`: it ended meanwhile.',
  }),
});

const listedThreat = z
  .object({
    id: z.string(),
    type: z.string(),
    title: z.string(),
    severity: z.number(),
    account: z.string(),
    region: z.string(),
    updatedAt: time,
    lastSeenAt: time,
    count: z.number(),
    sample: z.boolean(),
    releases: z.array(reached).meta({ description: 'Of those that the caller may read, incidents first.' }),
    moreReleases: z.number().meta({ description: 'How many are not listed here; the record of the finding names them.' }),
  })
  .meta({ id: 'ListedThreat', description: 'A finding of GuardDuty, and which releases it is about.' }) satisfies z.ZodType<ListedThreat>;

export const threatPage = z
  .object({
    threats: z.array(listedThreat).meta({ description: 'May be fewer than asked for, also none, while there are more.' }),
    nextPageToken: z.string().nullable(),
  })
  .meta({ id: 'ThreatPage' });
