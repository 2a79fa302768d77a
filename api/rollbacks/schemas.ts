/** What is asked to go back to an earlier version. */
import { z } from 'zod';
import { name } from '../catalog/schema.ts';
import { reason, releaseId } from '../releases/schemas.ts';

export const previous = 'previous';

export const rollbackRequest = z
  .strictObject({
    service: name.meta({ example: 'fraud-scorer' }),
    environment: name.meta({ example: 'production' }),
    to: z
      .union([z.literal(previous), releaseId])
      .meta({ description: '`previous`, or the id of a release that was released here', example: previous }),
    reason,
    incident: z
      .string()
      .trim()
      .regex(/^[\w.:/#-]{1,200}$/, 'an incident: letters, digits and . : / # -')
      .meta({ description: 'Asking again within one incident joins the rollback that is under way.', example: 'INC-4711' }),
  })
  .meta({ id: 'RollbackRequest' });

export type RollbackRequest = z.infer<typeof rollbackRequest>;
