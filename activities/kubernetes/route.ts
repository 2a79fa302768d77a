/**
 * The HTTPRoute of a service, as pure functions: what is written, what is read back, and when a gateway has
 * taken it. One rule with both slots; its lists are atomic, so whoever owns one weight owns them all.
 */
import { z } from 'zod';
import type { RouteRef } from '../../domain/ports.ts';
import { type Slot, slots, type Weights } from '../../domain/slot.ts';
import { releaseMark, slotName } from './services.ts';

export const routeKind = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' } as const;

const condition = z.object({ type: z.string(), status: z.string(), reason: z.string(), observedGeneration: z.int().optional() });

export const routeAnswer = z.object({
  metadata: z.object({ resourceVersion: z.string(), generation: z.int() }),
  spec: z.object({
    rules: z.array(z.object({ backendRefs: z.array(z.object({ name: z.string(), weight: z.int().default(1) })).default([]) })).default([]),
  }),
  status: z
    .object({
      parents: z.array(z.object({ parentRef: z.object({ name: z.string() }), conditions: z.array(condition).default([]) })).default([]),
    })
    .default({ parents: [] }),
});
export type Route = z.infer<typeof routeAnswer>;

/** `version` is the fence: the API refuses the write when somebody else has written since it was read. */
export function routeManifest({ release, cluster, route }: RouteRef, weights: Weights, version: string | null) {
  return {
    apiVersion: `${routeKind.group}/${routeKind.version}`,
    kind: 'HTTPRoute',
    metadata: {
      name: release.service,
      namespace: cluster.namespace,
      labels: { 'plimsoll.dev/service': release.service },
      annotations: { [releaseMark]: release.releaseId },
      ...(version === null ? {} : { resourceVersion: version }),
    },
    spec: {
      parentRefs: [{ name: route.gateway }],
      hostnames: [route.hostname],
      rules: [
        {
          backendRefs: slots.map((slot) => ({
            kind: 'Service',
            name: slotName(release.service, slot),
            port: route.port,
            weight: weights[slot],
          })),
        },
      ],
    },
  };
}

/** `null` when the route sends traffic anywhere but to the two slots: then no pair of weights describes it. */
export function weightsOf(route: Route, service: string): Weights | null {
  const refs = route.spec.rules.flatMap((rule) => rule.backendRefs);
  const weightOf = (slot: Slot) => refs.find((ref) => ref.name === slotName(service, slot))?.weight;
  const [a, b] = [weightOf('a'), weightOf('b')];
  return route.spec.rules.length === 1 && refs.length === slots.length && a !== undefined && b !== undefined ? { a, b } : null;
}

export const sameWeights = (one: Weights | null, other: Weights): boolean => one !== null && one.a === other.a && one.b === other.b;

const needed = ['Accepted', 'ResolvedRefs'] as const;

/**
 * `null` once every controller of the gateway has taken this generation of the route; until then, what is
 * missing. A condition of an older generation speaks of older weights.
 */
export function missingAcceptance({ metadata, status }: Route, gateway: string): string | null {
  const parents = status.parents.filter((parent) => parent.parentRef.name === gateway);
  if (parents.length === 0) return `no controller of the gateway ${gateway} has answered`;
  for (const { conditions } of parents) {
    for (const type of needed) {
      const found = conditions.find((one) => one.type === type);
      if (found === undefined || (found.observedGeneration ?? 0) < metadata.generation) return `${type} is not decided yet`;
      if (found.status !== 'True') return `${type} is ${found.status}: ${found.reason}`;
    }
  }
  return null;
}
