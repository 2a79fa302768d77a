/** Against a real OPA with the real bundle: what the worker sends is what the rules read, and the reverse. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { type Finding, fingerprintOf, type ScanReport, type Severity } from '../../domain/finding.ts';
import type { GateDecision } from '../../domain/gate.ts';
import type { PolicyPort } from '../../domain/ports.ts';
import type { Waiver } from '../../domain/waiver.ts';
import { policyRevision } from '../../infra/opa/revision.ts';
import { orderOf, waiverOf } from '../../test/support/builders.ts';
import { findTool } from '../../test/support/find-tool.ts';
import { freePort } from '../../test/support/free-port.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { requiredReports } from '../../test/support/required-reports.ts';
import { createPolicyActivities } from './policy.ts';

type Input = Parameters<PolicyPort['judgeRelease']>[0];

const opa = findTool('opa');
const policies = 'infra/opa';
const store = createMemoryStore();
const modelOnly = orderOf({ environment: 'staging', infrastructure: undefined });
let folder: string;
let server: ChildProcess;
let opaUrl: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'opa-'));
  const bundle = join(folder, 'bundle.tar.gz');
  execaSync(opa, ['build', '--bundle', policies, '--ignore', '*_test.rego', '--revision', policyRevision(policies), '--output', bundle]);
  const port = await freePort();
  opaUrl = `http://127.0.0.1:${port}`;
  server = spawn(opa, ['run', '--server', '--addr', `127.0.0.1:${port}`, '--skip-version-check', '--bundle', bundle], { stdio: 'ignore' });
  await healthy(`${opaUrl}/health?bundles`);
});

afterAll(() => {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

const healthy = (url: string) => vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), { timeout: 60_000 });

function reportOf(tool: string, status: ScanReport['status'] = 'pass', severities: readonly Severity[] = []) {
  const findings = severities.map(
    (severity, n): Finding => ({
      fingerprint: fingerprintOf(tool, `rule-${n}`, 'aws_s3_bucket.models', ''),
      tool,
      rule: `rule-${n}`,
      severity,
      severitySource: 'tool',
      address: 'aws_s3_bucket.models',
      file: undefined,
      line: undefined,
      message: 'a finding',
      controls: [],
    }),
  );
  const digest = digestText(tool);
  const report: ScanReport = {
    tool,
    toolVersion: '1',
    rulesDigest: digest,
    subject: digest,
    status,
    findings,
    parseErrors: [],
    rawReport: digest,
  };
  return store.putJson(JSON.parse(JSON.stringify(report)));
}

/** What the chart of the repository really renders to. */
const chart = (name = 'fixed') => store.put(readFileSync(`test/golden/chart/${name}.yaml`));

const reportsOf = (...tools: readonly string[]) => Promise.all(tools.map((tool) => reportOf(tool)));
const modelReports = () => reportsOf('checkov manifests', 'modelscan');

async function judge(changes: Partial<Input> = {}, url = opaUrl): Promise<GateDecision> {
  const port = createPolicyActivities({
    store,
    findings: store,
    formerFindings: async () => undefined,
    expected: async () => [policyRevision(policies)],
    config: { opaUrl: url },
  });
  const input: Input = {
    order: modelOnly,
    stage: 'complete',
    reports: await modelReports(),
    change: null,
    manifests: await chart(),
    firstRelease: false,
    ...changes,
  };
  return await new MockActivityEnvironment().run((asking: Input) => port.judgeRelease(asking), input);
}

test('a clean model outside production is allowed, under the digest of these very files', async () => {
  expect(await judge()).toMatchObject({
    kind: 'allow',
    because: ['approval.notNeeded'],
    violations: [],
    policyDigest: policyRevision(policies),
  });
});

test('the same model in production needs approval', async () => {
  const order = { ...modelOnly, environment: 'production' };
  expect(await judge({ order })).toMatchObject({ kind: 'approval needed', because: ['approval.production'] });
});

