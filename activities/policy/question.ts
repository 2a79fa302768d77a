/**
 * What OPA is asked: the facts of an order that rules speak about, every report, and the change.
 * The order's Terraform variables and account are no facts of a rule, so they do not travel.
 * The shape on OPA's side is `infra/opa/plimsoll/shapes/data.json`; what does not fit it is denied there.
 */
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { digestPattern } from '../../domain/digest.ts';
import { severities } from '../../domain/finding.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { failure } from '../failure.ts';

const finding = z.object({
  fingerprint: z.templateLiteral(['sha256:', z.string()]).refine((text) => digestPattern.test(text)),
  tool: z.string(),
  rule: z.string(),
  severity: z.enum(severities),
  address: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
  message: z.string(),
  controls: z.array(z.string()).default([]),
});

const report = z.object({
  tool: z.string(),
  status: z.enum(['pass', 'fail', 'incomplete', 'error']),
  findings: z.array(finding),
  parseErrors: z.array(z.string()),
});

const change = z.object({
  resources: z.array(
    z.object({
      address: z.string(),
      type: z.string(),
      action: z.string(),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
      refersTo: z.record(z.string(), z.array(z.string())).optional(),
    }),
  ),
});

export type Report = z.infer<typeof report>;

export interface Question {
  readonly order: ReleaseOrder;
  readonly stage: 'code' | 'complete';
  readonly reports: readonly Report[];
  readonly change: z.infer<typeof change> | null;
  readonly firstRelease: boolean;
  /** Objects of the rendered chart; `null` without one. */
  readonly manifests: readonly unknown[] | null;
  readonly at: string;
}

export function inputOf({ order, stage, reports, change, firstRelease, manifests, at }: Question) {
  const { releaseId, service, team, environment, urgency, requester, gates, infrastructure, model, rollback, strategy = 'canary' } = order;
  return {
    order: {
      releaseId,
      service,
      team,
      environment,
      urgency,
      requester,
      gates,
      infrastructure: infrastructure === undefined ? null : { stack: infrastructure.stack.name },
      model: model === undefined ? null : { version: model.version, image: model.image, artifact: model.artifact, digest: model.digest },
      rollback: rollback ?? null,
      strategy,
    },
    stage,
    reports,
    change,
    firstRelease,
    manifests,
    waivers: order.waivers ?? [],
    at,
  };
}

export const parseReport = (stored: unknown): Report => parsed(report, stored, 'a report');

/** Helm writes one document an object, and empty ones between them. */
export function parseManifests(text: string): readonly unknown[] {
  const documents = parseAllDocuments(text);
  const broken = documents.find(({ errors }) => errors.length > 0);
  if (broken !== undefined) throw failure('policy.malformed', 'the rendered chart in the store is not YAML');
  return documents.map((document): unknown => document.toJS()).filter((object) => object !== null);
}

/** `after` is missing where it is nothing: a rule reads it as `null`. */
export const parseChange = (stored: unknown) => {
  const { resources } = parsed(change, stored, 'the change');
  return { resources: resources.map((resource) => ({ ...resource, after: resource.after ?? null })) };
};

/** Its digest is right, so another version of the worker wrote it. */
function parsed<T>(schema: z.ZodType<T>, stored: unknown, what: string): T {
  const answer = schema.safeParse(stored);
  if (answer.success) return answer.data;
  throw failure('policy.malformed', `${what} in the store has a shape the policies do not know`);
}
