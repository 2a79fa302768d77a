/**
 * Goal: every module keeps its promises and refuses what it should; all Terraform here is formatted.
 * Method: `terraform test` with a mock provider, in a copy, so that the checkout stays as it is. The provider whose
 * schemas the mock has runs beside.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test, vi } from 'vitest';
import { createRunningProviders } from '../../test/support/running-provider.ts';

/** A provider of 700 MB for each run of each: a minute or two on a machine that is busy with others. */
vi.setConfig({ testTimeout: 600_000 });

const repository = resolve(import.meta.dirname, '../..');
const here = import.meta.dirname;
const roots = ['bootstrap', 'platform', 'environments/staging', 'environments/production'];
const tested = [...roots, ...readdirSync(join(here, 'modules')).map((name) => join('modules', name))];
const copies = mkdtempSync(join(tmpdir(), 'modules-'));
for (const folder of [...roots, 'modules']) cpSync(join(here, folder), join(copies, folder), { recursive: true });
const providers = createRunningProviders();
afterAll(async () => {
  await providers.end();
  rmSync(copies, { recursive: true });
});

/** No AWS settings at all: a mock provider must not need them. */
const terraform = async (cwd: string, args: readonly string[], provider: Readonly<Record<string, string>> = {}) => {
  const env = {
    ...provider,
    HOME: copies,
    PATH: process.env['PLIMSOLL_TOOLS_PATH'],
    TF_CLI_CONFIG_FILE: process.env['PLIMSOLL_TERRAFORM_CLI_CONFIG'],
    TF_IN_AUTOMATION: '1',
  };
  const { stdout } = await execa('terraform', args, { cwd, env, extendEnv: false });
  return stdout;
};

/** `terraform test` exits with 1 when a run fails, which rejects and shows its output. */
test.each(tested)('the tests of %s pass', async (name) => {
  const folder = join(copies, name);
  await terraform(folder, ['init', '-backend=false', '-input=false', '-no-color']);
  const output = await terraform(folder, ['test', '-no-color'], await providers.environmentFor(folder));
  expect(output).toMatch(/Success! [1-9]\d* passed, 0 failed\./);
});

test.each(['infra/terraform', 'examples/ml-platform/infra/terraform'])('%s is formatted', async (folder) => {
  expect(await terraform(join(repository, folder), ['fmt', '-check', '-recursive'])).toBe('');
});

/** The names within every `expect_failures`, of which one run may hold several. */
const refusedIn = (text: string): readonly string[] =>
  [...text.matchAll(/expect_failures = \[([^\]]*(?:\["[^"]*"\][^\]]*)*)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/\bvar\.(\w+)/g)].map(([, name = '']) => name),
  );

test.each(tested)('every input of %s has a refusal, and a run that expects it', (name) => {
  const variables = readFileSync(join(here, name, 'variables.tf'), 'utf8');
  const inputs = [...variables.matchAll(/^variable "(\w+)"/gm)].map(([, input = '']) => input);
  const refused = refusedIn(readFileSync(join(here, name, 'tests/refuses.tftest.hcl'), 'utf8'));
  expect(inputs.filter((input) => !refused.includes(input))).toEqual([]);
  // As many refusals at least as validations: the second one of an input is expected by a run of its own.
  const unexpected = inputs.filter((input) => {
    const block = variables.slice(variables.indexOf(`variable "${input}"`)).split(/^variable /m)[1] ?? '';
    return block.split('validation {').length - 1 > refused.filter((one) => one === input).length;
  });
  expect(unexpected).toEqual([]);
});

test.each(tested)('%s is made of the same files as every other', (name) => {
  for (const file of ['main.tf', 'variables.tf', 'outputs.tf', 'versions.tf', 'README.md'])
    expect(existsSync(join(here, name, file))).toBe(true);
});
