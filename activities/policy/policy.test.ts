/** OPA played by a function: which answers count, and that everything else is a failure, never an allow. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { digestOf, digestText } from '../../domain/digest.ts';
import { fingerprintOf } from '../../domain/finding.ts';
import type { GateDecision } from '../../domain/gate.ts';
import type { PolicyPort } from '../../domain/ports.ts';
import { orderOf, waiverOf } from '../../test/support/builders.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import type { BlobStore } from '../tool/store.ts';
import { expectedIn } from './expected.ts';
import { createPolicyActivities, type PolicyDependencies } from './policy.ts';

type Input = Parameters<PolicyPort['judgeRelease']>[0];

const policyDigest = digestText('policies');
const provenance = { version: '1.19.0', bundles: { 'bundle.tar.gz': { revision: policyDigest } } };
const allow = { kind: 'allow', violations: [], violationsCount: 0, because: ['approval.notNeeded'], waivers: [], seats: [] };
const violation = (n: number) => ({
  code: 'finding.blocking',
  title: 't',
  message: `m${n}`,
  solution: 's',
  fingerprint: digestText(`${n}`),
});
const deny = (count: number, sent = count) => ({
  kind: 'deny',
  violations: Array.from({ length: sent }, (_, n) => violation(n)),
  violationsCount: count,
  because: [],
  waivers: [],
  seats: [],
});

let store: BlobStore;
let asked: { url: string; input: Record<string, unknown> }[];

beforeEach(() => {
  store = createMemoryStore();
  asked = [];
});

const finding = (n: number) => ({
  fingerprint: fingerprintOf('tfsec', `rule-${n}`, 'address', ''),
  tool: 'tfsec',
  rule: `rule-${n}`,
  severity: 'low',
  severitySource: 'tool',
  address: 'address',
  message: 'm',
  controls: [],
});
const reportWith = (...numbers: number[]) =>
  store.putJson({
    tool: 'tfsec',
    toolVersion: '1',
    rulesDigest: digestText('r'),
    subject: digestText('s'),
    status: 'fail',
    findings: numbers.map(finding),
    parseErrors: [],
    rawReport: digestText('raw'),
  });

async function judge(
  body: unknown,
  changes: Partial<Input> = {},
  status = 200,
  expected: PolicyDependencies['expected'] = async () => [policyDigest],
  formerFindings: PolicyDependencies['formerFindings'] = async () => undefined,
): Promise<GateDecision> {
  const fetch = async (url: URL, init: { readonly body: string }) => {
    asked.push({ url: url.href, input: (JSON.parse(init.body) as { input: Record<string, unknown> }).input });
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  };
  const config = { opaUrl: 'http://opa.example:8181' };
  const port = createPolicyActivities({ store, findings: store, formerFindings, fetch, expected, config });
  const input: Input = { order: orderOf(), stage: 'complete', reports: [], change: null, firstRelease: false, ...changes };
  return await new MockActivityEnvironment().run((asking: Input) => port.judgeRelease(asking), input);
}

describe('the answer', () => {
  test('an allow comes with the digest of the policies that allowed', async () => {
    expect(await judge({ result: allow, provenance })).toEqual({
      kind: 'allow',
      violations: [],
      because: ['approval.notNeeded'],
      policyDigest,
      question: { digest: digestOf(asked[0]?.input), bytes: expect.any(Number) },
      findings: await store.putJson([]),
      news: { comparedWith: null, counts: {}, worst: [] },
      findingsDigest: digestOf([]),
      findingsCount: 0,
    });
  });

  test('twenty violations are shown as they are', async () => {
    expect((await judge({ result: deny(20), provenance })).violations).toHaveLength(20);
  });

  test('of more, the last place says how many', async () => {
    const { violations } = await judge({ result: deny(1000, 50), provenance });
    expect(violations).toHaveLength(20);
    expect(violations.at(-1)).toMatchObject({ code: 'gate.more', message: '981 more violations' });
  });

  test('an answer fits a message however much OPA says', async () => {
    const result = deny(50);
    const long = result.violations.map((one) => ({ ...one, message: 'x'.repeat(10_000) }));
    const decision = await judge({ result: { ...result, violations: long }, provenance });
    expect(JSON.stringify(decision).length).toBeLessThan(16 * 1024);
  });

  test('findings are counted once and digested in a fixed order', async () => {
    const decision = async (...reports: Input['reports']) => await judge({ result: allow, provenance }, { reports });
    const [a, b, both] = [await reportWith(1, 2), await reportWith(2, 3), await reportWith(3, 2, 1)];
    expect(await decision(a, b)).toMatchObject({ findingsCount: 3 });
    expect((await decision(a, b)).findingsDigest).toBe((await decision(both)).findingsDigest);
    expect((await decision(a)).findingsDigest).not.toBe((await decision(b)).findingsDigest);
  });
});

test('what was found is kept once each, for whoever reads it later', async () => {
  const { findings } = await judge({ result: allow, provenance }, { reports: [await reportWith(1, 2), await reportWith(2)] });
  if (findings === undefined) throw new Error('findings were kept');
  const kept = await store.getJson(findings);
  expect(kept).toMatchObject([
    { rule: 'rule-1', reports: ['tfsec'], alsoAs: [], waiver: null },
    { rule: 'rule-2', reports: ['tfsec'], alsoAs: [], waiver: null },
  ]);
});

describe('what is new', () => {
  const after = async (
    former: PolicyDependencies['formerFindings'],
    changes: Partial<Input> = {},
    body: unknown = { result: allow, provenance },
  ) => judge(body, { reports: [await reportWith(1, 2)], ...changes }, 200, undefined, former);
  const before = async (...numbers: number[]) => {
    const { findings } = await judge({ result: allow, provenance }, { reports: [await reportWith(...numbers)] });
    if (findings === undefined) throw new Error('findings were kept');
    return { releaseId: 'r-1', findings };
  };

  test('is told of the release and kept with each finding', async () => {
    const former = await before(1);
    const { news, findings } = await after(async () => former);
    expect(news).toMatchObject({ comparedWith: 'r-1', counts: { low: 1 }, worst: [{ rule: 'rule-2' }] });
    expect(await store.getJson(findings ?? former.findings)).toMatchObject([
      { rule: 'rule-2', isNew: true },
      { rule: 'rule-1', isNew: false },
    ]);
  });

  test.each([
    ['Temporal does not say what was before', () => Promise.reject(new Error('no worker'))],
    ['what was found then has another shape', async () => ({ releaseId: 'r-1', findings: await store.putJson({ none: true }) })],
  ])('is left out where %s: nobody is kept waiting for it', async (_what, former) => {
    const decision = await after(former);
    expect(decision).toMatchObject({ kind: 'allow', findingsCount: 2 });
    expect(decision).not.toHaveProperty('news');
  });

  test('is not asked about code that may go on', async () => {
    const former = async () => ({ releaseId: 'r-1', findings: (await before(1)).findings });
    expect(await after(former, { stage: 'code' })).not.toHaveProperty('news');
    expect(await after(former, { stage: 'code' }, { result: deny(1), provenance })).toHaveProperty('news');
  });
});

describe('waivers in play', () => {
  const waiver = {
    name: 'reports-are-public',
    fingerprint: digestText('1'),
    rule: 'CKV_AWS_20',
    address: 'aws_s3_bucket.reports',
    owner: 'ana',
    reason: 'until December',
    until: '2026-12-31T23:59:59.999Z',
  };
  const asking = (...waivers: object[]) => ({
    result: { ...allow, kind: 'approval needed', because: ['finding.waived'], waivers },
    provenance,
  });

  test('are part of the decision', async () => {
    expect(await judge(asking(waiver))).toMatchObject({ kind: 'approval needed', waivers: [waiver] });
  });

  test('are covered by the digest of the findings: another owner or end is another statement', async () => {
    const digests = await Promise.all(
      [asking(), asking(waiver), asking({ ...waiver, owner: 'bo' }), asking({ ...waiver, until: '2026-11-30T23:59:59.999Z' })].map(
        async (answer) => (await judge(answer)).findingsDigest,
      ),
    );
    expect(new Set(digests).size).toBe(4);
  });

  test('of which twenty are as long as they may be still fit a message', async () => {
    const long = { ...waiver, name: 'n'.repeat(40), address: 'a'.repeat(500), reason: 'r'.repeat(300), owner: 'o'.repeat(256) };
    const decision = await judge(asking(...Array.from({ length: 20 }, () => long)));
    expect(JSON.stringify(decision).length).toBeLessThan(30 * 1024);
  });
});

describe('the question', () => {
  test('goes to the decision, with provenance', async () => {
    await judge({ result: allow, provenance });
    expect(asked[0]?.url).toBe('http://opa.example:8181/v1/data/plimsoll/release/decision?provenance=true');
  });

  test('holds the facts of the order, and neither variables nor account', async () => {
    const { infrastructure, ...rest } = orderOf();
    if (infrastructure === undefined) throw new Error('the order has infrastructure');
    const order = { ...rest, infrastructure: { ...infrastructure, variables: { note: 'not-for-opa' } } };
    await judge({ result: allow, provenance }, { order });
    expect(asked[0]?.input['order']).toMatchObject({
      environment: 'production',
      gates: { blockAt: 'high' },
      infrastructure: { stack: 'platform' },
      model: { version: '2026.11.3' },
      rollback: null,
    });
    expect(JSON.stringify(asked[0])).not.toMatch(/not-for-opa|123456789012/);
  });

  test('says how traffic moves, of an order without a strategy too', async () => {
    await judge({ result: allow, provenance });
    await judge({ result: allow, provenance }, { order: orderOf({ strategy: 'all-at-once' }) });
    expect(asked.slice(-2).map(({ input }) => (input['order'] as { strategy: string }).strategy)).toEqual(['canary', 'all-at-once']);
  });

  test('a part that is not released is null, which is not the same as missing', async () => {
    await judge({ result: allow, provenance }, { order: orderOf({ model: undefined, infrastructure: undefined }) });
    expect(asked[0]?.input['order']).toMatchObject({ infrastructure: null, model: null });
  });

  test('holds the change with what would be there afterwards', async () => {
    const digest = digestText('d');
    const resource = { address: 'aws_kms_key.k', type: 'aws_kms_key', digest, before: {}, after: { x: 1 }, afterUnknown: {} };
    const change = await store.putJson({
      resources: [
        { ...resource, action: 'update' },
        { ...resource, action: 'delete', after: undefined },
      ],
      outputs: [],
      drift: [],
    });
    await judge({ result: allow, provenance }, { change });
    expect(asked[0]?.input['change']).toMatchObject({
      resources: [
        { action: 'update', after: { x: 1 } },
        { action: 'delete', after: null },
      ],
    });
  });

  test('holds the waivers of the order and the instant they are asked of', async () => {
    const at = '2026-11-25T12:00:00.000Z';
    const waivers = [waiverOf()];
    await judge({ result: allow, provenance }, { order: orderOf({ waivers }), at });
    expect(asked[0]?.input).toMatchObject({ waivers, at });
  });

  test('of an older workflow, which gives no instant, is of when it was asked', async () => {
    await judge({ result: allow, provenance });
    expect(asked[0]?.input).toMatchObject({ waivers: [], at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) });
  });

  test('a report in a shape nobody knows is not sent', async () => {
    const report = await store.putJson({ tool: 'tfsec', status: 'fine', findings: [], parseErrors: [] });
    await expect(judge({ result: allow, provenance }, { reports: [report] })).rejects.toMatchObject({ type: 'policy.malformed' });
    expect(asked).toEqual([]);
  });
});

describe('what is no answer', () => {
  test.each([
    ['an undefined decision', { provenance }],
    ['no provenance', { result: allow }],
    ['no bundle', { result: allow, provenance: { version: '1.19.0' } }],
    ['a bundle without a revision', { result: allow, provenance: { bundles: { b: {} } } }],
    ['a revision that is no digest', { result: allow, provenance: { bundles: { b: { revision: 'v1' } } } }],
    ['a kind nobody knows', { result: { ...allow, kind: 'maybe' }, provenance }],
    ['a member nobody knows', { result: { ...allow, override: true }, provenance }],
    ['a waiver that does not end', { result: { ...allow, waivers: [{ name: 'w', owner: 'ana' }] }, provenance }],
    ['true', { result: true, provenance }],
    ['a denial that names nothing', { result: { ...allow, kind: 'deny' }, provenance }],
    ['an allow with violations', { result: { ...allow, violations: [violation(1)], violationsCount: 1 }, provenance }],
    ['no JSON', '<html>'],
  ])('%s is policy.malformed', async (_what, body) => {
    await expect(judge(body)).rejects.toMatchObject({ type: 'policy.malformed', nonRetryable: true });
  });

  test.each([
    ['other policies', { b: { revision: digestText('x') } }],
    ['two sets of policies, one of them expected', { a: { revision: policyDigest }, b: { revision: digestText('x') } }],
    ['no bundle at all', {}],
  ])('an allow by %s is policy.unexpected: asked again, since a bundle may be on its way', async (_what, bundles) => {
    const answered = judge({ result: allow, provenance: { ...provenance, bundles } });
    await expect(answered).rejects.toMatchObject({ type: 'policy.unexpected', nonRetryable: false });
  });

  test('which policies are expected is read anew each time; while a bundle changes there are two', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-policies-')), 'revisions');
    const ask = () => judge({ result: allow, provenance }, {}, 200, expectedIn(file));
    const refused = (why: string) =>
      expect(ask()).rejects.toMatchObject({ type: 'policy.unexpected', message: expect.stringContaining(why) as string });
    await refused('ENOENT');
    writeFileSync(file, 'latest\n');
    await refused('"latest" is no revision');
    writeFileSync(file, `${digestText('x')}\n`);
    await refused(`OPA answers by ${policyDigest}`);
    writeFileSync(file, `# until every OPA has the new one\n${digestText('x')}\n${policyDigest}\n`);
    expect(await ask()).toMatchObject({ kind: 'allow', policyDigest });
  });

  test.each([500, 503])('status %d is policy.unreachable, and is asked again', async (status) => {
    await expect(judge('', {}, status)).rejects.toMatchObject({ type: 'policy.unreachable', nonRetryable: false });
  });

  test('status 400 is policy.malformed: it would be 400 again', async () => {
    await expect(judge('', {}, 400)).rejects.toMatchObject({ type: 'policy.malformed' });
  });
});
