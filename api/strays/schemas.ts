import { z } from 'zod';
import { type Stray, strayKinds } from '../../domain/strays/stray.ts';

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

export const strayList = z
  .object({
    environment: z.string(),
    at: time.nullable().meta({ description: 'When somebody looked last; null before the first look.' }),
    strays: z.array(stray).meta({ description: 'What has been there longest goes first.' }),
    more: z.int().nonnegative().meta({ description: 'So many more than are listed.' }),
    unknown: z.string().nullable().meta({ description: 'Why the environment could not be looked at; null: it was.' }),
  })
  .meta({ id: 'StrayList' });
export type StrayList = z.infer<typeof strayList>;
