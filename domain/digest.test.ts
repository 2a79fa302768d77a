import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText, digestOf, digestText, hexOf, isDigest } from './digest.ts';

test("RFC 8785's own example comes out as the RFC prints it", () => {
  const value = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  ) as unknown;
  expect(canonicalText(value)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

test('names sort by UTF-16 code units, as the RFC says, not by code points', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
  expect(canonicalText(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
});

test('the digest of a text is what every other program says it is', () => {
  expect(digestText('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  fc.assert(fc.property(fc.string(), (text) => hexOf(digestText(text)) === createHash('sha256').update(text).digest('hex')));
});

test('neither the order of members nor a member without a value changes a digest', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      expect(digestOf({ ...reversed, '§ absent': undefined })).toBe(digestOf(value));
    }),
  );
});

test.each([['sha256:abc'], ['SHA256:' + '0'.repeat(64)], ['0'.repeat(64)], [`sha256:${'A'.repeat(64)}`]])('%s is no digest', (text) => {
  expect(isDigest(text)).toBe(false);
});

test('what is not JSON has no canonical form', () => {
  expect(() => canonicalText(undefined)).toThrow('invariant broken');
  expect(() => canonicalText(Number.NaN)).toThrow('NaN');
});