test.each(['autoscaled', 'fixed', 'local', 'parked'])('our own chart passes every rule about charts: %s', async (name) => {
  expect(await judge({ manifests: await chart(name) })).toMatchObject({ kind: 'allow', violations: [] });
});

test('a model whose chart nobody rendered is not judged', async () => {
  expect(await judge({ manifests: undefined })).toMatchObject({ kind: 'deny', violations: [{ code: 'input.malformed' }] });
});

test('a first release needs approval', async () => {
  expect(await judge({ firstRelease: true })).toMatchObject({ kind: 'approval needed', because: ['approval.firstRelease'] });
});

describe('deny', () => {
  test('a blocking finding, by its fingerprint and with the metadata of the rule', async () => {
    const decision = await judge({ reports: [...(await modelReports()), await reportOf('tfsec', 'fail', ['high', 'low'])] });
    expect(decision).toMatchObject({ kind: 'deny', findingsCount: 2 });
    expect(decision.violations).toEqual([
      {
        code: 'finding.blocking',
        title: 'No finding reaches the blocking severity',
        message: 'high: tfsec rule-0 at aws_s3_bucket.models: a finding',
        solution: expect.any(String),
        address: 'aws_s3_bucket.models',
        fingerprint: fingerprintOf('tfsec', 'rule-0', 'aws_s3_bucket.models', ''),
      },
    ]);
  });

  test.each([
    ['incomplete', 'scan.incomplete'],
    ['error', 'scan.crashed'],
  ] as const)('a scan that is %s', async (status, code) => {
    const reports = [await reportOf('checkov manifests'), await reportOf('modelscan', status)];
    expect(await judge({ reports })).toMatchObject({ kind: 'deny', violations: [{ code }] });
  });

  test('a report that is missing', async () => {
    expect(await judge({ reports: await reportsOf('modelscan') })).toMatchObject({
      kind: 'deny',
      violations: [{ code: 'scan.missing', message: 'there is no report of checkov manifests' }],
    });
  });

  test('more findings than a message holds, and their number', async () => {
    const severities = Array.from({ length: 120 }, () => 'critical' as const);
    const decision = await judge({ reports: [...(await modelReports()), await reportOf('tfsec', 'fail', severities)] });
    expect(decision.violations).toHaveLength(20);
    expect(decision.violations.at(-1)?.message).toBe('101 more violations');
  });
});

describe('waivers', () => {
  const at = '2026-11-25T12:00:00.000Z';
  const found = async () => [...(await modelReports()), await reportOf('tfsec', 'fail', ['high'])];
  const judged = async (change: Partial<Waiver>) =>
    judge({ at, reports: await found(), order: { ...modelOnly, waivers: [waiverOf({ environment: 'staging', ...change })] } });

  test('what is waived is put to people, with the waiver, in every environment', async () => {
    expect(await judged({})).toMatchObject({
      kind: 'approval needed',
      because: expect.arrayContaining(['finding.waived']),
      violations: [],
      waivers: [{ name: 'reports-are-public', owner: 'olga', rule: 'rule-0', until: '2036-01-01T23:59:59.999Z' }],
    });
  });

  test('by fingerprint too', async () => {
    const fingerprint = fingerprintOf('tfsec', 'rule-0', 'aws_s3_bucket.models', '');
    expect(await judged({ environment: null, waives: { kind: 'fingerprint', fingerprint } })).toMatchObject({
      kind: 'approval needed',
      waivers: [{ fingerprint }],
    });
  });

  test('one that has ended denies and says on which day', async () => {
    const decision = await judged({ until: '2026-11-24T23:59:59.999Z' });
    expect(decision).toMatchObject({
      kind: 'deny',
      violations: [{ code: 'waiver.ended', message: expect.stringContaining('olga ended on 2026-11-24') }],
    });
    expect(decision).not.toHaveProperty('waivers');
  });

  test.each<[string, Partial<Waiver>]>([
    ['of another environment', { environment: 'production' }],
    ['of another service', { service: 'churn-scorer' }],
    ['that has not begun', { from: '2026-11-26T00:00:00.000Z' }],
    ['of another address', { waives: { kind: 'rule', rule: 'rule-0', address: 'aws_s3_bucket.model' } }],
  ])('one %s waives nothing', async (_what, change) => {
    expect(await judged(change)).toMatchObject({ kind: 'deny', violations: [{ code: 'finding.blocking' }] });
  });
});

