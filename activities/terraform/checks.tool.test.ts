/** What a root may not be, asked of the real Terraform. Nothing here has a credential, as in a release. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTerraformWorld, gates, type TerraformWorld } from '../../test/support/terraform-world.ts';

/** Each loads a provider of 700 MB: a minute or two on a machine that is busy with others. */
vi.setConfig({ testTimeout: 600_000 });

const sound = `terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "s3" {}
}

variable "password" {
  type      = string
  sensitive = true
}

variable "name" {
  type    = string
  default = "x"
}

resource "aws_ssm_parameter" "this" {
  name  = "/\${var.name}"
  type  = "SecureString"
  value = var.password
}
`;

let world: TerraformWorld;
beforeAll(async () => {
  world = await createTerraformWorld();
});
afterAll(() => world.close());

const rootOf = async (files: Record<string, string>) => world.input(await world.archive(files));

test('a sound root passes all three checks', async () => {
  const input = await rootOf({ 'infra/root/main.tf': sound });
  const answers = await Promise.all([
    world.run('checkFormat', input),
    world.run('validateRoot', { ...input, gates }),
    world.run('checkAllowList', { ...input, gates }),
  ]);
  expect(answers.map(({ tool, status, worst }) => ({ tool, status, worst }))).toEqual([
    { tool: 'terraform fmt', status: 'pass', worst: [] },
    { tool: 'terraform validate', status: 'pass', worst: [] },
    { tool: 'plimsoll', status: 'pass', worst: [] },
  ]);
  expect(answers[0].toolVersion).toMatch(/^1\.\d+\.\d+/);
});

test('each file that fmt would change is named, local modules outside the root too', async () => {
  const main = `${sound}\nmodule "net" {\n  source = "../modules/net"\n}\n`;
  const input = await rootOf({
    'infra/root/main.tf': main,
    'infra/root/ugly.tf': 'locals {\na=1\n}\n',
    'infra/modules/net/main.tf': 'locals {\nb   = 1\n}\n',
  });
  const { status, worst } = await world.run('checkFormat', input);
  expect(status).toBe('fail');
  expect(worst.map(({ rule, severity, file }) => ({ rule, severity, file }))).toEqual([
    { rule: 'terraform.fmt', severity: 'high', file: 'infra/root/ugly.tf' },
    { rule: 'terraform.fmt', severity: 'high', file: 'infra/modules/net/main.tf' },
  ]);
});

test('code that is not HCL is an error of every check, never a pass', async () => {
  const input = await rootOf({ 'infra/root/main.tf': 'resource "a" {' });
  const answers = await Promise.all([
    world.run('checkFormat', input),
    world.run('validateRoot', { ...input, gates }),
    world.run('checkAllowList', { ...input, gates }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['error', 'error', 'error']);
});

test('what validate finds is critical and says where', async () => {
  const input = await rootOf({ 'infra/root/main.tf': `${sound}\noutput "x" {\n  value = var.nowhere\n}\n` });
  const { status, worst } = await world.run('validateRoot', { ...input, gates });
  expect(status).toBe('fail');
  expect(worst).toMatchObject([{ rule: 'terraform.validate.error', severity: 'critical', file: 'infra/root/main.tf', line: 29 }]);
});

test('a sensitive variable and an unknown one in a request are named and refused', async () => {
  const input = await rootOf({ 'infra/root/main.tf': sound });
  const { status, worst } = await world.run('validateRoot', {
    ...input,
    gates,
    variables: { password: 'hunter2', colour: 'red', name: 'y' },
  });
  expect(status).toBe('fail');
  expect(worst.map(({ rule, address }) => [rule, address])).toEqual([
    ['plimsoll.terraform.variable.sensitive', 'var.password'],
    ['plimsoll.terraform.variable.unknown', 'var.colour'],
  ]);
  expect(JSON.stringify(worst)).not.toContain('hunter2');
});

test('a root outside the list is not initialised: no provider of it is ever started', async () => {
  const input = await rootOf({ 'infra/root/main.tf': sound.replace('hashicorp/aws', 'evil/aws') });
  const { status, report } = await world.run('validateRoot', { ...input, gates });
  expect(status).toBe('error');
  expect(await world.store.getJson(report)).toMatchObject({ parseErrors: ['not initialised: the allow-list refuses this root'] });
});

test('a provider that no mirror has is an error that says so, and no pass', async () => {
  const input = await rootOf({ 'infra/root/main.tf': sound.replace('5.100.0', '5.99.999') });
  const { status, report } = await world.run('validateRoot', { ...input, gates });
  expect(status).toBe('error');
  expect(await world.store.getJson(report)).toMatchObject({ parseErrors: [expect.stringContaining('a provider or module is missing')] });
});
