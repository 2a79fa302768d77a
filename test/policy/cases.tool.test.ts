/**
 * Goal: each rule denies a real case and lets a real one pass. Method: plans of real Terraform (test/fixtures/plans)
 * and rendered charts, asked as a release asks them, and what every rule said of them in one table.
 */
import { readFileSync } from 'node:fs';
import { execaSync } from 'execa';
import { expect, test } from 'vitest';
import { inputOf, parseChange, parseManifests, type Report } from '../../activities/policy/question.ts';
import type { Violation } from '../../domain/gate.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import { plannedBy } from '../fixtures/plans/record.ts';
import { orderOf } from '../support/builders.ts';
import { findTool } from '../support/find-tool.ts';
import { requiredReports } from '../support/required-reports.ts';

const at = '2026-11-25T12:00:00.000Z';
const infrastructure = orderOf({ model: undefined, environment: 'staging' });
const model = orderOf({ infrastructure: undefined, environment: 'staging' });
const passing = (...tools: readonly string[]): readonly Report[] =>
  tools.map((tool) => ({ tool, status: 'pass', findings: [], parseErrors: [] }));
const scans = {
  infrastructure: passing(...requiredReports.infrastructure.complete),
  model: passing(...requiredReports.model.complete),
};

interface Asked {
  readonly kind: string;
  readonly because: readonly string[];
  readonly violations: readonly Violation[];
}

function decide(input: object): Asked {
  const args = ['eval', '--format', 'json', '--data', 'infra/opa', '--stdin-input', 'data.plimsoll.release.decision'];
  const answer = JSON.parse(execaSync(findTool('opa'), args, { input: JSON.stringify(input) }).stdout) as {
    result: { expressions: { value: Asked }[] }[];
  };
  return answer.result[0]?.expressions[0]?.value ?? expect.fail('OPA decided nothing');
}

const common = { stage: 'complete', firstRelease: false, at } as const;
const changed = (name: string): unknown => JSON.parse(readFileSync(`test/fixtures/plans/${name}/change.json`, 'utf8'));
const planned = (name: string, order: ReleaseOrder = infrastructure) =>
  decide(inputOf({ ...common, order, reports: scans.infrastructure, change: parseChange(changed(name)), manifests: null }));
const rendered = (file: string, order: ReleaseOrder = model, reports = scans.model) =>
  decide(inputOf({ ...common, order, reports, change: null, manifests: parseManifests(readFileSync(file, 'utf8')) }));

/** Code → what it was said about. */
const table = ({ violations }: Asked) =>
  Object.fromEntries(
    [...new Set(violations.map(({ code }) => code))]
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((code) => [code, violations.filter((one) => one.code === code).map(({ address }) => address)]),
  );

test.each(['denied', 'passes'])('the recorded plan %s is what Terraform plans for its code', async (name) => {
  expect(JSON.parse(JSON.stringify(await plannedBy(name)))).toEqual(changed(name));
});

test('a plan that is wrong for each rule is denied by each, at the place where it is wrong', () => {
  expect(table(planned('denied'))).toEqual({
    'bucket.public': [
      'aws_s3_bucket.bare',
      'aws_s3_bucket_acl.bare',
      'aws_s3_bucket_policy.elsewhere',
      'aws_s3_bucket_public_access_block.elsewhere',
      'aws_s3_bucket_public_access_block.elsewhere',
    ],
    'bucket.unencrypted': ['aws_s3_bucket.bare'],
    'bucket.unversioned': ['aws_s3_bucket_versioning.bare'],
    'iam.escalation': ['aws_iam_role_policy.escalation'],
    'iam.mfaImpossible': ['aws_iam_role.no_way_in'],
    'iam.mfaMissing': ['aws_iam_user_policy.no_factor'],
    'iam.wildcard': ['aws_iam_policy.everything', 'aws_iam_policy.everywhere'],
    'network.openIngress': ['aws_security_group.open', 'aws_vpc_security_group_ingress_rule.open'],
    's3.outsideTeam': ['aws_iam_role_policy.outside'],
  });
});

test('a plan that is right passes them all, across the border of a module and before anything has a name', () => {
  const decision = planned('passes');
  expect(decision.violations).toEqual([]);
  // Rights that change are seen by people whatever they are.
  expect(decision).toMatchObject({ kind: 'approval needed', because: ['approval.iamChange'] });
});

test('a plan that is right for one team is not for another', () => {
  expect(table(planned('passes', { ...infrastructure, team: 'growth' }))).toEqual({
    's3.outsideTeam': ['aws_iam_role_policy.training', 'aws_iam_role_policy.training', 'aws_iam_role_policy.training'],
  });
});

test('a chart that is wrong for each rule is denied by each; ours passes', () => {
  expect(table(rendered('test/fixtures/charts/denied.yaml'))).toEqual({
    'chart.hook': ['Job/migrate'],
    'chart.host': ['Deployment/bad', 'Deployment/bad'],
    'chart.imageNotByDigest': ['Deployment/bad server'],
    'chart.privileged': ['Deployment/bad server', 'Deployment/bad server', 'Deployment/bad server'],
    'chart.root': ['Deployment/bad server'],
    'chart.unlimited': ['Deployment/bad server', 'Deployment/bad server'],
    'chart.writableRoot': ['Deployment/bad server'],
  });
  expect(table(rendered('test/golden/chart/fixed.yaml'))).toEqual({});
});

test('a pickle is denied, and the same model as safetensors passes', () => {
  const finding: Report['findings'][number] = {
    fingerprint: `sha256:${'a'.repeat(64)}`,
    tool: 'modelscan',
    rule: 'PickleFormat',
    severity: 'medium',
    address: 's3://acme-models/fraud/model.pkl',
    message: 'a pickle runs code when it is loaded',
    controls: [],
  };
  const reports: readonly Report[] = scans.model.map((report) =>
    report.tool === 'modelscan' ? { ...report, status: 'fail', findings: [finding] } : report,
  );
  expect(table(rendered('test/golden/chart/fixed.yaml', model, reports))).toEqual({ 'model.unsafeFormat': [finding.address] });
});

test('what is denied can be waived by its rule and its address, and passes before people then', () => {
  const waivers = [
    ['chart.hook', 'Job/migrate'],
    ['chart.host', 'Deployment/bad'],
    ...['chart.imageNotByDigest', 'chart.privileged', 'chart.root', 'chart.unlimited', 'chart.writableRoot'].map((rule) => [
      rule,
      'Deployment/bad server',
    ]),
  ].map(([rule = '', address = '']) => ({
    name: rule.toLowerCase().replace('.', '-'),
    waives: { kind: 'rule', rule, address } as const,
    environment: 'staging',
    service: null,
    reason: 'until it is rewritten',
    owner: 'olga',
    from: '2026-11-01T00:00:00.000Z',
    until: '2026-11-30T23:59:59.999Z',
  }));
  const decision = rendered('test/fixtures/charts/denied.yaml', { ...model, waivers });
  expect(decision).toMatchObject({ kind: 'approval needed', because: ['finding.waived'], violations: [] });
});
