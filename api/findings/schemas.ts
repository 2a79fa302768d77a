/** What was found in a release, once each, with what is new and what is waived. */
import { z } from 'zod';
import { severities } from '../../domain/finding.ts';
import type { ComparedFinding } from '../../domain/news.ts';
import { digest, releaseId } from '../releases/schemas.ts';

const foundBy = z.object({ fingerprint: digest, tool: z.string(), rule: z.string() });

/** As the worker keeps it; an older one did not compare. */
export const comparedFinding = foundBy
  .extend({
    severity: z.enum(severities),
    address: z.string(),
    file: z.string().optional(),
    line: z.number().optional(),
    message: z.string(),
    controls: z.array(z.string()),
    reports: z.array(z.string()),
    alsoAs: z.array(foundBy).meta({ description: 'The same thing in another scanner’s words.' }),
    waiver: z.object({ name: z.string(), owner: z.string(), reason: z.string(), until: z.string() }).nullable(),
    isNew: z.boolean().nullable().default(null).meta({ description: '`null`: it was not compared.' }),
  })
  .meta({ id: 'MergedFinding' }) satisfies z.ZodType<ComparedFinding>;

export const findingList = z
  .object({
    releaseId,
    comparedWith: releaseId
      .nullable()
      .meta({ description: 'The last release that was released here with the same parts, when it was judged; `null`: not compared.' }),
    findings: z.array(comparedFinding),
  })
  .meta({ id: 'FindingList' });

export type FindingList = z.infer<typeof findingList>;

/** SARIF has a schema of its own, which is not repeated here. */
export const sarifLog = z.looseObject({ version: z.literal('2.1.0'), runs: z.array(z.unknown()) }).meta({ id: 'SarifLog' });
export const sarifType = 'application/sarif+json';
