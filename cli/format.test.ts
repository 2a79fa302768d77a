import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { failVerdict } from '../test/support/verdicts.ts';
import type { ReleaseDetails, ScanSummary, Verdict } from './client/generated/index.ts';
import { changesBetween, detailsText, endText, lineText, pageText, releaseTable, scanText, waitingText } from './format.ts';

const plain = picocolors.createColors(false);
const digest = `sha256:${'ab'.repeat(32)}`;
const at = (time: string) => `2026-11-24T${time}.000Z`;

const scan: ScanSummary = {
  tool: 'checkov',
  toolVersion: '3.3.30',
  status: 'fail',
  counts: { medium: 2, high: 1 },
  worst: [
    {
      fingerprint: digest,
      tool: 'checkov',
      rule: 'CKV_AWS_19',
      severity: 'high',
      severitySource: 'plimsoll',
      address: 'aws_s3_bucket.models',
      file: 'main.tf',
      line: 3,
      message: 'bucket without encryption',
      controls: [],
    },
  ],
  report: { digest, bytes: 10 },
};

const release: ReleaseDetails = {
  releaseId: 'fraud-scorer-production-0123456789ab',
  service: 'fraud-scorer',
  team: 'risk',
  environment: 'production',
  attempt: 1,
  urgency: 'normal',
  reason: 'weekly retrain',
  requester: { subject: 'ana', kind: 'human' },
  approverGroups: ['sre', 'ml-owners'],
  commit: 'a'.repeat(40),
  modelVersion: '2026.11.3',
  startedAt: at('10:00:00'),
  phase: 'fetching',
  phaseSince: at('10:00:00'),
  history: [{ phase: 'fetching', at: at('10:00:00') }],
  waitingFor: null,
  held: null,
  threats: [],
  scans: [],
  change: null,
  gate: null,
  statement: null,
  statementDigest: null,
  approvals: [],
  quorum: null,
  slots: null,
  weightPercent: 0,
  verdict: null,
  undo: [],
  attention: null,
  outcome: null,
  records: 1,
  status: 'running',
  progress: null,
  incidents: [],
  recovery: null,
  obstacles: [],
  links: { self: '/v1/releases/x', events: '/v1/releases/x/events', page: null, temporal: null },
};

test('scans say what they found, the worst first', () => {
  expect(scanText(scan, plain)).toBe('checkov 3.3.30: fail, 1 high, 2 medium');
  expect(scanText({ ...scan, status: 'pass', counts: {} }, plain)).toBe('checkov 3.3.30: pass, no findings');
});

test.each([
  [
    {
      kind: 'approval',
      groups: ['sre', 'ml-owners'],
      missing: '1 of sre or ml-owners',
      statementDigest: digest,
      expiresAt: at('11:00:00'),
    },
    'waits for 1 of sre or ml-owners until 11:00:00 UTC',
  ],
  [{ kind: 'lane', lane: { kind: 'service', key: 'f/p' }, position: 2 }, 'is number 2 in the service lane f/p'],
  [{ kind: 'lane', lane: { kind: 'state', key: 'b/k' }, position: 0 }, 'holds the state lane'],
  [{ kind: 'resume', heldBy: 'ben', reason: 'lunch' }, 'is held by ben: lunch'],
  [
    { kind: 'line', obstacles: [{ kind: 'freeze', name: 'christmas', reason: 'quiet days', until: '2027-01-04T07:00:00.000Z' }] },
    'waits: freeze christmas until 2027-01-04 07:00 UTC: quiet days',
  ],
] as const)('who waits for whom: %j', (waiting, text) => {
  expect(waitingText(waiting as Parameters<typeof waitingText>[0])).toBe(text);
});

