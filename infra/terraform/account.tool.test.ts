/**
 * Goal: what is written here makes an account that works: the bootstrap moves its own state in and is harmless
 * when it is run again.
 * Method: the real Terraform with the real AWS provider, against a stand-in of this file's own.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../test/support/stand-in.ts';

const copy = mkdtempSync(join(tmpdir(), 'account-'));
let aws: StandIn;

beforeAll(async () => {
  // In a copy, so that the checkout stays as it is.
  for (const folder of ['bootstrap', 'modules']) cpSync(join(import.meta.dirname, folder), join(copy, folder), { recursive: true });
  aws = await startStandIn('eu-west-1');
});
afterAll(async () => {
  await aws.stop();
  rmSync(copy, { recursive: true });
});

const terraform = async (root: string, ...args: readonly string[]): Promise<string> => {
  const env = {
    HOME: copy,
    PATH: process.env['PLIMSOLL_TOOLS_PATH'],
    TF_CLI_CONFIG_FILE: process.env['PLIMSOLL_TERRAFORM_CLI_CONFIG'],
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    ...aws.env,
  };
  const { stdout } = await promisify(execFile)('terraform', args, { cwd: join(copy, root), env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
};

/** 0: nothing to do; a rejection with code 2 otherwise. */
const plansNothing = (root: string, ...variables: readonly string[]) =>
  terraform(root, 'plan', '-detailed-exitcode', '-no-color', '-lock=false', ...variables);

test('the bootstrap makes the bucket of states, moves its own state in, and changes nothing when it is run again', async () => {
  const variables = ['-var', 'name=acme-ml'];
  await terraform('bootstrap', 'init', '-no-color');
  await terraform('bootstrap', 'apply', '-auto-approve', '-no-color', ...variables);
  writeFileSync(join(copy, 'bootstrap/backend.tf'), await terraform('bootstrap', 'output', '-raw', 'backend'));
  await terraform('bootstrap', 'init', '-migrate-state', '-force-copy', '-no-color');
  rmSync(join(copy, 'bootstrap/terraform.tfstate'));
  await plansNothing('bootstrap', ...variables);
  expect(existsSync(join(copy, 'bootstrap/terraform.tfstate'))).toBe(false);
  expect(JSON.parse(await terraform('bootstrap', 'output', '-json'))).toMatchObject({
    bucket: { value: 'acme-ml-tfstate' },
    lock_table: { value: 'acme-ml-tflock' },
  });
}, 300_000);
