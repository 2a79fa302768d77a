import { expect, test } from 'vitest';
import { digestText } from '../digest.ts';
import { contradictions, type Head } from './checkpoint.ts';

const head = (release: string, sequence: number, content = release): Head => ({
  chain: `releases/${release}`,
  sequence,
  head: digestText(content),
});

test('a ledger that has grown contradicts nothing', () => {
  expect(contradictions([head('a', 3)], [head('a', 3), head('b', 0)])).toEqual([]);
  expect(contradictions([head('a', 3)], [head('a', 4, 'more')])).toEqual([]);
});

test('a chain that is gone, shorter or another one is said', () => {
  const before = [head('gone', 3), head('short', 3), head('other', 3)];
  expect(contradictions(before, [head('short', 2, 'less'), head('other', 3, 'else')])).toEqual([
    'releases/gone is gone',
    'releases/short ends with record 2, and had 3',
    'releases/other ends with another record 3',
  ]);
});
