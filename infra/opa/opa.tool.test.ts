/** The policies' own tests, and that no line of a rule is without one. */
import { execaSync } from 'execa';
import { expect, test } from 'vitest';
import known from '../../domain/waivable-rules.json' with { type: 'json' };
import { findTool } from '../../test/support/find-tool.ts';

const opa = (...args: readonly string[]) => execaSync(findTool('opa'), [...args, 'infra/opa']).stdout;

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

interface Said {
  readonly title?: string;
  readonly description?: string;
  readonly custom?: Readonly<Record<string, unknown>>;
}

function annotatedRules(): readonly Said[] {
  const { annotations } = JSON.parse(opa('inspect', '--annotations', '--format', 'json')) as {
    annotations: { path: { value: string }[]; annotations: Said }[];
  };
  return annotations
    .filter(({ path }) => ['violations', 'reasons'].includes(path.at(-1)?.value ?? ''))
    .map(({ annotations: said }) => said);
}

test('every rule that denies or asks says its title, why, its code, its solution and its controls', () => {
  const rules = annotatedRules();
  expect(rules.length).toBeGreaterThanOrEqual(32);
  for (const said of rules)
    expect(said).toMatchObject({
      title: expect.any(String),
      description: expect.any(String),
      custom: { code: expect.any(String), solution: expect.any(String), controls: expect.any(Array) },
    });
});

test('the catalog takes waivers for exactly the rules that say that they can be waived', () => {
  const waivable = annotatedRules().flatMap(({ custom }) => (custom?.['waivable'] === true ? [String(custom['code'])] : []));
  expect(new Set(known.policies)).toEqual(new Set(waivable));
});
