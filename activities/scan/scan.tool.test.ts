/**
 * Against the real Checkov, tfsec, tflint and modelscan, on small code that is good or bad in a known way. What is shown
 * is that bad things are found, and that nothing a repository contains can make them vanish.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { MockActivityEnvironment } from '@temporalio/testing';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestBytes } from '../../domain/digest.ts';
import type { ScanReport, ScanSummary } from '../../domain/finding.ts';
import type { RootRef, ScanPort } from '../../domain/ports.ts';
import { orderOf } from '../../test/support/builders.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { safetensors, skops, skopsTree } from '../../test/support/model-files.ts';
import { runTool } from '../tool/run-tool.ts';
import { createWorkspaces } from '../tool/workspace.ts';
import { createScanActivities } from './scan.ts';

const path = process.env['PLIMSOLL_TOOLS_PATH'] ?? '';
const bucket = `scan-test-${Date.now()}`;
const s3 = new S3Client({ forcePathStyle: true });
const store = createMemoryStore();
const root = 'infra/root';
const release = { releaseId: 'fraud-scorer-staging-0123456789ab', service: 'fraud-scorer', environment: 'staging', team: 'risk' };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'));
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const activities = (toolsPath = path) =>
  createScanActivities({ run: runTool, withWorkspace: createWorkspaces(join(folder, 'work')), store, s3, config: { path: toolsPath } });

const run = <Name extends keyof ScanPort>(name: Name, input: Parameters<ScanPort[Name]>[0], port = activities()): Promise<ScanSummary> =>
  new MockActivityEnvironment().run(port[name] as never, input as never);

const reportOf = async (summary: ScanSummary) => (await store.getJson(summary.report)) as ScanReport;

async function rootOf(files: Readonly<Record<string, string>>): Promise<RootRef> {
  const source = await mkdtemp(join(folder, 'source-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(source, name)), { recursive: true });
    await writeFile(join(source, name), text);
  }
  const archive = await store.put(await buffer(create({ cwd: source, portable: true }, ['.'])));
  const stack = orderOf().infrastructure?.stack;
  if (stack === undefined) throw new Error('the order has a stack');
  return { release, archive, stack: { ...stack, root } };
}

const good = {
  [`${root}/main.tf`]: 'resource "aws_sqs_queue" "q" {\n  name                    = "q"\n  kms_master_key_id = "alias/q"\n}\n',
};

const bad = {
  [`${root}/main.tf`]: `module "models" {
  source = "../modules/bucket"
}

resource "aws_iam_role_policy" "wide" {
  role   = "x"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

resource "aws_kms_key" "silenced" {
  # checkov:skip=CKV_AWS_7:because I say so
  description = "k" #tfsec:ignore:aws-kms-auto-rotate-keys
}
`,
  'infra/modules/bucket/main.tf': 'resource "aws_s3_bucket" "this" {\n  bucket = "acme"\n}\n',
  // Each of these would turn the scanner off.
  [`${root}/.checkov.yaml`]: 'soft-fail: true\nskip-path: ["."]\ncheck: [CKV_AWS_27]\n',
  '.checkov.yml': 'check: [CKV_AWS_27]\n',
  [`${root}/.tfsec/config.yml`]: 'minimum_severity: CRITICAL\nexclude: [aws-kms-auto-rotate-keys]\n',
};

const broken = {
  [`${root}/main.tf`]: 'resource "aws_s3_bucket" "b" {\n  bucket = \n',
  [`${root}/k.tf`]: 'resource "aws_kms_key" "k" {}\n',
};

describe('Checkov on code', () => {
  test('finds what is wrong, in modules too, whatever the repository says to the scanner', async () => {
    const summary = await run('scanCode', await rootOf(bad));
    const report = await reportOf(summary);
    const { findings, toolVersion } = report;
    expect(summary).toMatchObject({ tool: 'checkov code', status: 'fail' });
    expect(toolVersion).toMatch(/^3\./);
    const found = findings.map(({ rule, address, severity }) => `${rule} ${address} ${severity}`);
    expect(found).toEqual(
      expect.arrayContaining([
        'CKV_AWS_62 aws_iam_role_policy.wide high',
        'CKV2_AWS_6 module.models.aws_s3_bucket.this high',
        'CKV_AWS_7 aws_kms_key.silenced medium',
      ]),
    );
    expect(findings.find(({ rule }) => rule === 'CKV2_AWS_6')?.file).toBe('infra/modules/bucket/main.tf');
    expect(summary.worst).toHaveLength(5);
    // No path of the worker, in the report or in the scanner's own words.
    const raw = (await store.get({ digest: report.rawReport, bytes: 0 })).toString();
    expect(`${JSON.stringify(report)}${raw}`).not.toContain(folder);
  });

  test('finds a key that somebody left in the code, and does not repeat it', async () => {
    // Put together here, so that this repository holds no such key itself.
    const secret = ['wJalrXUtnFEMI/K7MDENG', 'bPxRfiCYqz8h3TnV0aXe'].join('/');
    const input = await rootOf({ ...good, [`${root}/dev.tf`]: `locals {\n  aws_secret_access_key = "${secret.slice(0, 40)}"\n}\n` });
    const report = await reportOf(await run('scanCode', input));
    expect(report.findings.some(({ rule }) => rule.startsWith('CKV_SECRET_'))).toBe(true);
    expect(JSON.stringify(report)).not.toContain(secret.slice(0, 40));
    expect((await store.get({ digest: report.rawReport, bytes: 0 })).toString()).not.toContain(secret.slice(0, 40));
  });

  test('good code passes', async () => {
    expect(await run('scanCode', await rootOf(good))).toMatchObject({ status: 'pass', counts: {} });
  });

  test.each([
    ['a file that does not parse', broken],
    ['a root with nothing to check', { [`${root}/outputs.tf`]: 'output "x" {\n  value = 1\n}\n' }],
    ['a root that is not there', { 'README.md': 'nothing' }],
  ])('%s is incomplete', async (_what, files) => {
    expect((await run('scanCode', await rootOf(files))).status).toMatch(/incomplete|error/);
  });
});

describe('tfsec on code', () => {
  test('finds what is wrong, whatever the repository says to the scanner', async () => {
    const summary = await run('scanCodeWithTfsec', await rootOf(bad));
    expect(summary).toMatchObject({ tool: 'tfsec', status: 'fail' });
    const { findings } = await reportOf(summary);
    expect(findings.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['aws-kms-auto-rotate-keys', 'aws-s3-enable-bucket-encryption', 'aws-s3-specify-public-access-block']),
    );
    expect(findings.find(({ rule }) => rule === 'aws-s3-enable-bucket-encryption')?.file).toBe('infra/modules/bucket/main.tf');
  });

  test('good code passes', async () => {
    expect(await run('scanCodeWithTfsec', await rootOf(good))).toMatchObject({ status: 'pass' });
  });

  test.each([
    ['a file that does not parse', broken, 'error'],
    ['a root without Terraform', { [`${root}/README.md`]: 'nothing' }, 'incomplete'],
  ])('%s is no pass', async (_what, files, status) => {
    expect(await run('scanCodeWithTfsec', await rootOf(files))).toMatchObject({ status });
  });
});

describe('tflint on code', () => {
  const linted = {
    [`${root}/main.tf`]: `terraform {
  required_version = "1.11.4"
}

variable "untyped" {}

# tflint-ignore: terraform_unused_declarations
variable "silenced" {
  type = string
}

output "untyped" {
  value = var.untyped
}
`,
    // Each of these would turn the linter off, or be started by it.
    [`${root}/.tflint.hcl`]: 'config {\n  disabled_by_default = true\n}\n',
    '.tflint.d/plugins/tflint-ruleset-terraform': '#!/bin/sh\nexit 1\n',
    [`${root}/.tflint.d/plugins/tflint-ruleset-terraform`]: '#!/bin/sh\nexit 1\n',
  };

  test('finds what is wrong, whatever the repository says to the linter', async () => {
    const summary = await run('scanCodeWithTflint', await rootOf(linted));
    expect(summary).toMatchObject({ tool: 'tflint', toolVersion: '0.64.0', status: 'fail', counts: { medium: 2 } });
    const { findings } = await reportOf(summary);
    expect(findings.map(({ rule, file, line }) => `${rule} ${file}:${line}`)).toEqual([
      `terraform_typed_variables ${root}/main.tf:5`,
      `terraform_unused_declarations ${root}/main.tf:8`,
    ]);
  });

  test.each([
    ['a file that does not parse', broken],
    ['a root without Terraform', { [`${root}/README.md`]: 'nothing' }],
    ['a root that is not there', { 'README.md': 'nothing' }],
  ])('%s is no pass', async (_what, files) => {
    expect((await run('scanCodeWithTflint', await rootOf(files))).status).toMatch(/incomplete|error/);
  });
});

describe('Checkov on a plan', () => {
  const planned = (values: object) => ({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: {
      root_module: {
        resources: [{ address: 'aws_kms_key.k', mode: 'managed', type: 'aws_kms_key', name: 'k', values }],
      },
    },
    resource_changes: [
      {
        address: 'aws_kms_key.k',
        mode: 'managed',
        type: 'aws_kms_key',
        name: 'k',
        change: { actions: ['create'], before: null, after: values },
      },
    ],
    configuration: { root_module: { resources: [{ address: 'aws_kms_key.k', mode: 'managed', type: 'aws_kms_key', name: 'k' }] } },
  });

  test('finds what the values say, with the file of the code', async () => {
    const input = await rootOf({ [`${root}/main.tf`]: 'resource "aws_kms_key" "k" {\n  enable_key_rotation = var.rotate\n}\n' });
    const planJson = await store.putJson(planned({ enable_key_rotation: false, policy: '{}', is_enabled: true }));
    const summary = await run('scanPlan', { ...input, planJson });
    const { findings } = await reportOf(summary);
    expect(summary).toMatchObject({ tool: 'checkov plan', status: 'fail' });
    expect(findings.find(({ rule }) => rule === 'CKV_AWS_7')).toMatchObject({ address: 'aws_kms_key.k', file: `${root}/main.tf` });
  });
});

describe('Checkov on manifests', () => {
  const pod = (security: string) => `apiVersion: v1
kind: Pod
metadata: { name: model, namespace: models }
spec:
  containers:
    - name: model
      image: registry.example.com/fraud@sha256:${'a'.repeat(64)}
      securityContext: ${security}
`;

  test('a privileged container is critical', async () => {
    const manifests = await store.put(Buffer.from(pod('{ privileged: true }')));
    const summary = await run('scanManifests', { release, manifests });
    expect(summary).toMatchObject({ tool: 'checkov manifests', status: 'fail' });
    expect(summary.worst[0]).toMatchObject({ rule: 'CKV_K8S_16', severity: 'critical', address: 'Pod.models.model' });
  });

  test('no manifests are incomplete', async () => {
    const manifests = await store.put(Buffer.from('# nothing\n'));
    expect((await run('scanManifests', { release, manifests })).status).toBe('incomplete');
  });
});

describe('modelscan on artifacts', () => {
  const scan = async (name: string, bytes: Uint8Array, digest = digestBytes(bytes)) => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `fraud/${name}`, Body: bytes }));
    return await run('scanArtifact', { release, artifact: `s3://${bucket}/fraud/${name}`, digest });
  };
  /** `posix.system('true')`, as pickle writes it. */
  const hostile = Buffer.from('\u0080\u0004cposix\nsystem\n(V true\ntR.', 'latin1');
  const harmless = Buffer.from('\u0080\u0004}.', 'latin1');

  test.each(['model.pkl', 'model.skops', 'model.safetensors', 'model'])('code in a pickle called %s is critical', async (name) => {
    const summary = await scan(name, hostile);
    expect(summary).toMatchObject({ tool: 'modelscan', status: 'fail', counts: { critical: 1 } });
    expect(summary.worst[0]?.message).toContain('system');
  });

  test('a harmless pickle is a pickle still', async () => {
    expect(await scan('model.pkl', harmless)).toMatchObject({ status: 'fail', counts: { medium: 1 } });
  });

  test('safetensors and skops of known types pass', async () => {
    expect(await scan('model.safetensors', safetensors())).toMatchObject({ status: 'pass' });
    expect(await scan('model.skops', skops())).toMatchObject({ status: 'pass' });
  });

  test('a skops file that builds something else is a high finding', async () => {
    const bytes = skops(skopsTree({ __class__: 'system', __module__: 'os', __loader__: 'FunctionNode' }));
    expect(await scan('model.skops', bytes)).toMatchObject({ status: 'fail', counts: { high: 1 } });
  });

  test.each([
    ['a format nobody reads', 'model.xyz', Buffer.from('hello')],
    ['a pickle cut off', 'model.pkl', hostile.subarray(0, 9)],
  ])('%s is incomplete', async (_what, name, bytes) => {
    expect(await scan(name, bytes)).toMatchObject({ status: 'incomplete' });
  });

  test('bytes that were swapped since they were ordered are critical, and are not scanned', async () => {
    expect(await scan('model.safetensors', safetensors(), digestBytes(Buffer.from('ordered')))).toMatchObject({
      status: 'fail',
      counts: { critical: 1 },
    });
  });

  test('an artifact that is gone is an error report', async () => {
    const digest = digestBytes(Buffer.from('x'));
    expect(await run('scanArtifact', { release, artifact: `s3://${bucket}/gone`, digest })).toMatchObject({ status: 'error' });
  });
});

