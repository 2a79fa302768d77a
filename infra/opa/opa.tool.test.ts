/** The policies' own tests, and that no line of a rule is without one. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { findTool } from '../../test/support/find-tool.ts';

const opa = (...args: readonly string[]) => execFileSync(findTool('opa'), [...args, 'infra/opa'], { encoding: 'utf8' });

test('the policies are strict and formatted', () => {
  expect(() => opa('check', '--strict')).not.toThrow();
  expect(opa('fmt', '--list')).toBe('');
});

test('every test of the policies passes', () => {
  expect(() => opa('test')).not.toThrow();
});

test('every line of every policy is run by a test', () => {
  const { files } = JSON.parse(opa('test', '--coverage')) as { files: Record<string, { not_covered?: unknown[] }> };
  const uncovered = Object.entries(files).filter(([, { not_covered: lines = [] }]) => lines.length > 0);
  expect(uncovered.map(([file]) => file)).toEqual([]);
});

test('every rule that denies or asks says its code, its solution and its controls', () => {
  const { annotations } = JSON.parse(opa('inspect', '--annotations', '--format', 'json')) as {
    annotations: { path: { value: string }[]; annotations: { title?: string; custom?: Record<string, unknown> } }[];
  };
  const rules = annotations.filter(({ path }) => ['violations', 'reasons'].includes(path.at(-1)?.value ?? ''));
  expect(rules.length).toBeGreaterThanOrEqual(13);
  for (const { annotations: said } of rules)
    expect(said).toMatchObject({
      title: expect.any(String),
      custom: { code: expect.any(String), solution: expect.any(String), controls: expect.any(Array) },
    });
});
