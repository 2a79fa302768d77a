/** Over HTTP: what a worker kept, with what was new then, and who may not read it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import type { ComparedFinding, News } from '../../domain/news.ts';
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

const finding = (rule: string, isNew: boolean | null = null): ComparedFinding => ({
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
  isNew,
});

async function judged(found: readonly object[], news?: News): Promise<string> {
  const started = await world.call('POST', '/v1/releases', { body: releaseBody });
  const { id } = (await started.json()) as { id: string };
  world.releases.viewChanges.set(id, { gate: gateWith(found, news) });
  return id;
}

const newsSince = (comparedWith: string | null): News => ({ comparedWith, counts: {}, worst: [] });

function gateWith(found: readonly object[], news?: News) {
  return {
    kind: 'allow',
    violations: [],
    because: [],
    policyDigest: digestText('p'),
    findings: world.keep(JSON.stringify(found)),
    ...(news !== undefined && { news }),
    findingsDigest: digestText('f'),
    findingsCount: found.length,
  } as const;
}

const findings = async (id: string) => {
  const response = await world.call('GET', `/v1/releases/${id}/findings`);
  return {
    status: response.status,
    body: (await response.json()) as { comparedWith: string | null; findings: { rule: string; isNew: boolean | null }[] },
  };
};

test('what was not there before is new, as it was told when it was judged', async () => {
  const { status, body } = await findings(await judged([finding('CKV_AWS_20', true), finding('CKV_AWS_18', false)], newsSince('r-1')));
  expect([status, body.comparedWith]).toEqual([200, 'r-1']);
  expect(body.findings.map(({ rule, isNew }) => [rule, isNew])).toEqual([
    ['CKV_AWS_20', true],
    ['CKV_AWS_18', false],
  ]);
});

test('a release says with its gate how many are new, and the worst of them', async () => {
  const { fingerprint, rule, severity, address, message } = finding('CKV_AWS_20');
  const news: News = { comparedWith: 'r-1', counts: { high: 1 }, worst: [{ fingerprint, rule, severity, address, message }] };
  const id = await judged([finding('CKV_AWS_20', true)], news);
  expect(await (await world.call('GET', `/v1/releases/${id}`)).json()).toMatchObject({ gate: { news } });
});

test('findings of a worker that did not compare are not called new', async () => {
  const { isNew: _, ...older } = finding('CKV_AWS_18');
  const { body } = await findings(await judged([older]));
  expect(body).toMatchObject({ comparedWith: null, findings: [{ rule: 'CKV_AWS_18', isNew: null }] });
});

test('whoever accepts SARIF gets SARIF', async () => {
  const id = await judged([finding('CKV_AWS_20')]);
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
  const id = await judged([finding('CKV_AWS_20')]);
  world.policy = () => false;
  expect((await findings(id)).status).toBe(403);
});

test('a preview has findings of its own, for those who could ask for it', async () => {
  const { reason: _, ...body } = releaseBody;
  const { id } = (await (await world.call('POST', '/v1/previews', { body })).json()) as { id: string };
  const read = (accept = 'application/json') => world.call('GET', `/v1/previews/${id}/findings`, { headers: { accept } });
  expect(await (await read()).json()).toMatchObject({ kind: 'release.noFindings' });
  const preview = world.releases.previewed.get(id);
  if (preview === undefined) throw new Error('the preview was started');
  preview.view = { ...preview.view, gate: gateWith([finding('CKV_AWS_20', true)], newsSince('r-1')) };
  expect(await (await read()).json()).toMatchObject({ comparedWith: 'r-1', findings: [{ rule: 'CKV_AWS_20', isNew: true }] });
  expect(await (await read('application/sarif+json')).json()).toMatchObject({ runs: [{ results: [{ baselineState: 'new' }] }] });
  world.policy = (_caller, action) => action !== 'release.preview';
  expect((await read()).status).toBe(403);
});