test('only what is new since the last look is said, in order', () => {
  expect(changesBetween(undefined, release, plain)).toEqual(['10:00:00  fetching']);
  const later: ReleaseDetails = {
    ...release,
    phase: 'awaiting approval',
    history: [...release.history, { phase: 'checking', at: at('10:00:02') }, { phase: 'awaiting approval', at: at('10:00:09') }],
    scans: [scan],
    change: { digest, counts: { create: 2, update: 0, delete: 0, replace: 1 }, addresses: ['aws_s3_bucket.models'] },
    waitingFor: { kind: 'approval', groups: ['sre'], missing: '1 of sre', statementDigest: digest, expiresAt: at('11:00:00') },
  };
  expect(changesBetween(release, later, plain)).toEqual([
    '10:00:02  checking',
    '10:00:09  awaiting approval',
    '            checkov 3.3.30: fail, 1 high, 2 medium',
    '              high CKV_AWS_19 main.tf:3: bucket without encryption',
    '            infrastructure: 2 to create, 1 to replace',
    '              aws_s3_bucket.models',
    '            waits for 1 of sre until 11:00:00 UTC',
    `              plimsoll approve ${release.releaseId} --statement ${digest}`,
  ]);
  expect(changesBetween(later, later, plain)).toEqual([]);
  const shifting = { ...later, waitingFor: null, weightPercent: 10 };
  expect(changesBetween(later, shifting, plain)).toEqual(['            10 % of the traffic goes to the new version']);
  expect(changesBetween(shifting, { ...shifting, weightPercent: 0 }, plain)).toEqual([
    '            0 % of the traffic goes to the new version',
  ]);
});

test('a whole release on one page', () => {
  const text = detailsText(
    { ...release, statementDigest: digest, verdict: failVerdict as Verdict, scans: [scan], undo: ['restore traffic'] },
    plain,
  );
  expect(text).toContain('what       fraud-scorer 2026.11.3 → production');
  expect(text).toContain(`statement  ${digest}`);
  expect(text).toContain('would undo restore traffic');
  expect(text).toContain('high CKV_AWS_19 main.tf:3');
});

test('what GuardDuty found is said while it runs and afterwards, with what it did', () => {
  const threat = {
    id: 'f00d',
    type: 'Execution:Runtime/NewBinaryExecuted',
    title: 'A binary was executed',
    severity: 8,
    sample: false,
    at: at('10:00:00'),
    concern: 'candidate',
    response: 'stop',
    evidence: digest,
  } as const;
  const said = [
    'Execution:Runtime/NewBinaryExecuted, severity 8, stopped it at 2026-11-24 10:00',
    `A binary was executed (f00d, event ${digest})`,
  ];
  const threatened: ReleaseDetails = { ...release, threats: [threat] };
  expect(changesBetween(release, threatened, plain)).toEqual(said.map((line) => `            ${line}`));
  expect(detailsText(threatened, plain)).toContain(`guardduty  ${said[0]}\n           ${said[1]}\n`);
  expect(detailsText({ ...release, threats: [{ ...threat, sample: true, response: 'record' }] }, plain)).toContain(
    ', a sample, was recorded',
  );
});

test('the end names the outcome and what stayed', () => {
  const outcome = { kind: 'rolled back', reason: 'latency 250ms: 12 % slower', infrastructure: 'applied', model: 'put back' } as const;
  expect(endText({ ...release, status: 'completed', outcome }, plain)).toBe(
    `${release.releaseId} rolled back: latency 250ms: 12 % slower (infrastructure applied, model put back)\n`,
  );
  expect(endText({ ...release, status: 'failed' }, plain)).toContain('ended without an outcome (failed): a person is needed');
});

test('a list is a table without codes when nobody looks', () => {
  const row = {
    id: 'r-1',
    service: 's',
    environment: 'e',
    team: 't',
    requester: 'ana',
    status: 'running',
    phase: 'shifting',
    outcome: null,
    weightPercent: 25,
    attention: true,
    startedAt: at('10:00:00'),
    closedAt: null,
  } as const;
  const text = releaseTable([row, { ...row, id: 'r-2', status: 'failed', attention: false }], plain);
  expect(text).not.toContain('\u001b');
  expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['RELEASE', 'PHASE', 'WEIGHT', 'OUTCOME', 'ASKED BY', 'SINCE'],
    ['r-1', 'shifting !', '25 %', 'ana', '2026-11-24 10:00'],
    ['r-2', 'shifting', 'failed: a person is needed', 'ana', '2026-11-24 10:00'],
    [''],
  ]);
  expect(releaseTable([], plain)).toBe('no releases\n');
});

test('a page that is empty is not the end of a list that goes on', () => {
  expect(pageText('no releases\n', [], null)).toBe('no releases\n');
  expect(pageText('no releases\n', [], 'abc')).toBe('nothing on this page\nmore: --page-token abc\n');
  expect(pageText('one\n', ['one'], 'abc')).toBe('one\nmore: --page-token abc\n');
});

