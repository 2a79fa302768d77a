/** Over HTTP: what a worker kept, what is new against the last release, and who may not read it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import type { MergedFinding } from '../../domain/merged-findings.ts';
import { type ApiWorld, releaseBody, startApi } from '../../test/support/api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
beforeEach(() => {
  world.releases.releases.clear();
  world.releases.viewChanges.clear();
  world.policy = () => true;
});

const finding = (rule: string): MergedFinding => ({
  fingerprint: digestText(rule),
  tool: 'checkov',
  rule,
  severity: 'high',
  address: 'aws_s3_bucket.models',
  file: 'main.tf',
  line: 3,
  message: rule,
  controls: [],
  reports: ['checkov code'],
  alsoAs: [],
  waiver: null,
});

async function released(version: string, rules: readonly string[], outcome: 'released' | null = 'released'): Promise<string> {
  const started = await world.call('POST', '/v1/releases', { body: { ...releaseBody, model: { ...releaseBody.model, version } } });
  const { id } = (await started.json()) as { id: string };
  if (outcome !== null) world.releases.change(id, { status: 'completed', phase: 'closed', outcome });
  const gate = gateWith(rules);
  world.releases.viewChanges.set(id, { gate });
  return id;
}

function gateWith(rules: readonly string[]) {
  return {
    kind: 'allow',
    violations: [],
    because: [],
    policyDigest: digestText('p'),
    findings: world.keep(JSON.stringify(rules.map(finding))),
    findingsDigest: digestText('f'),
    findingsCount: rules.length,
  } as const;
}

const findings = async (id: string) => {
  const response = await world.call('GET', `/v1/releases/${id}/findings`);
  return {
    status: response.status,
    body: (await response.json()) as { comparedWith: string | null; findings: { rule: string; isNew: boolean | null }[] },
  };
};

test('without an earlier release nothing is called new', async () => {
  const { status, body } = await findings(await released('1', ['CKV_AWS_18'], null));
  expect([status, body]).toMatchObject([200, { comparedWith: null, findings: [{ rule: 'CKV_AWS_18', isNew: null }] }]);
});

test('what the last release did not have is new', async () => {
  const before = await released('1', ['CKV_AWS_18']);
  const { body } = await findings(await released('2', ['CKV_AWS_18', 'CKV_AWS_20'], null));
  expect(body.comparedWith).toBe(before);
  expect(body.findings.map(({ rule, isNew }) => [rule, isNew])).toEqual([
    ['CKV_AWS_18', false],
    ['CKV_AWS_20', true],
  ]);
});

test('whoever accepts SARIF gets SARIF', async () => {
  const id = await released('1', ['CKV_AWS_20'], null);
  const response = await world.call('GET', `/v1/releases/${id}/findings`, { headers: { accept: 'application/sarif+json' } });
  expect(response.headers.get('content-type')).toContain('application/sarif+json');
  expect(await response.json()).toMatchObject({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Plimsoll' } }, results: [{ ruleId: 'CKV_AWS_20' }] }],
  });
});

test('before the policies were asked there are none, and the answer says where the release is', async () => {
  const started = await world.call('POST', '/v1/releases', { body: releaseBody });
  const { id } = (await started.json()) as { id: string };
  const response = await world.call('GET', `/v1/releases/${id}/findings`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ kind: 'release.noFindings', detail: expect.stringContaining('fetching') });
});

test('whoever may not read the release does not read its findings', async () => {
  const id = await released('1', ['CKV_AWS_20'], null);
  world.policy = () => false;
  expect((await findings(id)).status).toBe(403);
});

test('a preview has findings of its own, compared with the last release, for those who could ask for it', async () => {
  const before = await released('1', ['CKV_AWS_18']);
  const { reason: _, ...body } = releaseBody;
  const { id } = (await (await world.call('POST', '/v1/previews', { body })).json()) as { id: string };
  const read = (accept = 'application/json') => world.call('GET', `/v1/previews/${id}/findings`, { headers: { accept } });
  expect(await (await read()).json()).toMatchObject({ kind: 'release.noFindings' });
  const preview = world.releases.previewed.get(id);
  if (preview === undefined) throw new Error('the preview was started');
  preview.view = { ...preview.view, gate: gateWith(['CKV_AWS_20']) };
  expect(await (await read()).json()).toMatchObject({ comparedWith: before, findings: [{ rule: 'CKV_AWS_20', isNew: true }] });
  expect(await (await read('application/sarif+json')).json()).toMatchObject({ runs: [{ results: [{ baselineState: 'new' }] }] });
  world.policy = (_caller, action) => action !== 'release.preview';
  expect((await read()).status).toBe(403);
});
