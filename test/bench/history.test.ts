import { expect, test } from 'vitest';
import { uncovered } from './history.ts';

test('time outside spans counts once, however they overlap', () => {
  const spans = [
    { from: 1, to: 4 },
    { from: 2, to: 3 },
    { from: 3.5, to: 6 },
    { from: 8, to: 20 },
  ];
  expect(uncovered({ from: 0, to: 10 }, spans)).toBe(3);
});

test('without spans all time is outside', () => {
  expect(uncovered({ from: 5, to: 7 }, [])).toBe(2);
});
