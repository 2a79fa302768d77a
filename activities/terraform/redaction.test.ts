import { assert, jsonValue, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { PlanJson } from './plan-json.schema.ts';
import { hiddenText, redactPlan, replaceSensitive } from './redaction.ts';

const hide = (value: unknown, mask: unknown, secrets: readonly string[] = []) =>
  replaceSensitive(
    value,
    mask,
    (text) => secrets.some((secret) => text.includes(secret)),
    (_, path) => `hidden ${path.join('.')}`,
  );

test('the mask decides leaf by leaf, and a whole branch where it says so', () => {
  const value = { name: 'a', tags: { owner: 'x', token: 'y' }, list: [{ p: 'q' }, { p: 'r' }], gone: null };
  const mask = { tags: { token: true }, list: [{}, true], gone: true };
  expect(hide(value, mask)).toEqual({
    name: 'a',
    tags: { owner: 'x', token: 'hidden tags.token' },
    list: [{ p: 'q' }, 'hidden list.1'],
    gone: null,
  });
});

test('a known secret inside an unmarked text hides the text', () => {
  expect(hide({ url: 'https://u:hunter2@db' }, false, ['hunter2'])).toEqual({ url: 'hidden url' });
});

test('a value without a mask and without a secret stays the same', () => {
  assert(
    property(jsonValue(), (value) => {
      expect(hide(value, false)).toEqual(value);
    }),
  );
});

test('a secret that is masked somewhere is nowhere in the redacted plan', () => {
  const secret = 'correct-horse-battery';
  const change = (extra: object = {}) => ({
    actions: ['create' as const],
    before: null,
    after: { value: secret },
    after_sensitive: { value: true },
    ...extra,
  });
  const plan: PlanJson = {
    format_version: '1.2',
    terraform_version: '1.11.4',
    variables: { password: { value: secret }, name: { value: 'x' } },
    planned_values: {
      outputs: { password: { sensitive: true, value: secret } },
      root_module: {
        resources: [{ address: 'a.b', values: { value: secret }, sensitive_values: { value: true } }],
        child_modules: [{ resources: [{ address: 'm.a.b', values: { deep: [secret] }, sensitive_values: { deep: [true] } }] }],
      },
    },
    resource_changes: [{ address: 'a.b', type: 'a', change: change() }],
    resource_drift: [{ address: 'a.b', type: 'a', change: change() }],
    output_changes: { password: { actions: ['create'], before: null, after: secret, after_sensitive: true } },
    configuration: { root_module: { variables: { password: { sensitive: true, default: secret } } } },
    prior_state: { values: secret },
    timestamp: '2026-01-01T00:00:00Z',
  };
  const redacted = redactPlan(plan, []);
  expect(JSON.stringify(redacted)).not.toContain(secret);
  expect(redacted).toMatchObject({
    variables: { name: { value: 'x' }, password: { value: hiddenText } },
    resource_changes: [{ address: 'a.b' }],
  });
  expect(redacted).not.toHaveProperty('timestamp');
});
