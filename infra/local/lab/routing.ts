/**
 * From routes, Services and running model servers to "who answers this request". Pure; the gateway asks it,
 * and the route's status is only ever written from the table that the gateway uses.
 *
 * As in the Gateway API, a backend keeps its share when it has nobody to answer: those requests get 503, and
 * the other backend does not get more than its weight.
 */
import type { Route, Service } from './objects.ts';
import type { Random } from './random.ts';

export const gatewayName = 'models';

/** A pod that can be asked. */
export interface Target {
  readonly pod: string;
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Backend {
  readonly name: string;
  readonly weight: number;
  readonly targets: readonly Target[];
}

export interface RouteEntry {
  readonly route: string;
  readonly backends: readonly Backend[];
}

/** Hostname → backends. */
export type RoutingTable = ReadonlyMap<string, RouteEntry>;

/** Routes of the lab's gateway; others are another controller's business. */
export const ownRoutes = (routes: readonly Route[]): readonly Route[] =>
  routes.filter(({ parentRefs }) => parentRefs.some(({ name }) => name === gatewayName));

/** What the lab cannot do, in words; `null` when it can. It must not accept a route that it would then ignore in part. */
export function unsupportedIn(route: Route): string | null {
  if (route.hostnames.length === 0) return 'a hostname is needed';
  if (route.rules.length !== 1) return 'exactly one rule is supported';
  const [rule] = route.rules;
  if (rule === undefined || rule.filters.length > 0) return 'filters are not supported';
  const wholePath = JSON.stringify({ path: { type: 'PathPrefix', value: '/' } });
  if (rule.matches.some((match) => JSON.stringify(match) !== wholePath)) return 'only the whole path can be matched';
  if (rule.backendRefs.some(({ kind }) => kind !== 'Service')) return 'only Services can be backends';
  return null;
}

export function routingTable(routes: readonly Route[], services: readonly Service[], targets: readonly Target[]): RoutingTable {
  const selectors = new Map(services.map(({ name, selector }) => [name, selector]));
  const table = new Map<string, RouteEntry>();
  for (const route of ownRoutes(routes)) {
    if (unsupportedIn(route) !== null) continue;
    const backends = (route.rules[0]?.backendRefs ?? []).map(({ name, weight }) => {
      const selector = selectors.get(name);
      return { name, weight, targets: selector === undefined ? [] : targets.filter(({ labels }) => matches(selector, labels)) };
    });
    for (const hostname of route.hostnames) table.set(hostname, { route: route.name, backends });
  }
  return table;
}

/** A Service without a selector selects nobody. */
function matches(selector: Service['selector'], labels: Target['labels']): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** By weight; `null` when nobody has any. */
export function chooseBackend(backends: readonly Backend[], random: Random): Backend | null {
  let point = random() * backends.reduce((sum, { weight }) => sum + weight, 0);
  for (const backend of backends) {
    if (backend.weight > 0 && point < backend.weight) return backend;
    point -= backend.weight;
  }
  return null;
}

/** Any of the backend's pods, evenly. */
export const chooseTarget = (backend: Backend, random: Random): Target | null =>
  backend.targets[Math.floor(random() * backend.targets.length)] ?? null;