test('shows who fills which seat, whose yes does not count, and why one is void', () => {
  const approval = {
    decision: 'approve',
    by: 'sam',
    at: at('10:01:00'),
    reason: 'read',
    statementDigest: digest,
    valid: true,
    because: null,
  } as const;
  const seats = [
    { groups: ['sre'], count: 1, by: ['sam'] },
    { groups: ['ml-owners'], count: 2, by: [] },
  ];
  const quorum = { seats, minimum: 3, people: ['sam'], missing: '2 of ml-owners', met: false, notCounted: ['ana', 'ana@example.com'] };
  const half: ReleaseDetails = { ...release, approvals: [approval], quorum };
  const text = detailsText(half, plain);
  expect(text).toMatch(/quorum +1 of 1 sre: sam\n +0 of 2 ml-owners\nexcluded +ana, ana@example\.com\n/);
  const taken: ReleaseDetails = { ...half, approvals: [{ ...approval, valid: false, because: 'withdrawn: a second look' }] };
  expect(changesBetween(half, taken, plain)).toEqual(['            the approval of sam is void: withdrawn: a second look']);
  expect(detailsText(taken, plain)).toContain('read (void: withdrawn: a second look)');
});

test('a line says what is in the way, and when freezes begin', () => {
  const next = { name: 'weekend', reason: 'nobody is there', from: at('17:00:00'), until: at('19:00:00') };
  expect(lineText({ environment: 'staging', obstacles: [], nextFreezes: [next] }, plain)).toBe(
    'staging free\nnext weekend: 2026-11-24 17:00 to 2026-11-24 19:00 UTC, nobody is there\n',
  );
  const stopped = { kind: 'stopped', by: 'sam', reason: 'errors', since: at('10:00:00') } as const;
  expect(lineText({ environment: 'staging', obstacles: [stopped], nextFreezes: [] }, plain)).toBe(
    'staging stopped by sam at 2026-11-24 10:00 UTC: errors\n',
  );
  expect(detailsText({ ...release, obstacles: [stopped] }, plain)).toContain('in the way stopped by sam at 2026-11-24 10:00 UTC: errors\n');
});

test('findings that are new come first and are marked, and are not said twice', () => {
  const [known] = scan.worst;
  if (known === undefined) throw new Error('the scan found something');
  const fresh = {
    fingerprint: `sha256:${'cd'.repeat(32)}`,
    rule: 'CKV_AWS_20',
    severity: 'critical',
    address: 'aws_s3_bucket.reports',
    message: 'public',
  } as const;
  const gate: NonNullable<ReleaseDetails['gate']> = {
    kind: 'allow',
    violations: [],
    because: [],
    policyDigest: digest,
    findingsDigest: digest,
    findingsCount: 2,
  };
  const news = { comparedWith: 'r-1', counts: { critical: 1 }, worst: [fresh] };
  const scans = [{ ...scan, worst: [{ ...known, ...fresh }, known] }];
  const text = detailsText({ ...release, scans, gate: { ...gate, news } }, plain);
  expect(text).toContain('findings   new since r-1: 1 critical\n           new critical CKV_AWS_20 aws_s3_bucket.reports: public\nscan ');
  expect(text.match(/CKV_AWS_20/g)).toHaveLength(1);
  expect(text).toContain('high CKV_AWS_19 main.tf:3');
  expect(changesBetween(release, { ...release, gate: { ...gate, news } }, plain)).toContainEqual(
    expect.stringContaining('new since r-1: 1 critical'),
  );
  const none = { comparedWith: 'r-1', counts: {}, worst: [] };
  expect(detailsText({ ...release, gate: { ...gate, news: none } }, plain)).toContain('findings   none is new since r-1');
});

test('what GuardDuty found about a version that serves is an incident of its release', () => {
  const incidents = [
    { id: 'f00d', type: 'Discovery:S3/AnomalousBehavior', title: 'an unusual place', severity: 5, lastSeenAt: at('09:30:00') },
  ];
  expect(detailsText({ ...release, incidents }, plain)).toContain(
    'incident   Discovery:S3/AnomalousBehavior, severity 5, last seen 2026-11-24 09:30: an unusual place (GuardDuty f00d)',
  );
});
