/** One OPA with the bundle as it is shipped, asked about a large plan by the adapter that a worker asks with. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPolicyActivities } from '../../../activities/policy/policy.ts';
import { digestText } from '../../../domain/digest.ts';
import { fingerprintOf } from '../../../domain/finding.ts';
import type { GateDecision } from '../../../domain/gate.ts';
import type { PolicyPort } from '../../../domain/ports.ts';
import { freePorts } from '../../../infra/local/free-ports.ts';
import { toolFile } from '../../../infra/local/tools/paths.ts';
import { policyRevision } from '../../../infra/opa/revision.ts';
import { orderOf, waiverOf } from '../../support/builders.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { requiredReports } from '../../support/required-reports.ts';

export const resources = 1000;
export const findings = 300;
/** The first ones warm OPA up, and do not count. */
const warmUps = 3;
const decisions = 21;

const policies = 'infra/opa';

interface Planned {
  readonly resources: readonly { readonly address: string; readonly refersTo?: Readonly<Record<string, readonly string[]>> }[];
}

/** Copies of what real Terraform plans (test/fixtures/plans/passes), each in a module of its own. */
function largeChange(): object {
  const planned = JSON.parse(readFileSync('test/fixtures/plans/passes/change.json', 'utf8')) as Planned;
  const copy = (number: number) =>
    planned.resources.map((resource) => ({
      ...resource,
      address: `module.copy_${number}.${resource.address}`,
      ...(resource.refersTo !== undefined && {
        refersTo: { bucket: (resource.refersTo['bucket'] ?? []).map((target) => `module.copy_${number}.${target}`) },
      }),
    }));
  const copies = Array.from({ length: Math.ceil(resources / planned.resources.length) }, (_, number) => copy(number));
  return { ...planned, resources: copies.flat().slice(0, resources) };
}

function reportsOf(): readonly object[] {
  const found = Array.from({ length: findings }, (_, number) => ({
    fingerprint: fingerprintOf('checkov', 'CKV_AWS_18', `aws_s3_bucket.b${number}`, ''),
    tool: 'checkov',
    rule: 'CKV_AWS_18',
    severity: number < 10 ? 'high' : 'medium',
    severitySource: 'plimsoll',
    address: `aws_s3_bucket.b${number}`,
    message: 'no access logging',
    controls: [],
  }));
  const digest = digestText('bench');
  const common = { toolVersion: '1', rulesDigest: digest, subject: digest, parseErrors: [], rawReport: digest };
  return requiredReports.infrastructure.complete.map((tool) => ({
    ...common,
    tool,
    status: 'fail',
    findings: tool === 'checkov plan' ? found : [],
  }));
}

async function question(store: ReturnType<typeof createMemoryStore>): Promise<Parameters<PolicyPort['judgeRelease']>[0]> {
  const waivers = Array.from({ length: 10 }, (_, number) =>
    waiverOf({
      name: `w${number}`,
      environment: 'staging',
      waives: { kind: 'rule', rule: 'CKV_AWS_18', address: `aws_s3_bucket.b${number}` },
    }),
  );
  return {
    order: orderOf({ model: undefined, environment: 'staging', waivers }),
    stage: 'complete',
    reports: await Promise.all(reportsOf().map((report) => store.putJson(report))),
    change: await store.putJson(largeChange()),
    firstRelease: false,
    at: '2026-11-25T12:00:00.000Z',
  };
}

export async function decisionSeconds(): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-opa-'));
  let server: ChildProcess | undefined;
  try {
    const bundle = join(folder, 'bundle.tar.gz');
    const args = ['build', '--bundle', policies, '--ignore', '*_test.rego', '--revision', policyRevision(policies), '--output', bundle];
    execFileSync(toolFile('opa'), args);
    const [port = 0] = await freePorts(1);
    const opaUrl = `http://127.0.0.1:${port}`;
    const serve = ['run', '--server', '--addr', `127.0.0.1:${port}`, '--skip-version-check', '--bundle', bundle];
    server = spawn(toolFile('opa'), serve, { stdio: 'ignore' });
    await healthy(`${opaUrl}/health?bundles`);
    const store = createMemoryStore();
    const policy = createPolicyActivities({
      store,
      findings: store,
      formerFindings: async () => undefined,
      expected: async () => [policyRevision(policies)],
      config: { opaUrl },
    });
    const asked = await question(store);
    const taken: number[] = [];
    for (let number = 0; number < warmUps + decisions; number += 1) {
      const begin = performance.now();
      const { kind }: GateDecision = await new MockActivityEnvironment().run((input: typeof asked) => policy.judgeRelease(input), asked);
      if (kind !== 'approval needed') throw new Error(`the decision was ${kind}`);
      if (number >= warmUps) taken.push((performance.now() - begin) / 1000);
    }
    return taken;
  } finally {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function healthy(address: string): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (Date.now() < giveUpAt) {
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok === true) return;
  }
  throw new Error('OPA did not start');
}
