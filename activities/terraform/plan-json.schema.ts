/** The fields of `terraform show -json <plan>` that we read (format 1.x). Loose: the rest is Terraform's business. */
import { z } from 'zod';

const value = z.unknown();

const change = z.looseObject({
  actions: z.array(z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget'])),
  before: value.optional(),
  after: value.optional(),
  after_unknown: value.optional(),
  before_sensitive: value.optional(),
  after_sensitive: value.optional(),
  replace_paths: value.optional(),
  importing: value.optional(),
});

const resourceChange = z.looseObject({
  address: z.string(),
  previous_address: z.string().optional(),
  deposed: z.string().optional(),
  type: z.string(),
  change,
});

export const planJson = z.looseObject({
  format_version: z.string().startsWith('1.'),
  terraform_version: z.string(),
  variables: z.record(z.string(), z.looseObject({ value: value.optional() })).optional(),
  planned_values: value.optional(),
  resource_changes: z.array(resourceChange).optional(),
  resource_drift: z.array(resourceChange).optional(),
  output_changes: z.record(z.string(), change).optional(),
  relevant_attributes: z.array(z.looseObject({ resource: z.string() })).optional(),
  configuration: value.optional(),
  errored: z.boolean().optional(),
});

export type PlanJson = z.infer<typeof planJson>;
export type RawChange = z.infer<typeof change>;
export type RawResourceChange = z.infer<typeof resourceChange>;
