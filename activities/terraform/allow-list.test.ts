/** The allow-list on code as people (and people with bad intentions) write it, read by the real HCL parser. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Gates } from '../../domain/catalog.ts';
import { violationsOf } from './allow-list.ts';
import { readConfiguration } from './configuration.ts';

const gates: Gates = {
  blockAt: 'high',
  providers: ['hashicorp/aws'],
  modules: ['terraform-aws-modules/vpc/aws', 'git::https://git.example.com/acme/*'],
};
const backend = 'terraform {\n  backend "s3" {}\n}\n';

let repository: string;
beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'plimsoll-allow-'));
});
afterEach(() => rm(repository, { recursive: true }));

async function write(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(repository, name)), { recursive: true });
    await writeFile(join(repository, name), text);
  }
}

async function check(files: Readonly<Record<string, string>>) {
  await write(files);
  const configuration = await readConfiguration(repository, 'root');
  return { problems: configuration.problems, found: violationsOf(configuration, gates).map(({ rule, address }) => `${rule} ${address}`) };
}

/** One file in the root, beside its backend. */
const checkCode = (code: string) => check({ 'root/main.tf': `${backend}${code}` });

test('AWS, local modules and listed modules with a lock file pass', async () => {
  const code = `
    module "net" { source = "../modules/net" }
    module "vpc" {
      source  = "terraform-aws-modules/vpc/aws"
      version = "5.0.0"
    }
    module "own" { source = "git::https://git.example.com/acme/x?ref=1" }
    resource "aws_s3_bucket" "b" {}
    resource "terraform_data" "t" {}
    data "terraform_remote_state" "s" { backend = "s3" }`;
  const lock = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n}\n';
  const modules = { 'modules/net/main.tf': 'resource "aws_vpc" "v" {}\n', 'root/.terraform.lock.hcl': lock };
  expect(await check({ 'root/main.tf': `${backend}${code}`, ...modules })).toEqual({ problems: [], found: [] });
});

test.each<[string, string, string]>([
  [
    'a provider by source',
    'terraform {\n required_providers {\n  aws = { source = "evil/aws" }\n }\n}',
    'plimsoll.terraform.provider provider.aws',
  ],
  ['a provider implied by a resource', 'resource "random_id" "r" {}', 'plimsoll.terraform.provider provider.random'],
  ['a provider implied by an ephemeral resource', 'ephemeral "vault_token" "r" {}', 'plimsoll.terraform.provider provider.vault'],
  ['a provider implied by a provider block', 'provider "kubernetes" {}', 'plimsoll.terraform.provider provider.kubernetes'],
  ['a provider named by a resource', 'resource "aws_x" "r" {\n provider = other.alias\n}', 'plimsoll.terraform.provider provider.other'],
  ['external data', 'data "external" "e" {}', 'plimsoll.terraform.data-source data.external.e'],
  ['http data', 'data "http" "h" {}', 'plimsoll.terraform.data-source data.http.h'],
  ['http data inside a check', 'check "c" {\n data "http" "h" {}\n}', 'plimsoll.terraform.data-source data.http.h'],
  [
    'remote state over http',
    'data "terraform_remote_state" "s" { backend = "http" }',
    'plimsoll.terraform.data-source data.terraform_remote_state.s',
  ],
  [
    'a local-exec',
    'resource "terraform_data" "t" {\n provisioner "local-exec" {\n  command = "x"\n }\n}',
    'plimsoll.terraform.provisioner terraform_data.t',
  ],
  [
    'a provisioner on removal',
    'removed {\n from = aws_x.y\n provisioner "local-exec" {\n  command = "x"\n }\n}',
    'plimsoll.terraform.provisioner removed',
  ],
  ['a module from anywhere', 'module "m" { source = "git::https://evil.example/m" }', 'plimsoll.terraform.module module.m'],
  [
    'a module that only begins like a listed one',
    'module "m" { source = "terraform-aws-modules/vpc/aws/../evil" }',
    'plimsoll.terraform.module module.m',
  ],
  ['another backend', 'terraform {\n backend "http" {}\n}', 'plimsoll.terraform.backend backend.http'],
  ['HCP Terraform', 'terraform {\n cloud {}\n}', 'plimsoll.terraform.backend cloud'],
  ['an AWS configuration of its own', 'provider "aws" {\n shared_config_files = ["x"]\n}', 'plimsoll.terraform.backend provider.aws'],
])('%s is refused', async (_, code, violation) => {
  const { found, problems } = await checkCode(code);
  expect(problems).toEqual([]);
  expect(found).toContain(violation);
});

test('what hides in a local module of a local module is found', async () => {
  const { found } = await check({
    'root/main.tf': `${backend}module "a" { source = "../a" }`,
    'a/main.tf': 'module "b" { source = "./b" }',
    'a/b/main.tf': 'data "external" "e" {}',
  });
  expect(found).toContain('plimsoll.terraform.data-source data.external.e');
});

test('a root without an S3 backend is refused: its state would be lost', async () => {
  expect((await check({ 'root/main.tf': 'locals {}' })).found).toEqual(['plimsoll.terraform.backend backend.s3']);
});

test('a listed module from elsewhere needs a lock file, for it brings providers of its own', async () => {
  expect((await checkCode('module "vpc" { source = "terraform-aws-modules/vpc/aws" }')).found).toEqual([
    'plimsoll.terraform.module module.vpc',
  ]);
});

test('a provider in the lock file counts like one in the code', async () => {
  const lock = 'provider "registry.terraform.io/evil/aws" {\n  version = "1.0.0"\n}\n';
  expect((await check({ 'root/main.tf': backend, 'root/.terraform.lock.hcl': lock })).found).toEqual([
    'plimsoll.terraform.provider provider.evil/aws',
  ]);
});

test.each(['override.tf', 'x_override.tf', 'main.tf.json', '.terraform/x', 'terraform.d/x'])('%s is refused', async (name) => {
  const { found } = await check({ 'root/main.tf': backend, [`root/${name}`]: name.endsWith('.tf') ? 'locals {}' : '{}' });
  expect(found).toEqual([`plimsoll.terraform.file root/${name.split('/')[0]}`]);
});

test('a module outside the repository is a problem, also through a link', async () => {
  await write({ 'root/main.tf': `${backend}module "a" { source = "../../elsewhere" }\nmodule "b" { source = "./link" }` });
  await symlink('/etc', join(repository, 'root/link'));
  const { problems } = await readConfiguration(repository, 'root');
  expect(problems).toEqual(['../elsewhere is not a folder of the repository', 'root/link is not a folder of the repository']);
});

test('code that cannot be read is a problem that does not quote it', async () => {
  const { problems } = await checkCode('resource "hunter2" {');
  expect(problems).toEqual(['root/main.tf is not valid HCL', 'no Terraform code in root']);
});
