/**
 * Goal: every module keeps its promises and refuses what it should; all Terraform here is formatted.
 * Method: `terraform test` with a mock provider, in a copy, so that the checkout stays as it is.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
const modules = join(import.meta.dirname, 'modules');
const copies = mkdtempSync(join(tmpdir(), 'modules-'));
cpSync(modules, copies, { recursive: true });
afterAll(() => rmSync(copies, { recursive: true }));

/** No AWS settings at all: a mock provider must not need them. */
const terraform = async (cwd: string, ...args: string[]) => {
  const env = {
    HOME: copies,
    PATH: process.env['PLIMSOLL_TOOLS_PATH'],
    TF_CLI_CONFIG_FILE: process.env['PLIMSOLL_TERRAFORM_CLI_CONFIG'],
    TF_IN_AUTOMATION: '1',
  };
  const { stdout } = await promisify(execFile)('terraform', args, { cwd, env });
  return stdout;
};

/** `terraform test` exits with 1 when a run fails, which rejects and shows its output. */
test.each(readdirSync(modules))('the tests of %s pass', async (name) => {
  const folder = join(copies, name);
  await terraform(folder, 'init', '-backend=false', '-input=false', '-no-color');
  const output = await terraform(folder, 'test', '-no-color');
  expect(output).toMatch(/Success! [1-9]\d* passed, 0 failed\./);
});

test.each(['infra/terraform', 'examples/ml-platform/infra/terraform'])('%s is formatted', async (folder) => {
  expect(await terraform(join(repository, folder), 'fmt', '-check', '-recursive')).toBe('');
});

test.each(readdirSync(modules))('every input of %s has a refusal, and a run that expects it', (name) => {
  const inputs = [...readFileSync(join(modules, name, 'variables.tf'), 'utf8').matchAll(/^variable "(\w+)"/gm)].map(([, input]) => input);
  const refused = readFileSync(join(modules, name, 'tests/refuses.tftest.hcl'), 'utf8');
  expect(inputs.filter((input) => !refused.includes(`expect_failures = [var.${input}]`))).toEqual([]);
});
