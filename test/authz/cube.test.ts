import { expect, test } from 'vitest';
import { type Point, points, summarise } from './cube.ts';

const said = (allowed: (point: Point) => boolean) => summarise(points.map(allowed));

test.each<[string, (point: Point) => boolean]>([
  ['–', () => false],
  ['all', () => true],
  ['own', ({ team }) => team === 'risk'],
  ['others’', ({ team }) => team === 'growth'],
  ['all with MFA', ({ mfa }) => mfa],
  ['all in staging', ({ environment }) => environment === 'staging'],
  ['own in production with MFA', ({ team, environment, mfa }) => team === 'risk' && environment === 'production' && mfa],
  [
    'risk staging MFA; risk staging; risk production MFA',
    ({ team, environment, mfa }) => team === 'risk' && (environment === 'staging' || mfa),
  ],
])('%s', (text, allowed) => {
  expect(said(allowed)).toBe(text);
});

test('no two different answers read alike', () => {
  const all = Array.from({ length: 2 ** points.length }, (_, bits) => points.map((_, index) => (bits & (1 << index)) !== 0));
  expect(new Set(all.map(summarise)).size).toBe(all.length);
});
