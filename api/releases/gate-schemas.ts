/** What the policies said, as answers, and the two words that everything here is made of. */
import { z } from 'zod';
import type { GateDecision } from '../../domain/gate.ts';

export const digest = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)], {
  error: '`sha256:` and 64 lower-case hexadecimal digits',
});

export const time = z.string().meta({ format: 'date-time' });

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
    question: z.object({ digest, bytes: z.number() }).optional(),
    findingsDigest: digest,
    findingsCount: z.number(),
  })
  .meta({ id: 'GateDecision' }) satisfies z.ZodType<GateDecision>;
