import { expect, test } from 'vitest';
import type { Route, Service } from './objects.ts';
import { randomFrom } from './random.ts';
import { type Backend, chooseBackend, chooseTarget, routingTable, type Target, unsupportedIn } from './routing.ts';

const backend = (name: string, weight: number, ports: readonly number[] = [1]): Backend => ({
  name,
  weight,
  targets: ports.map((port) => ({ pod: `${name}-${port}`, port, labels: {} })),
});

test.each([
  [75, 25],
  [95, 5],
  [50, 50],
  [1, 999],
])('weights %i and %i are what the traffic shows', (a, b) => {
  const random = randomFrom(`weights ${a} ${b}`);
  const backends = [backend('a', a), backend('b', b)];
  const requests = 20_000;
  let toA = 0;
  for (let request = 0; request < requests; request += 1) if (chooseBackend(backends, random)?.name === 'a') toA += 1;
  const share = a / (a + b);
  // Four standard deviations of a share: a right gateway passes, one that is off by a point does not.
  expect(Math.abs(toA / requests - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / requests));
});

test('the same seed chooses the same backends', () => {
  const choose = () => {
    const random = randomFrom('again');
    return Array.from({ length: 100 }, () => chooseBackend([backend('a', 50), backend('b', 50)], random)?.name);
  };
  expect(choose()).toEqual(choose());
});

test('a backend of weight 0 is never chosen, even at the very edge', () => {
  expect(chooseBackend([backend('a', 0), backend('b', 100)], () => 0)?.name).toBe('b');
  expect(chooseBackend([backend('a', 100), backend('b', 0)], () => 1 - Number.EPSILON)?.name).toBe('a');
});

test('nobody is chosen when nobody has weight', () => {
  expect(chooseBackend([backend('a', 0), backend('b', 0)], () => 0)).toBeNull();
  expect(chooseBackend([], () => 0)).toBeNull();
});

test('a backend keeps its share when it has no ready pod, so that its requests fail and do not move to the other', () => {
  const chosen = chooseBackend([backend('a', 50), backend('b', 50, [])], () => 0.9);
  expect(chosen?.name).toBe('b');
  expect(chosen === null ? undefined : chooseTarget(chosen, () => 0.5)).toBeNull();
});

test('every pod of a backend gets requests', () => {
  const random = randomFrom('pods');
  const asked = new Set(Array.from({ length: 100 }, () => chooseTarget(backend('a', 1, [1, 2, 3]), random)?.port));
  expect(asked).toEqual(new Set([1, 2, 3]));
});

const rule: Route['rules'][number] = {
  matches: [{ path: { type: 'PathPrefix', value: '/' } }],
  filters: [],
  backendRefs: [
    { name: 'fraud-a', kind: 'Service', weight: 90 },
    { name: 'fraud-b', kind: 'Service', weight: 10 },
  ],
};
const route: Route = {
  name: 'fraud',
  namespace: 'models',
  generation: 3,
  parentRefs: [{ name: 'models' }],
  hostnames: ['fraud.example.com'],
  rules: [rule],
  reported: [],
};
const service = (slot: string): Service => ({ name: `fraud-${slot}`, selector: { service: 'fraud', slot } });
const target = (slot: string, port: number): Target => ({ pod: `${slot}-${port}`, port, labels: { service: 'fraud', slot, version: '1' } });

test('a Service stands for the pods that its selector names', () => {
  const table = routingTable([route], [service('a'), service('b')], [target('a', 1), target('b', 2), target('a', 3)]);
  expect(
    table.get('fraud.example.com')?.backends.map(({ name, weight, targets }) => [name, weight, targets.map(({ port }) => port)]),
  ).toEqual([
    ['fraud-a', 90, [1, 3]],
    ['fraud-b', 10, [2]],
  ]);
});

test('a Service that is missing, or selects by nothing, has no pods', () => {
  const table = routingTable([route], [{ name: 'fraud-a', selector: {} }], [target('a', 1), target('b', 2)]);
  expect(table.get('fraud.example.com')?.backends.flatMap(({ targets }) => targets)).toEqual([]);
});

test('a route of another gateway is not followed', () => {
  expect(routingTable([{ ...route, parentRefs: [{ name: 'other' }] }], [], []).size).toBe(0);
});

test.each<[string, Partial<Route>]>([
  ['no hostname', { hostnames: [] }],
  ['no rule', { rules: [] }],
  ['two rules', { rules: [rule, rule] }],
  ['a filter', { rules: [{ ...rule, filters: [{ type: 'RequestMirror' }] }] }],
  ['a match of part of the path', { rules: [{ ...rule, matches: [{ path: { type: 'PathPrefix', value: '/v2' } }] }] }],
  ['a backend that is not a Service', { rules: [{ ...rule, backendRefs: [{ name: 'x', kind: 'Bucket', weight: 1 }] }] }],
])('a route with %s is not followed in part but refused as a whole', (_, change) => {
  const changed = { ...route, ...change };
  expect(unsupportedIn(changed)).not.toBeNull();
  expect(routingTable([changed], [service('a'), service('b')], [target('a', 1)]).size).toBe(0);
});
