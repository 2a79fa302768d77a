/** A service in an environment, as it stands. */
import { z } from 'zod';
import { digest, releaseId, releaseSummary } from '../releases/schemas.ts';

const servedVersion = z
  .object({
    version: z.string(),
    digest,
    image: z.string(),
    since: z.string().meta({ format: 'date-time', description: 'When its release ended as released.' }),
    release: releaseId,
    requester: z.string(),
    reason: z.string(),
    rollbackOf: releaseId.nullable().meta({ description: 'The release that was gone back to.' }),
  })
  .meta({ id: 'ServedVersion' });

export const serviceStatus = z
  .object({
    service: z.string(),
    environment: z.string(),
    team: z.string(),
    running: servedVersion.nullable(),
    goBackTo: z.array(servedVersion),
    open: z.array(releaseSummary).meta({ description: 'Releases under way.' }),
  })
  .meta({ id: 'ServiceStatus' });
