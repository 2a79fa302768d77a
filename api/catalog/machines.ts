/**
 * A machine that may ask for releases, as a platform team writes it: whose token it comes with, and what that
 * token must say. Exact values alone: a pattern that is a little too wide lets somebody else's build release.
 */
import { z } from 'zod';
import type { Machine } from '../../domain/machine.ts';
import { name } from './schema.ts';

/** Subjects of machines begin with it, and those of people never do. */
export const machinePrefix = 'machine/';

const value = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(
    z
      .string()
      .min(1)
      .regex(/^[^*]+$/, 'an exact value, without patterns'),
  );
const values = z.union([value.transform((one) => [one]), z.array(value).min(1, 'at least one value')]);

/** A name can be given up and taken over by somebody else; these say who it is. */
const identifying = ['sub', 'repository_id', 'project_id'];
/** Without one of these every branch, a pull request's too, is the machine. */
const placing = ['sub', 'ref', 'environment', 'job_workflow_ref', 'ref_path'];
const has = (match: Readonly<Record<string, unknown>>, claims: readonly string[]) => claims.some((claim) => claim in match);

const match = z
  .record(z.string().min(1), values)
  .refine((claims) => has(claims, identifying), `one of ${identifying.join(', ')}: names alone can be taken over by others`)
  .refine((claims) => has(claims, placing), `one of ${placing.join(', ')}: otherwise every branch is this machine`);

export const machineFile = z
  .strictObject({
    name,
    issuer: z.url({ protocol: /^https?$/, error: 'the address of an issuer that the API believes' }),
    match,
    /** Whose services it may ask for releases of. */
    team: z.string().min(1),
    groups: z.array(z.string().min(1)).default([]),
    /** The name it has in records; several entries may share one. */
    subject: z
      .string()
      .regex(/^machine\/[\w.+=,@:/-]{1,200}$/, `${machinePrefix} and letters, digits, . + = , @ : / -`)
      .optional(),
  })
  .transform(
    (file): Machine => ({
      name: file.name,
      issuer: file.issuer,
      match: file.match,
      subject: file.subject ?? `${machinePrefix}${file.name}`,
      groups: [...new Set([file.team, ...file.groups])],
    }),
  );
