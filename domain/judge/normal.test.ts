import { expect, test } from 'vitest';
import { deviationsOfTail } from './normal.ts';

test.each([
  [0.5, 0],
  [0.05, 1.644853627],
  [0.025, 1.9599639845],
  [0.02, 2.0537489106],
  [0.001, 3.0902323062],
  [1e-6, 4.7534243088],
  [0.975, -1.9599639845],
])('of all values %d lie higher than %d standard deviations', (tail, deviations) => {
  expect(deviationsOfTail(tail)).toBeCloseTo(deviations, 7);
});
