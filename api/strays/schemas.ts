import { z } from 'zod';
import { type Stray, strayKinds } from '../../domain/strays/stray.ts';
import type { StrayWrite } from '../../domain/strays/write.ts';

const time = z.string().meta({ format: 'date-time' });

const stray = z
  .object({
    kind: z.enum(strayKinds),
    workload: z.string().meta({ example: 'Deployment/fraud-scorer-a' }),
    pods: z.int().positive(),
    release: z.string().nullable().meta({ description: 'The one that its pods name.' }),
    because: z.string(),
    since: time,
  })
  .meta({ id: 'Stray', description: 'Pods of one workload that no release explains.' }) satisfies z.ZodType<Stray>;

const strayWrite = z
  .object({
    kind: z.literal('unexplained write'),
    principal: z.string().meta({ description: 'ARN of who wrote last; of a stranger the account.' }),
    person: z.string().nullable().meta({ description: 'The source identity of the session.' }),
    source: z.string().meta({ example: 's3.amazonaws.com' }),
    name: z.string().meta({ example: 'PutBucketPolicy' }),
    times: z.int().positive(),
    first: time,
    last: time,
    eventId: z.string().meta({ description: "Of the last one, in CloudTrail's event history." }),
    resources: z.array(z.string()),
    because: z.string(),
  })
  .meta({ id: 'StrayWrite', description: 'Writes of one sort by one principal that no release explains.' }) satisfies z.ZodType<StrayWrite>;

const strayWrites = z
  .object({
    account: z.string(),
    writes: z.array(strayWrite).meta({ description: 'Of the last week; the latest goes first.' }),
    more: z.int().nonnegative().meta({ description: 'So many more sorts than are listed.' }),
    unknown: z.string().nullable().meta({ description: 'Why the trail was not read, or not all of it; null: it was.' }),
  })
  .meta({ id: 'StrayWrites', description: 'Of the account of the environment, whichever of its environments they were about.' });

export const strayList = z
  .object({
    environment: z.string(),
    at: time.nullable().meta({ description: 'When somebody looked last; null before the first look.' }),
    strays: z.array(stray).meta({ description: 'What has been there longest goes first.' }),
    more: z.int().nonnegative().meta({ description: 'So many more than are listed.' }),
    unknown: z.string().nullable().meta({ description: 'Why the environment could not be looked at; null: it was.' }),
    aws: strayWrites.nullable().meta({ description: 'What was written to its account; null before the first look.' }),
  })
  .meta({ id: 'StrayList' });
export type StrayList = z.infer<typeof strayList>;
