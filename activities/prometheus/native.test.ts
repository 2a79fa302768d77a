import { expect, test } from 'vitest';
import { atMostOf, edgesOf, nativeHistogram } from './native.ts';

/** The form of the HTTP API's documentation. */
const answered = {
  count: '10',
  sum: '3.2',
  buckets: [
    [3, '-0.001', '0.001', '2'],
    [0, '0.25', '0.2973017787506803', '3'],
    [0, '0.5', '0.5946035575013605', '5'],
  ],
};
const histogram = nativeHistogram.parse(answered);

test("an answer's buckets are read, and one without buckets has none", () => {
  expect(histogram).toEqual({
    count: 10,
    buckets: [
      { left: -0.001, right: 0.001, count: 2 },
      { left: 0.25, right: 0.2973017787506803, count: 3 },
      { left: 0.5, right: 0.5946035575013605, count: 5 },
    ],
  });
  expect(nativeHistogram.parse({ count: '0', sum: '0' })).toEqual({ count: 0, buckets: [] });
});

test('what is at most at an edge is known at the edges of buckets and in the gaps between them', () => {
  expect([0.001, 0.1, 0.25, 2 ** -1.75, 0.4, 0.5, 2 ** -0.75, 1].map((edge) => atMostOf(histogram, edge))).toEqual([
    2, 2, 2, 5, 5, 5, 10, 10,
  ]);
});

test('and not inside of one', () => {
  expect(atMostOf(histogram, 0.26)).toBeNull();
});

test('edges are those of the coarsest histogram, and 19 % apart at the finest', () => {
  const fine = edgesOf([histogram]);
  expect(fine.map((edge, index) => edge / (fine[index - 1] ?? Number.NaN)).slice(1)).toEqual(
    fine.slice(1).map(() => expect.closeTo(2 ** 0.25, 9) as number),
  );
  const coarse = { count: 1, buckets: [{ left: 0.25, right: 1, count: 1 }] };
  expect(edgesOf([histogram, coarse]).slice(0, 3)).toEqual([2 ** -10, 2 ** -8, 2 ** -6]);
  expect(edgesOf([])).toEqual(fine);
});
