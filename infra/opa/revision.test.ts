import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestPattern } from '../../domain/digest.ts';
import { policyRevision } from './revision.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
  mkdirSync(join(folder, 'rules'));
  writeFileSync(join(folder, 'rules', 'a.rego'), 'package a\n');
  writeFileSync(join(folder, 'data.json'), '{}\n');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the same policies have the same revision', () => {
  expect(policyRevision(folder)).toMatch(digestPattern);
  expect(policyRevision(folder)).toBe(policyRevision(folder));
});

test.each([
  ['a rule', join('rules', 'a.rego'), 'package a\n\nx := 1\n'],
  ['a threshold', 'data.json', '{"x":1}\n'],
  ['a new file', 'b.rego', 'package b\n'],
])('%s that changes is another revision', (_what, path, content) => {
  const before = policyRevision(folder);
  writeFileSync(join(folder, path), content);
  expect(policyRevision(folder)).not.toBe(before);
});

test.each([
  ['a test', join('rules', 'a_test.rego')],
  ['a document', 'README.md'],
  ['a script', 'x.ts'],
])('%s does not change the revision', (_what, path) => {
  const before = policyRevision(folder);
  writeFileSync(join(folder, path), 'anything');
  expect(policyRevision(folder)).toBe(before);
});

test('two files that swap their contents are another revision', () => {
  writeFileSync(join(folder, 'b.rego'), 'package b\n');
  const before = policyRevision(folder);
  writeFileSync(join(folder, 'b.rego'), 'package a\n');
  writeFileSync(join(folder, 'rules', 'a.rego'), 'package b\n');
  expect(policyRevision(folder)).not.toBe(before);
});

test('a folder without policies has no revision', () => {
  rmSync(join(folder, 'rules'), { recursive: true });
  rmSync(join(folder, 'data.json'));
  expect(() => policyRevision(folder)).toThrow('no policies');
});
