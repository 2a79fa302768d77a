import { expect, test } from 'vitest';
import { releaseBody, writeCatalog } from '../../test/support/api-world.ts';
import { loadCatalog } from '../catalog/load.ts';
import { resolveOrder, resolveRollback } from '../catalog/resolve-order.ts';
import { previousOf, type Released, versionsToGoBackTo } from './running.ts';

const catalog = loadCatalog(writeCatalog(), {});
const ana = { subject: 'ana', kind: 'human' } as const;

function release(version: string): Released {
  const digest = `sha256:${version.padEnd(64, '0')}` as const;
  const order = resolveOrder(catalog, { ...releaseBody, model: { ...releaseBody.model, version, digest }, attempt: 1 }, ana);
  return { kind: 'released', at: '', order: order as Released['order'] };
}

function rollbackTo(released: Released): Released {
  const order = resolveRollback(catalog, released.order, { incident: 'i', reason: 'r', attempt: 1 }, ana);
  return { kind: 'released', at: '', order: order as Released['order'] };
}

const [one, two, three] = [release('1'), release('2'), release('3')];

test('nothing runs: nothing to go back to', () => {
  expect([versionsToGoBackTo([]), previousOf([]), previousOf([one])]).toEqual([[], undefined, undefined]);
});

test('every other version once, newest first', () => {
  expect(versionsToGoBackTo([three, two, one, two])).toEqual([two, one]);
  expect(previousOf([three, two, one])).toBe(two);
});

test('after a rollback `previous` goes further back, never forth to what was left; the list still offers that', () => {
  const afterRollback = [rollbackTo(two), three, two, one];
  expect(previousOf(afterRollback)).toBe(one);
  expect(versionsToGoBackTo(afterRollback)).toEqual([three, one]);
});
