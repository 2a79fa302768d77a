import { describe, expect, test } from 'vitest';
import { digestText } from './digest.ts';
import { revisionsIn, whyUnexpected } from './policy-revisions.ts';

const [old, young, other] = [digestText('old'), digestText('young'), digestText('other')];

describe('the file of revisions', () => {
  test('has one a line; what is for people is left out', () => {
    expect(revisionsIn(`# until every OPA has the new one\n${old}\n\n  ${young}\n`)).toEqual([old, young]);
  });

  test.each([
    ['', /names no revision/],
    ['# nothing yet\n', /names no revision/],
    [`${old}\nlatest\n`, /"latest" is no revision/],
    [`${old} ${young}`, /is no revision/],
    ['sha256:abc', /is no revision/],
  ])('%j is none', (text, why) => {
    expect(() => revisionsIn(text)).toThrow(why);
  });
});

test.each<[string, readonly string[], RegExp]>([
  ['by one that is expected', [young], /^it counts$/],
  ['by the same of two bundles', [old, old], /^it counts$/],
  ['by another one', [other], /OPA answers by sha256:.*, expected is sha256:.* or sha256:/],
  ['by two, both of them expected', [old, young], /answers by .* and /],
  ['by an expected one beside another', [old, other], /answers by .* and /],
  ['by none', [], /answers by no bundle/],
  ['by one without a revision', [''], /answers by/],
])('an answer %s', (_, answered, says) => {
  expect(whyUnexpected(answered, [old, young]) ?? 'it counts').toMatch(says);
});