describe('when the scanner itself breaks', () => {
  const instead = async (script: string) => {
    const tools = await mkdtemp(join(folder, 'tools-'));
    for (const name of ['checkov', 'tfsec', 'tflint', 'modelscan']) {
      await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(tools, name), 0o755);
    }
    return activities(`${tools}:/usr/bin:/bin`);
  };

  test.each([
    ['dies', 'kill -SEGV $$'],
    ['reports a crash of its own', 'exit 2'],
    ['says nothing and is content', 'exit 0'],
    ['answers in another shape', 'echo "{}"'],
  ])('one that %s makes an error report, not a pass', async (_what, script) => {
    const port = await instead(script);
    const input = await rootOf(good);
    expect(await run('scanCode', input, port)).toMatchObject({ status: 'error' });
    expect(await run('scanCodeWithTfsec', input, port)).toMatchObject({ status: 'error' });
    expect(await run('scanCodeWithTflint', input, port)).toMatchObject({ status: 'error' });
  });

  test('one that is not installed fails by name', async () => {
    const port = activities('/nonexistent');
    await expect(run('scanCode', await rootOf(good), port)).rejects.toMatchObject({ type: 'tool.missing' });
  });

  test('none of them sees a credential', async () => {
    const port = await instead('env >&2; env | grep -qiE "aws|secret|token|key" && exit 0; exit 7');
    // 7 is no answer: the error report says so, and would say something else had a credential been there.
    const { parseErrors } = await reportOf(await run('scanCode', await rootOf(good), port));
    expect(parseErrors).toEqual(['checkov exited with 7']);
  });
});
