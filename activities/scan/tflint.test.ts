import { expect, test } from 'vitest';
import { readTflint, readTflintVersion, tflintArgs, tflintConfig } from './tflint.ts';

const issue = (changes: object = {}) => ({
  rule: { name: 'terraform_typed_variables', severity: 'warning', link: 'https://example.com' },
  message: '`name` variable has no type',
  range: { filename: 'source/infra/production/variables.tf', start: { line: 3, column: 1 }, end: { line: 3, column: 9 } },
  callers: [],
  ...changes,
});

const read = (issues: unknown, errors: unknown = []) => readTflint(JSON.stringify({ issues, errors }), 'source');

test('it is told which configuration counts, and that there are no plugins', () => {
  expect(tflintArgs('source/infra', '/space/tflint.hcl')).toEqual(
    expect.arrayContaining(['--chdir=source/infra', '--config=/space/tflint.hcl', '--format=json']),
  );
  expect(tflintConfig('/space/none')).toContain('plugin_dir = "/space/none"');
});

test('an issue is a finding about a file of the repository', () => {
  expect(read([issue()])).toMatchObject({
    findings: [
      {
        tool: 'tflint',
        rule: 'terraform_typed_variables',
        severity: 'medium',
        address: 'infra/production/variables.tf',
        file: 'infra/production/variables.tf',
        line: 3,
      },
    ],
    parseErrors: [],
  });
});

test('what is wrong in a module beside the root is told by where the module lies', () => {
  const { findings } = read([issue({ range: { filename: 'source/infra/production/../modules/bucket/main.tf', start: { line: 1 } } })]);
  expect(findings[0]?.file).toBe('infra/modules/bucket/main.tf');
});

test('a finding that moved is the same finding', () => {
  const [before] = read([issue()]).findings;
  const [after] = read([issue({ range: { filename: 'source/infra/production/variables.tf', start: { line: 30 } } })]).findings;
  expect(after?.fingerprint).toBe(before?.fingerprint);
});

test('what it could not read is said with its place', () => {
  const error = { summary: 'Unclosed block', message: 'There is no closing brace.', severity: 'error', range: issue().range };
  expect(read([], [error, { message: 'failed to load' }]).parseErrors).toEqual([
    'infra/production/variables.tf:3: Unclosed block There is no closing brace.',
    'failed to load',
  ]);
});

test.each(['', 'Failed to load configurations', '{}', '{"issues":[{"rule":{"severity":"worst"}}],"errors":[]}'])(
  '%j is no answer',
  (text) => {
    expect(() => readTflint(text, '.')).toThrow(expect.objectContaining({ type: 'tool.rejected' }) as Error);
  },
);

test('its version is the one it says', () => {
  expect(readTflintVersion('TFLint version 0.64.0\n+ ruleset.terraform (0.15.0-bundled)\n')).toBe('0.64.0');
  expect(readTflintVersion('')).toBe('unknown');
});
