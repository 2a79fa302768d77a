/** What the Temporal UI shows of a verdict, as a file that can be read. */
import { expect, test } from 'vitest';
import { failVerdict, firstVerdict, reading } from '../test/support/verdicts.ts';
import { detailsOf } from './details.ts';
import { digestText } from './digest.ts';
import type { ReleaseView } from './view.ts';

const view: ReleaseView = {
  releaseId: 'fraud-scorer-production-0123456789ab',
  service: 'fraud-scorer',
  team: 'risk',
  environment: 'production',
  attempt: 1,
  urgency: 'normal',
  reason: 'weekly retrain',
  requester: { subject: 'ana', kind: 'human' },
  approverGroups: ['sre'],
  commit: '5f3c1f0e'.repeat(5),
  modelVersion: '2026.11.3',
  startedAt: '2026-11-24T09:58:00.000Z',
  phase: 'shifting',
  phaseSince: '2026-11-24T09:59:00.000Z',
  history: [],
  waitingFor: null,
  held: null,
  scans: [],
  change: null,
  gate: null,
  statement: null,
  statementDigest: null,
  approvals: [],
  quorum: null,
  slots: null,
  weightPercent: 10,
  verdict: failVerdict,
  threats: [],
  undo: ['restore traffic'],
  attention: null,
  outcome: null,
  records: 3,
};

const golden = (name: string) => `../test/golden/judge/${name}.md`;

test('a rollback can be understood from its details alone', async () => {
  await expect(`${detailsOf(view)}\n`).toMatchFileSnapshot(golden('rolled-back'));
});

test('a first release has nobody to be compared with, and nothing is made up', async () => {
  await expect(`${detailsOf({ ...view, weightPercent: 100, verdict: firstVerdict })}\n`).toMatchFileSnapshot(golden('first-release'));
});

test('a name with a bar in it stays in its cell', () => {
  const text = detailsOf({ ...view, verdict: { ...failVerdict, metrics: [reading({ metric: 'low|confidence' })] } });
  expect(text).toContain('| low\\|confidence |');
});

test('what GuardDuty found is there with what it did', () => {
  const threat = { id: 'f00d', type: 'Discovery:S3/AnomalousBehavior', title: 'an unusual place', severity: 5, sample: false } as const;
  const more = { at: '2026-11-24T10:00:00.000Z', concern: 'bucket', response: 'hold', evidence: digestText('event') } as const;
  expect(detailsOf({ ...view, threats: [{ ...threat, ...more }] })).toContain(
    `⚠ **GuardDuty**, ${more.at}: Discovery:S3/AnomalousBehavior, severity 5 (GuardDuty f00d), held it: an unusual place (event \`${more.evidence}\`)`,
  );
});

test('findings that are new are counted, and the worst of them named', () => {
  const gate = {
    kind: 'allow',
    violations: [],
    because: [],
    policyDigest: digestText('p'),
    findingsDigest: digestText('f'),
    findingsCount: 3,
  } as const;
  const line = {
    fingerprint: digestText('1'),
    rule: 'CKV_AWS_20',
    severity: 'high',
    address: 'aws_s3_bucket.reports',
    message: 'public',
  } as const;
  const news = { comparedWith: 'r-1', counts: { high: 1 }, worst: [line] };
  expect(detailsOf({ ...view, gate: { ...gate, news } })).toContain(
    'Findings: new since r-1: 1 high\n- **new** high CKV_AWS_20 `aws_s3_bucket.reports`: public',
  );
  expect(detailsOf({ ...view, gate }), 'of an older worker').not.toContain('Findings');
});

test('a verdict from before judges gave evidence is still shown', () => {
  const { kind, reason, metrics, canary, stable } = failVerdict;
  const earlier = { kind, reason, metrics, canary, stable } as unknown as typeof failVerdict;
  expect(detailsOf({ ...view, verdict: earlier })).toContain(`At 10 %: **fail**, ${reason}`);
});
