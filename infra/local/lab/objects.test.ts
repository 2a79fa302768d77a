import { expect, test } from 'vitest';
import { podFrom, routeFrom, serviceFrom } from './objects.ts';

const metadata = { uid: 'u', name: 'p', creationTimestamp: '2026-11-23T10:00:00Z' };
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

test.each<[string, unknown, boolean]>([
  ['a pod that says so is ready', { metadata, status: ready }, true],
  ['a pod that is just created is not ready', { metadata, status: {} }, false],
  [
    'a pod on its way out is not ready, whatever its conditions say',
    { metadata: { ...metadata, deletionTimestamp: metadata.creationTimestamp }, status: ready },
    false,
  ],
  ['a list gives dates where a watch gives texts', { metadata: { ...metadata, creationTimestamp: new Date() }, status: ready }, true],
])('%s', (_, object, expected) => {
  expect(podFrom(object).ready).toBe(expected);
});

test('a Service without a selector selects by nothing', () => {
  expect(serviceFrom({ metadata: { name: 's' }, spec: {} })).toEqual({ name: 's', selector: {} });
});

test('a backend without a weight has weight 1, as the Gateway API says', () => {
  const route = routeFrom({
    metadata: { name: 'r', namespace: 'models', generation: 1 },
    spec: { parentRefs: [{ name: 'models' }], hostnames: ['h'], rules: [{ backendRefs: [{ name: 's', port: 80 }] }] },
  });
  expect(route.rules[0]?.backendRefs).toEqual([{ name: 's', kind: 'Service', weight: 1 }]);
  expect(route.reported).toEqual([]);
});

test('an object that is something else is refused', () => {
  expect(() => routeFrom({ metadata: { name: 'r' } })).toThrow('namespace');
});
