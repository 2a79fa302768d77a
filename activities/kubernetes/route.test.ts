import { describe, expect, test } from 'vitest';
import type { RouteRef } from '../../domain/ports.ts';
import { missingAcceptance, type Route, routeAnswer, routeManifest, weightsOf } from './route.ts';
import { serviceManifest } from './services.ts';

const input: RouteRef = {
  release: { releaseId: 'fraud-scorer-production-0123456789ab', service: 'fraud-scorer', environment: 'production', team: 'risk' },
  cluster: { name: 'ml-production', namespace: 'models' },
  route: { gateway: 'models', hostname: 'fraud.example.com', port: 8080 },
};

describe('what is written', () => {
  test('is one rule with both slots, the release that wrote it, and the version as a fence', () => {
    const manifest = routeManifest(input, { a: 95, b: 5 }, '41');
    expect(manifest.metadata).toMatchObject({
      name: 'fraud-scorer',
      resourceVersion: '41',
      annotations: { 'plimsoll.dev/release': input.release.releaseId },
    });
    expect(manifest.spec.rules).toEqual([
      {
        backendRefs: [
          { kind: 'Service', name: 'fraud-scorer-a', port: 8080, weight: 95 },
          { kind: 'Service', name: 'fraud-scorer-b', port: 8080, weight: 5 },
        ],
      },
    ]);
  });
  test('has no fence where there was no route', () => {
    expect(routeManifest(input, { a: 0, b: 0 }, null).metadata).not.toHaveProperty('resourceVersion');
  });
  test('a Service selects its slot and no version, so that it never has to change', () => {
    expect(serviceManifest(input, 'b').spec?.selector).toEqual({ 'plimsoll.dev/service': 'fraud-scorer', 'plimsoll.dev/slot': 'b' });
  });
});

const route = (backendRefs: readonly { name: string; weight?: number }[], parents: unknown = []): Route =>
  routeAnswer.parse({ metadata: { resourceVersion: '1', generation: 3 }, spec: { rules: [{ backendRefs }] }, status: { parents } });

describe('the weights of a route', () => {
  const [a, b] = ['fraud-scorer-a', 'fraud-scorer-b'];
  test('are those of the two slots, in whatever order', () => {
    expect(
      weightsOf(
        route([
          { name: b, weight: 5 },
          { name: a, weight: 95 },
        ]),
        'fraud-scorer',
      ),
    ).toEqual({ a: 95, b: 5 });
    expect(
      weightsOf(
        route([
          { name: a, weight: 0 },
          { name: b, weight: 0 },
        ]),
        'fraud-scorer',
      ),
    ).toEqual({ a: 0, b: 0 });
  });
  test('an unnamed weight is 1, as Gateway API says', () => {
    expect(weightsOf(route([{ name: a }, { name: b, weight: 1 }]), 'fraud-scorer')).toEqual({ a: 1, b: 1 });
  });
  test.each([
    ['one slot only', [{ name: a, weight: 1 }]],
    ['a third backend', [{ name: a }, { name: b }, { name: 'elsewhere' }]],
    ['other backends', [{ name: 'x' }, { name: 'y' }]],
  ])('%s has no weights that could be named', (_title, refs) => {
    expect(weightsOf(route(refs), 'fraud-scorer')).toBeNull();
  });
});

describe('a gateway has taken the route', () => {
  const parent = (conditions: unknown, name = 'models') => ({ parentRef: { name }, conditions });
  const yes = (type: string, observedGeneration = 3) => ({ type, status: 'True', reason: type, observedGeneration });
  const accepted = parent([yes('Accepted'), yes('ResolvedRefs')]);

  test('when both conditions are true of this generation', () => {
    expect(missingAcceptance(route([], [accepted]), 'models')).toBeNull();
  });
  test.each([
    ['nobody has answered', [], /no controller/],
    ['another gateway has', [parent([yes('Accepted'), yes('ResolvedRefs')], 'other')], /no controller/],
    ['it speaks of older weights', [parent([yes('Accepted', 2), yes('ResolvedRefs')])], /Accepted is not decided/],
    ['the backends are not known yet', [parent([yes('Accepted')])], /ResolvedRefs is not decided/],
    [
      'it is refused',
      [parent([{ type: 'Accepted', status: 'False', reason: 'NotAllowedByListeners', observedGeneration: 3 }])],
      /Accepted is False: NotAllowedByListeners/,
    ],
    ['one of two controllers has not', [accepted, parent([])], /Accepted is not decided/],
  ])('not while %s', (_title, parents, missing) => {
    expect(missingAcceptance(route([], parents), 'models')).toMatch(missing);
  });
});
