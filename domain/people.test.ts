import { expect, test } from 'vitest';
import { isSamePerson } from './people.ts';

test.each([
  ['ana', [], 'ana', 'is named by subject'],
  ['ana', [], 'Ana@Example.com', 'has their subject before the @'],
  ['ana', [], '4711+ana@users.noreply.github.com', 'writes through GitHub’s address without an address'],
  ['ana@example.com', [], 'ANA@example.com', 'has an address for a subject'],
  ['00u1abc', ['ana@example.com'], 'ana@example.com', 'has an address in the catalog'],
])('%s (%j) and %s are one person, who %s', (subject, addresses, name) => {
  expect(isSamePerson(subject, addresses, name)).toBe(true);
});

test.each([
  ['ana', [], 'anabel@example.com'],
  ['00u1abc', ['ana@example.com'], 'ben@example.com'],
  ['ana@example.com', [], 'ben@example.com'],
])('%s (%j) and %s are two', (subject, addresses, name) => {
  expect(isSamePerson(subject, addresses, name)).toBe(false);
});
