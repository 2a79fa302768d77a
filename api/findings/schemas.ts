/** What was found in a release, once each, with what is new and what is waived. */
import { z } from 'zod';
import { severities } from '../../domain/finding.ts';
import type { MergedFinding } from '../../domain/merged-findings.ts';
import { digest, releaseId } from '../releases/schemas.ts';

const foundBy = z.object({ fingerprint: digest, tool: z.string(), rule: z.string() });

/** As the worker keeps it. */
export const mergedFinding = foundBy.extend({
  severity: z.enum(severities),
  address: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
  message: z.string(),
  controls: z.array(z.string()),
  reports: z.array(z.string()),
  alsoAs: z.array(foundBy).meta({ description: 'The same thing in another scanner’s words.' }),
  waiver: z.object({ name: z.string(), owner: z.string(), reason: z.string(), until: z.string() }).nullable(),
}) satisfies z.ZodType<MergedFinding>;

export const findingList = z
  .object({
    releaseId,
    comparedWith: releaseId
      .nullable()
      .meta({ description: 'The last release that was released here with the same parts; `null` without one.' }),
    findings: z.array(
      mergedFinding
        .extend({ isNew: z.boolean().nullable().meta({ description: '`null`: there is nothing to compare with.' }) })
        .meta({ id: 'MergedFinding' }),
    ),
  })
  .meta({ id: 'FindingList' });

export type FindingList = z.infer<typeof findingList>;

/** SARIF has a schema of its own, which is not repeated here. */
export const sarifLog = z.looseObject({ version: z.literal('2.1.0'), runs: z.array(z.unknown()) }).meta({ id: 'SarifLog' });
export const sarifType = 'application/sarif+json';