describe('infrastructure', () => {
  const order = orderOf({ model: undefined });
  const { code } = requiredReports.infrastructure;
  const changeOf = (type: string, action: string, after: unknown = {}) =>
    store.putJson({
      resources: [{ address: `${type}.this`, type, action, digest: digestText(type), before: null, after, afterUnknown: {} }],
      outputs: [],
      drift: [],
    });

  test('before the plan there is nothing to miss, and after it there is', async () => {
    const reports = await reportsOf(...code);
    expect((await judge({ order, reports, stage: 'code' })).kind).not.toBe('deny');
    const change = await changeOf('aws_sqs_queue', 'create');
    expect(await judge({ order, reports, change })).toMatchObject({ kind: 'deny', violations: [{ code: 'scan.missing' }] });
  });

  test('a key that would be destroyed in production is denied', async () => {
    const change = await changeOf('aws_kms_key', 'delete', null);
    const decision = await judge({ order, reports: await reportsOf(...code, 'checkov plan'), change });
    expect(decision).toMatchObject({
      kind: 'deny',
      violations: [{ code: 'change.protectedDestroyed', message: 'delete of aws_kms_key.this' }],
    });
  });

  test('a role policy that allows everything is denied', async () => {
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
    const change = await changeOf('aws_iam_role_policy', 'create', { policy });
    const decision = await judge({ order, reports: await reportsOf(...code, 'checkov plan'), change });
    expect(decision).toMatchObject({ kind: 'deny', violations: [{ code: 'iam.wildcard', address: 'aws_iam_role_policy.this' }] });
  });

  test('a complete question without its change is malformed', async () => {
    const decision = await judge({ order, reports: await reportsOf(...code, 'checkov plan') });
    expect(decision).toMatchObject({ kind: 'deny', violations: [{ code: 'input.malformed' }] });
  });
});

test('an OPA that is not there is policy.unreachable', async () => {
  const nobody = 'http://127.0.0.1:9';
  await expect(judge({}, nobody)).rejects.toMatchObject({ type: 'policy.unreachable', nonRetryable: false });
});

test('an OPA without our policies is policy.malformed, not an allow', async () => {
  const port = await freePort();
  const empty = spawn(opa, ['run', '--server', '--addr', `127.0.0.1:${port}`, '--skip-version-check'], { stdio: 'ignore' });
  try {
    const url = `http://127.0.0.1:${port}`;
    await healthy(`${url}/health`);
    await expect(judge({}, url)).rejects.toMatchObject({ type: 'policy.malformed' });
  } finally {
    empty.kill();
  }
});

test('callers are judged by the same server', async () => {
  const ask = async (caller: unknown) => {
    const resource = { service: 'fraud-scorer', environment: 'production', team: 'risk', approverGroups: ['sre', 'ml-owners'] };
    const response = await fetch(`${opaUrl}/v1/data/plimsoll/authz/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ input: { caller, action: 'release.approve', resource } }),
    });
    return ((await response.json()) as { result: unknown }).result;
  };
  const ana = { subject: 'ana', kind: 'human', groups: ['sre'], mfa: true, authenticatedAt: null };
  expect(await ask(ana)).toEqual({ allow: true, code: 'caller.allowed', reason: 'ana is in sre' });
  expect(await ask({ ...ana, groups: ['fraud'] })).toMatchObject({ allow: false, code: 'caller.forbidden' });
  expect(await ask({ ...ana, subject: '' })).toMatchObject({ allow: false, code: 'input.malformed' });
});
