/** What the policies said, as answers, and the two words that everything here is made of. */
import { z } from 'zod';
import { severities } from '../../domain/finding.ts';
import type { GateDecision } from '../../domain/gate.ts';
import type { News } from '../../domain/news.ts';

export const digest = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)], {
  error: '`sha256:` and 64 lower-case hexadecimal digits',
});

export const time = z.string().meta({ format: 'date-time' });

const news = z
  .object({
    comparedWith: z
      .string()
      .nullable()
      .meta({ description: 'The last release that was released here with the same parts; `null` without one.' }),
    counts: z.partialRecord(z.enum(severities), z.number()),
    worst: z.array(
      z.object({ fingerprint: digest, rule: z.string(), severity: z.enum(severities), address: z.string(), message: z.string() }),
    ),
  })
  .meta({ id: 'FindingsNews', description: 'Findings that are new, counted, and the most severe of them.' }) satisfies z.ZodType<News>;

export const gate = z
  .object({
    kind: z.enum(['allow', 'approval needed', 'deny']),
    violations: z.array(
      z.object({
        code: z.string(),
        title: z.string(),
        message: z.string(),
        solution: z.string(),
        fingerprint: digest.optional(),
        address: z.string().optional(),
      }),
    ),
    because: z.array(z.string()),
    policyDigest: digest,
    waivers: z
      .array(
        z.object({
          name: z.string(),
          fingerprint: digest,
          rule: z.string(),
          address: z.string(),
          owner: z.string(),
          reason: z.string(),
          until: time,
        }),
      )
      .optional()
      .meta({ description: 'Waivers without which it would be denied; the first to end ends what is decided here.' }),
    seats: z
      .array(z.object({ groups: z.array(z.string()), count: z.number() }))
      .optional()
      .meta({ description: 'Who has to be among those who approve, beside the quorum of the environment.' }),
    findings: z.object({ digest, bytes: z.number() }).optional().meta({ description: 'Read them at `/v1/releases/{id}/findings`.' }),
    news: news.optional().meta({ description: 'Left out where it could not be told.' }),
    question: z.object({ digest, bytes: z.number() }).optional(),
    findingsDigest: digest,
    findingsCount: z.number(),
  })
  .meta({ id: 'GateDecision' }) satisfies z.ZodType<GateDecision>;
