/**
 * Goal: what infra/terraform holds makes an account that works. The bootstrap moves its own state in and is harmless when
 * it is run again; the whole production environment applies in one go and leaves nothing to plan; a finding then reaches
 * the queue that Plimsoll reads; and our own gate has nothing against any of it.
 * Method: the real Terraform with the real AWS provider, against a stand-in of this file's own. One test stands on the
 * one before it: an account is made once.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inputOf, parseChange, type Report } from '../../activities/policy/question.ts';
import { changeSetOf } from '../../activities/terraform/change.ts';
import { planJson } from '../../activities/terraform/plan-json.schema.ts';
import type { Violation } from '../../domain/gate.ts';
import { repository } from '../../infra/local/repository.ts';
import { orderOf } from '../support/builders.ts';
import { run } from '../support/chart.ts';
import { findTool } from '../support/find-tool.ts';
import { requiredReports } from '../support/required-reports.ts';
import { type StandIn, startStandIn } from '../support/stand-in.ts';
import { type Transcript, transcript } from '../support/transcript.ts';

const copy = mkdtempSync(join(tmpdir(), 'account-'));
const production = 'environments/production';
/** As infra/terraform/environments/production/README.md says. */
const backend = { bucket: 'acme-ml-tfstate', key: 'production.tfstate', region: 'eu-west-1', use_lockfile: 'true' };
let aws: StandIn;
let ids: readonly string[];

beforeAll(async () => {
  // In a copy, so that the checkout stays as it is.
  for (const folder of ['bootstrap', 'modules', 'platform', 'environments'])
    cpSync(join(repository, 'infra/terraform', folder), join(copy, folder), { recursive: true });
  aws = await startStandIn('eu-west-1');
});
afterAll(async () => {
  await aws.stop();
  rmSync(copy, { recursive: true });
});

let told: Transcript;

/** Of what Terraform prints, the lines that say what has become of it: a plan of everything has thousands. */
const saysWhatBecame = /^(Terraform has been successfully|Plan:|Apply complete|No changes)/;

async function terraform(root: string, ...args: readonly string[]): Promise<string> {
  const printed = await terraformAt(root, ...args);
  if (args[0] !== 'show') told.show(`terraform -chdir=${root} ${args.join(' ')}`, becameOf(printed));
  return printed;
}

/** Short answers are shown whole. */
const becameOf = (printed: string): string =>
  printed.length < 500
    ? printed
    : printed
        .split('\n')
        .filter((line) => saysWhatBecame.test(line))
        .join('\n');

async function terraformAt(root: string, ...args: readonly string[]): Promise<string> {
  const env = {
    HOME: copy,
    PATH: process.env['PLIMSOLL_TOOLS_PATH'],
    TF_CLI_CONFIG_FILE: process.env['PLIMSOLL_TERRAFORM_CLI_CONFIG'],
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    ...aws.env,
  };
  const { stdout } = await execa('terraform', args, { cwd: join(copy, root), env, extendEnv: false });
  return stdout;
}

/** 0: nothing to do; a rejection with code 2, and the plan in it, otherwise. */
const plansNothing = (root: string, ...variables: readonly string[]) =>
  terraform(root, 'plan', '-detailed-exitcode', '-no-color', '-lock=false', ...variables);

test('the bootstrap makes the bucket of states, moves its own state in, and changes nothing when it is run again', async () => {
  told = transcript('1-bootstrap');
  const variables = ['-var', 'name=acme-ml'];
  await terraform('bootstrap', 'init', '-no-color');
  await terraform('bootstrap', 'apply', '-auto-approve', '-no-color', ...variables);
  writeFileSync(join(copy, 'bootstrap/backend.tf'), await terraform('bootstrap', 'output', '-raw', 'backend'));
  await terraform('bootstrap', 'init', '-migrate-state', '-force-copy', '-no-color');
  rmSync(join(copy, 'bootstrap/terraform.tfstate'));
  await plansNothing('bootstrap', ...variables);
  expect(existsSync(join(copy, 'bootstrap/terraform.tfstate'))).toBe(false);
  const { bucket, lock_table, kms_key_arn } = JSON.parse(await terraformAt('bootstrap', 'output', '-json')) as Record<
    string,
    { value: string }
  >;
  expect([bucket?.value, lock_table?.value]).toEqual(['acme-ml-tfstate', 'acme-ml-tflock']);
  ids = ['-var', 'account_id=123456789012', '-var', `state_kms_key_arn=${kms_key_arn?.value}`];
}, 900_000);

/* --------------------------------------------------------------- the gate */

const reports: readonly Report[] = requiredReports.infrastructure.complete.map((tool) => ({
  tool,
  status: 'pass',
  findings: [],
  parseErrors: [],
}));

interface Decision {
  readonly kind: string;
  readonly because: readonly string[];
  readonly violations: readonly Violation[];
}

/**
 * A release of the platform writes the policies of all teams. Said here and not in plimsoll/teams: what stands there is
 * also given in AWS (infra/opa/access.ts), and the platform's people are given nobody's models.
 */
const platformTeam = { plimsoll: { teams: { platform: { s3: [{ bucket: '*-ml-*', prefix: '' }] } } } };

