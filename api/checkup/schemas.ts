import { z } from 'zod';
import { type Check, type CheckName, checkTable } from '../../domain/checkup.ts';

const check = z
  .object({
    check: z.enum(Object.keys(checkTable) as [CheckName, ...CheckName[]]),
    about: z.string().meta({ description: 'Of what: a queue, an environment, a bucket.' }),
    ok: z.boolean(),
    found: z.string(),
    remedy: z.string().nullable().meta({ description: '`null` where there is nothing to do.' }),
  })
  .meta({ id: 'Check' }) satisfies z.ZodType<Check>;

export const installationReport = z
  .object({ healthy: z.boolean().meta({ description: 'Every check is right.' }), checks: z.array(check) })
  .meta({ id: 'InstallationReport' });
export type InstallationReport = z.infer<typeof installationReport>;
