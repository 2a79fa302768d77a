import { expect, test } from 'vitest';
import { type ChangeSet, changeDigestOf, differingAddresses, unapprovedChanges, type ValueChange } from './change.ts';
import { digestOf } from './digest.ts';

const change = (address: string, after: unknown, extra: Partial<ValueChange> = {}): ValueChange & { type: string } => {
  const values = { address, action: 'create' as const, before: null, after, afterUnknown: {}, ...extra };
  return { ...values, digest: digestOf(values), type: 'x' };
};
const setOf = (resources: ChangeSet['resources'], outputs: ChangeSet['outputs'] = []): ChangeSet => ({ resources, outputs, drift: [] });

const approved = setOf(
  [
    change('x.a', { n: 1 }),
    change('x.b', { n: 2, list: ['y', null] }, { afterUnknown: { id: true, list: [false, true] } }),
    change('x.c', null, { action: 'delete', before: { n: 3 } }),
  ],
  [change('output.o', null, { afterUnknown: true })],
);

test('what is left of an approved change is approved', () => {
  expect(unapprovedChanges(approved, setOf(approved.resources.slice(1), approved.outputs))).toEqual([]);
  expect(unapprovedChanges(approved, setOf([]))).toEqual([]);
});

test('a value that was unknown when approved may have become anything', () => {
  const found = setOf(
    [change('x.b', { n: 2, id: 'i-1', list: ['y', 'z'] })],
    [change('output.o', 'https://x', { action: 'update', before: 'old' })],
  );
  expect(unapprovedChanges(approved, found)).toEqual([]);
});

test.each<[string, ValueChange & { type: string }]>([
  ['an address nobody saw', change('x.new', { n: 1 })],
  ['another value', change('x.a', { n: 2 })],
  ['a value more', change('x.a', { n: 1, m: 1 })],
  ['a value that was known and is not any more', change('x.a', {}, { afterUnknown: { n: true } })],
  ['another action', change('x.a', { n: 1 }, { action: 'replace' })],
  ['another state before', change('x.c', null, { action: 'delete', before: { n: 4 } })],
  ['a list where there was an object', change('x.a', [1])],
])('%s is not approved', (_, found) => {
  expect(unapprovedChanges(approved, setOf([found]))).toEqual([found.address]);
});

test('an output that would go away was not approved as a value', () => {
  expect(unapprovedChanges(approved, setOf([], [change('output.o', null, { action: 'delete' })]))).toEqual(['output.o']);
});

test('the digest does not depend on the order, and differences are named', () => {
  const turned = { ...approved, resources: approved.resources.toReversed() };
  expect(changeDigestOf(turned)).toBe(changeDigestOf(approved));
  expect(differingAddresses(approved, turned)).toEqual([]);
  expect(differingAddresses(approved, setOf([change('x.a', { n: 9 }), ...approved.resources.slice(1)], approved.outputs))).toEqual(['x.a']);
});
