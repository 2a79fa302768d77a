import { expect, test } from 'vitest';
import type { Condition, Route } from './objects.ts';
import { controllerName, statusToWrite } from './route-status.ts';

const now = new Date('2026-11-23T10:00:00.123Z');
const parentRef = { name: 'models', sectionName: 'http' };
const route: Route = {
  name: 'fraud',
  namespace: 'models',
  generation: 7,
  parentRefs: [parentRef],
  hostnames: ['fraud.example.com'],
  rules: [{ matches: [], filters: [], backendRefs: [{ name: 'fraud-a', kind: 'Service', weight: 100 }] }],
  reported: [],
};
const services = new Set(['fraud-a']);

const conditionsOf = (route: Route, names: ReadonlySet<string>) => statusToWrite(route, names, now)?.parents[0]?.conditions ?? [];
const reportedAs = (conditions: readonly Condition[]): Route => ({ ...route, reported: [{ controllerName, conditions }] });

test('a route that the gateway follows is accepted at its generation, for the parent as written', () => {
  const condition = { status: 'True', observedGeneration: 7, lastTransitionTime: '2026-11-23T10:00:00Z' };
  expect(statusToWrite(route, services, now)).toEqual({
    parents: [
      {
        parentRef,
        controllerName,
        conditions: [
          { ...condition, type: 'Accepted', reason: 'Accepted', message: 'requests follow this generation' },
          { ...condition, type: 'ResolvedRefs', reason: 'ResolvedRefs', message: 'every backend exists' },
        ],
      },
    ],
  });
});

test('a backend that does not exist is named', () => {
  expect(conditionsOf(route, new Set())).toMatchObject([
    { type: 'Accepted', status: 'True' },
    { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', message: 'no Service named fraud-a' },
  ]);
});

test('what the gateway cannot do is not accepted', () => {
  expect(conditionsOf({ ...route, rules: [] }, services)).toMatchObject([
    { type: 'Accepted', status: 'False', reason: 'UnsupportedValue', message: 'exactly one rule is supported' },
    { type: 'ResolvedRefs', status: 'True' },
  ]);
});

test('a status that already says so is not written again', () => {
  expect(statusToWrite(reportedAs(conditionsOf(route, services)), services, now)).toBeNull();
});

test('a new generation is written, and a condition keeps the time of its last change', () => {
  const old = conditionsOf(route, services).map((condition) => ({
    ...condition,
    observedGeneration: 6,
    lastTransitionTime: '2026-11-22T00:00:00Z',
  }));
  expect(conditionsOf(reportedAs(old), new Set())).toMatchObject([
    { type: 'Accepted', observedGeneration: 7, lastTransitionTime: '2026-11-22T00:00:00Z' },
    { type: 'ResolvedRefs', observedGeneration: 7, lastTransitionTime: '2026-11-23T10:00:00Z' },
  ]);
});

test("another controller's word does not count", () => {
  const foreign = { ...route, reported: [{ controllerName: 'example.com/other', conditions: conditionsOf(route, services) }] };
  expect(statusToWrite(foreign, services, now)).not.toBeNull();
});
