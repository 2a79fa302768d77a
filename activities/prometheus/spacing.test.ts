import { expect, test } from 'vitest';
import { spacingOf } from './spacing.ts';

test.each<[string, readonly (readonly number[])[], number | null]>([
  ['each second', [[100.01, 101.02, 102.01]], 1],
  [
    'each quarter of a minute, a little early and late',
    [
      [0.1, 15.102, 30.099, 45.1],
      [3, 18],
    ],
    15,
  ],
  ['each minute, with a scrape that failed', [[0, 60, 180, 240]], 60],
  ['every two and a half seconds: no instant may fall between', [[0, 2.5, 5]], 3],
  ['more often than each second: instants are whole ones', [[0, 0.5, 1, 1.5]], 1],
  ['once so far', [[100], [101], []], null],
  ['never', [], null],
])('a service that is scraped %s', (_, times, spacing) => {
  expect(spacingOf(times)).toBe(spacing);
});
