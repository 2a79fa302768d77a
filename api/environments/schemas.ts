import { z } from 'zod';
import type { Obstacle } from '../../domain/line.ts';

const time = z.string().meta({ format: 'date-time' });

export const obstacle = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('freeze'), name: z.string(), reason: z.string(), until: time }),
    z.object({ kind: z.literal('stopped'), by: z.string(), reason: z.string(), since: time }),
    z.object({ kind: z.literal('waiver'), name: z.string(), rule: z.string(), owner: z.string(), until: time }),
    z.object({ kind: z.literal('unknown'), reason: z.string() }),
  ])
  .meta({
    id: 'Obstacle',
    description: 'What keeps releases of an environment from going on; rollbacks pass.',
  }) satisfies z.ZodType<Obstacle>;

export const lineStatus = z
  .object({
    environment: z.string(),
    obstacles: z.array(obstacle).meta({ description: 'Empty: the line is free.' }),
    nextFreezes: z
      .array(z.object({ name: z.string(), reason: z.string(), from: time, until: time }))
      .meta({ description: 'When each freeze begins again, the nearest first.' }),
  })
  .meta({ id: 'LineStatus' });
export type LineStatus = z.infer<typeof lineStatus>;
