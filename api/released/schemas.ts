/** What a look at everything that serves has found in one environment. */
import { z } from 'zod';
import { severities } from '../../domain/finding.ts';
import type { Drift } from '../../domain/released/drift.ts';
import type { LaterFinding } from '../../domain/released/rescan.ts';
import { time } from '../releases/gate-schemas.ts';
import { digest, releaseId } from '../releases/schemas.ts';

const place = z.string().meta({ example: 'production/model/fraud-scorer', description: 'Environment, part, and service or stack.' });

const look = {
  environment: z.string(),
  at: time.nullable().meta({ description: 'When the last look ended; null before the first.' }),
  looked: z.int().nonnegative().meta({ description: 'How many models and stacks that serve were looked at.' }),
  more: z.int().nonnegative().meta({ description: 'So many more than are listed.' }),
  unknown: z
    .array(z.object({ place, because: z.string() }).meta({ id: 'NotLooked' }))
    .meta({ description: 'What could not be looked at, or not at all of it.' }),
  moreUnknown: z.int().nonnegative().meta({ description: 'So many more places that could not be looked at.' }),
};

const laterFinding = z
  .object({
    place,
    release: releaseId,
    fingerprint: digest,
    rule: z.string().meta({ description: 'Of a scanner, or the code of a policy.' }),
    severity: z.enum(severities).nullable().meta({ description: 'null: a policy would deny it now.' }),
    address: z.string(),
    message: z.string(),
  })
  .meta({ id: 'LaterFinding', description: 'What has become a finding since it was released.' }) satisfies z.ZodType<LaterFinding>;

const drift = z
  .object({
    place: place.meta({ example: 'production/infrastructure/platform' }),
    release: releaseId,
    address: z.string().meta({ example: 'aws_s3_bucket.models' }),
    action: z
      .enum(['create', 'update', 'delete', 'replace', 'forget', 'read'])
      .meta({ description: 'What releasing the same again would do.' }),
  })
  .meta({ id: 'Drift', description: 'What of a stack is not as it was released.' }) satisfies z.ZodType<Drift>;

export const drifted = z.object({ ...look, drifts: z.array(drift) }).meta({ id: 'DriftList' });
export type Drifted = z.infer<typeof drifted>;

export const rescanned = z.object({ ...look, findings: z.array(laterFinding) }).meta({ id: 'Rescan' });
export type Rescanned = z.infer<typeof rescanned>;