async function decisionOn(plan: unknown): Promise<Decision> {
  const change = parseChange(JSON.parse(JSON.stringify(await changeSetOf(planJson.parse(plan), [], async () => 'hmac-sha256:none'))));
  const order = orderOf({ model: undefined, environment: 'production', team: 'platform' });
  const input = inputOf({
    stage: 'complete',
    firstRelease: false,
    at: '2026-11-25T12:00:00.000Z',
    order,
    reports,
    change,
    manifests: null,
  });
  const teams = join(copy, 'teams.json');
  writeFileSync(teams, JSON.stringify(platformTeam));
  const policies = ['--data', join(repository, 'infra/opa'), '--data', teams];
  const args = ['eval', '--format', 'json', ...policies, '--stdin-input', 'data.plimsoll.release.decision'];
  const answer = JSON.parse(execaSync(findTool('opa'), args, { input: JSON.stringify(input) }).stdout) as {
    result: { expressions: { value: Decision }[] }[];
  };
  const decision = answer.result[0]?.expressions[0]?.value;
  if (decision === undefined) throw new Error('OPA decided nothing');
  return decision;
}

test('the whole production environment is nothing that our policies deny, and people have to see it', async () => {
  told = transcript('2-production');
  await terraform(production, 'init', '-no-color', ...Object.entries(backend).map(([name, value]) => `-backend-config=${name}=${value}`));
  await terraform(production, 'plan', '-no-color', '-out=release.tfplan', ...ids);
  const decision = await decisionOn(JSON.parse(await terraform(production, 'show', '-json', 'release.tfplan')));
  expect(decision.violations.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  expect(decision.kind).toBe('approval needed');
  expect(decision.because).toContain('approval.iamChange');
  told.say(`Our own policies, asked about that plan: ${decision.kind} (${decision.because.join(', ')}), nothing denied.`);
}, 900_000);

/* -------------------------------------------------------------- the apply */

interface Platform {
  readonly plimsoll: object;
  readonly plan_role: string;
  readonly findings_queue: string;
}

let platform: Platform;

test('it applies in one go, and then there is nothing left to plan', async () => {
  await terraform(production, 'apply', '-no-color', 'release.tfplan');
  await plansNothing(production, ...ids);
  const outputs = JSON.parse(await terraformAt(production, 'output', '-json')) as { platform: { value: Platform } };
  platform = outputs.platform.value;
  expect(platform).toMatchObject({
    plan_role: 'arn:aws:iam::123456789012:role/plimsoll-production-plan',
    apply_role: 'arn:aws:iam::123456789012:role/plimsoll-production-apply',
    cluster: 'ml-production',
    ledger_bucket: 'acme-ml-production-audit',
    plimsoll: {
      store: { bucket: 'acme-ml-production-plimsoll' },
      ledger: { bucket: 'acme-ml-production-audit', checkpointBucket: 'acme-plimsoll-checkpoints' },
    },
  });
  // Each stage waits for AWS's own settling; the rest is a busy machine.
}, 600_000);

test('what it made for Plimsoll itself is a file of values of its chart', async () => {
  const values = join(copy, 'values.json');
  writeFileSync(values, JSON.stringify(platform.plimsoll));
  const chart = join(repository, 'infra/helm/plimsoll');
  const files = [join(chart, 'ci/values.yaml'), join(chart, 'values/self-hosted.yaml'), values].flatMap((file) => ['--values', file]);
  const { code, stdout } = await run('helm', ['template', 'plimsoll', chart, ...files]);
  expect(code).toBe(0);
  for (const name of ['acme-ml-production-plimsoll', 's3://acme-ml-production-audit/cloudtrail/', 'acme-plimsoll-checkpoints'])
    expect(stdout).toContain(name);
});

/* ------------------------------------------------------------ the findings */

/** As an SDK would ask, without one: the stand-in reads which service is meant from the signature's scope, and checks no signature. */
async function ask(service: string, path: string, body?: object, target?: string): Promise<unknown> {
  const scope = `Credential=testing/20261125/eu-west-1/${service}/aws4_request`;
  const headers = {
    authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=none`,
    'content-type': target === undefined ? 'application/json' : 'application/x-amz-json-1.0',
    ...(target === undefined ? {} : { 'x-amz-target': target }),
  };
  const request = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${aws.endpoint}${path}`, request);
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} answers ${response.status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

test('a finding that is severe reaches the queue that Plimsoll reads, and one that is not does not', async () => {
  const { detectorIds } = (await ask('guardduty', '/detector')) as { detectorIds: readonly string[] };
  const [severe, harmless] = ['PrivilegeEscalation:Kubernetes/PrivilegedContainer', 'Recon:EC2/PortProbeUnprotectedPort'];
  await ask('guardduty', `/detector/${detectorIds[0]}/findings/create`, { findingTypes: [harmless, severe] });
  const received = (await ask('sqs', '/', { QueueUrl: platform.findings_queue, MaxNumberOfMessages: 10 }, 'AmazonSQS.ReceiveMessage')) as {
    Messages?: readonly { readonly Body: string }[];
  };
  const events = (received.Messages ?? []).map(({ Body }) => JSON.parse(Body) as { detail: { type: string; severity: number } });
  expect(events.map(({ detail }) => [detail.type, detail.severity])).toEqual([[severe, 8]]);

  // Whoever asks finds it as well, in the words of the event.
  const criterion = { severity: { greaterThanOrEqual: 4 }, updatedAt: { greaterThanOrEqual: Date.now() - 3_600_000 } };
  const listed = (await ask('guardduty', `/detector/${detectorIds[0]}/findings`, { findingCriteria: { criterion } })) as {
    findingIds: readonly string[];
  };
  const { findings } = (await ask('guardduty', `/detector/${detectorIds[0]}/findings/get`, listed)) as { findings: readonly object[] };
  expect(findings).toEqual(events.map(({ detail }) => detail));
});
