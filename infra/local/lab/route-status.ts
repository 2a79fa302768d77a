/**
 * What the gateway says about a route in its status: which generation it has accepted and whether its backends
 * exist. Pure; a condition keeps its `lastTransitionTime` while its status stays.
 */
import type { Condition, Route } from './objects.ts';
import { gatewayName, unsupportedIn } from './routing.ts';

export const controllerName = 'lab.plimsoll.dev/gateway';

export interface RouteStatus {
  readonly parents: readonly {
    readonly parentRef: Route['parentRefs'][number];
    readonly controllerName: string;
    readonly conditions: readonly Condition[];
  }[];
}

type Finding = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** `null` when the status already says so. */
export function statusToWrite(route: Route, serviceNames: ReadonlySet<string>, now: Date): RouteStatus | null {
  const before = route.reported.find((parent) => parent.controllerName === controllerName)?.conditions ?? [];
  const findings = [acceptedOf(route), resolvedOf(route, serviceNames)];
  const said = (finding: Finding) =>
    before.some(
      (old) =>
        old.observedGeneration === route.generation &&
        old.type === finding.type &&
        old.status === finding.status &&
        old.reason === finding.reason,
    );
  if (findings.every(said)) return null;

  const conditions = findings.map((finding) => {
    const old = before.find(({ type }) => type === finding.type);
    const lastTransitionTime = old?.status === finding.status ? old.lastTransitionTime : `${now.toISOString().slice(0, 19)}Z`;
    return { ...finding, observedGeneration: route.generation, lastTransitionTime };
  });
  const parents = route.parentRefs.filter(({ name }) => name === gatewayName);
  return { parents: parents.map((parentRef) => ({ parentRef, controllerName, conditions })) };
}

function acceptedOf(route: Route): Finding {
  const problem = unsupportedIn(route);
  return problem === null
    ? { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'requests follow this generation' }
    : { type: 'Accepted', status: 'False', reason: 'UnsupportedValue', message: problem };
}

function resolvedOf(route: Route, serviceNames: ReadonlySet<string>): Finding {
  const missing = route.rules.flatMap(({ backendRefs }) => backendRefs.map(({ name }) => name)).filter((name) => !serviceNames.has(name));
  return missing.length === 0
    ? { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs', message: 'every backend exists' }
    : { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', message: `no Service named ${missing.join(', ')}` };
}
