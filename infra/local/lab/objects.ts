/**
 * The fields of Kubernetes objects that the lab uses, parsed at the door. An object that does not look like
 * this is left out and named in the log.
 */
import { z } from 'zod';

const texts = z.record(z.string(), z.string()).default({});

const podSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    creationTimestamp: z.coerce.date(),
    deletionTimestamp: z.coerce.date().optional(),
    labels: texts,
    annotations: texts,
  }),
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }).default({ conditions: [] }),
});

export interface Pod {
  readonly uid: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Ready, and not on its way out. */
  readonly ready: boolean;
  readonly terminating: boolean;
}

export function podFrom(object: unknown): Pod {
  const { metadata, status } = podSchema.parse(object);
  const terminating = metadata.deletionTimestamp !== undefined;
  return {
    uid: metadata.uid,
    name: metadata.name,
    createdAtMs: metadata.creationTimestamp.getTime(),
    labels: metadata.labels,
    annotations: metadata.annotations,
    ready: !terminating && status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    terminating,
  };
}

const serviceSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ selector: texts }),
});

export interface Service {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
}

export function serviceFrom(object: unknown): Service {
  const { metadata, spec } = serviceSchema.parse(object);
  return { name: metadata.name, selector: spec.selector };
}

const conditionSchema = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  observedGeneration: z.number().optional(),
  lastTransitionTime: z.string(),
});

export type Condition = z.infer<typeof conditionSchema>;

const parentRefSchema = z.looseObject({ name: z.string() });

const routeSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), generation: z.number() }),
  spec: z.object({
    parentRefs: z.array(parentRefSchema).default([]),
    hostnames: z.array(z.string()).default([]),
    rules: z
      .array(
        z.object({
          matches: z.array(z.unknown()).default([]),
          filters: z.array(z.unknown()).default([]),
          backendRefs: z
            .array(z.object({ name: z.string(), kind: z.string().default('Service'), weight: z.number().default(1) }))
            .default([]),
        }),
      )
      .default([]),
  }),
  status: z
    .object({
      parents: z.array(
        z.object({ parentRef: parentRefSchema, controllerName: z.string(), conditions: z.array(conditionSchema).default([]) }),
      ),
    })
    .default({ parents: [] }),
});

export interface Route {
  readonly name: string;
  readonly namespace: string;
  readonly generation: number;
  /** As written, so that the status can repeat them. */
  readonly parentRefs: readonly z.infer<typeof parentRefSchema>[];
  readonly hostnames: readonly string[];
  readonly rules: readonly {
    readonly matches: readonly unknown[];
    readonly filters: readonly unknown[];
    readonly backendRefs: readonly { readonly name: string; readonly kind: string; readonly weight: number }[];
  }[];
  readonly reported: readonly { readonly controllerName: string; readonly conditions: readonly Condition[] }[];
}

export function routeFrom(object: unknown): Route {
  const { metadata, spec, status } = routeSchema.parse(object);
  return { ...metadata, ...spec, reported: status.parents };
}
