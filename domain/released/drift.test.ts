import { expect, test } from 'vitest';
import type { Intent } from '../record.ts';
import { driftIn, leftBy } from './drift.ts';

const of = { place: 'production/infrastructure/platform', release: 'fraud-1' };
const counts = { create: 0, update: 0, delete: 0, replace: 0 };

test('what a plan would still change has drifted; what is only read has not, and what is not listed is counted', () => {
  const plan = {
    addresses: ['a', 'b', 'data.c'],
    actions: ['delete', 'update', 'read'] as const,
    counts: { ...counts, delete: 1, update: 4 },
  };
  expect(driftIn(plan, of)).toEqual({
    found: [
      { ...of, address: 'a', action: 'delete' },
      { ...of, address: 'b', action: 'update' },
    ],
    more: 3,
  });
});

test('a plan with nothing to do has found nothing', () => {
  expect(driftIn({ addresses: [], actions: [], counts }, of)).toEqual({ found: [], more: 0 });
});

const intent = (change: Partial<Intent>): Intent => ({
  step: 'deploy',
  owed: [],
  infrastructure: 'unchanged',
  model: 'unchanged',
  ...change,
});
const apply = { archive: { digest: 'sha256:a', bytes: 1 }, approved: { digest: 'sha256:b', bytes: 1 }, lineage: null } as const;

test.each<[string, Intent | null, ReturnType<typeof leftBy>]>([
  ['one that began nothing', null, 'nothing'],
  ['one that found nothing to change', intent({}), 'nothing'],
  ['one of a model alone', intent({ infrastructure: 'none' }), 'nothing'],
  ['one that went on after its apply', intent({ infrastructure: 'applied' }), 'applied'],
  ['one whose apply was the last that is known', intent({ step: 'apply', apply }), 'unknown'],
  ['one that applied in part', intent({ infrastructure: 'partial' }), 'unknown'],
])('%s has left what its last intent says', (_, last, left) => {
  expect(leftBy(last)).toBe(left);
});
