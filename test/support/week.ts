/**
 * A week of releases and of what AWS and the cluster saw meanwhile, from a seed; and the same week with one violation of
 * each sort planted in it. Whoever asks has to find these, and nothing else.
 */
import type { DayAct } from '../../domain/ledger/acts.ts';
import { releaseChain } from '../../domain/ledger/chain.ts';
import { type EventRow, rowsOf } from '../../domain/ledger/rows.ts';
import { callerOf } from './builders.ts';
import { assumedRole, awsService, type CloudTrailEvent, eventOf, otherAccount, root, webIdentity } from './cloudtrail.ts';
import { uniforms } from './enumeration.ts';
import { recordsOfEvents, recordsOfRelease, type Simulated } from './simulated-release.ts';

export interface Week {
  readonly releases: readonly Simulated[];
  readonly refusals: readonly { readonly day: string; readonly by: string }[];
  /** Of one day, one after the other. */
  readonly acts: readonly Omit<DayAct, 'at'>[];
  readonly cloudTrail: readonly CloudTrailEvent[];
  readonly clusterAudit: readonly object[];
  readonly accessLog: readonly string[];
}

export const firstDay = '2026-11-23';
export const lastDay = '2026-11-29';
const actsDay = '2026-11-25';

const services = ['fraud-scorer', 'ranker', 'forecaster'];
const people = ['ana', 'ben', 'cleo'];
const approvers = ['sam', 'sven', 'sofia'];

/** Nobody did anything wrong in it; some releases were blocked, some rolled back, and one is still open. */
export function cleanWeek(seed: number, count = 40): Week {
  const uniform = uniforms(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(uniform() * of.length)] as T;
  const releases = Array.from({ length: count }, (_, index): Simulated => {
    const service = one(services);
    const at = new Date(Date.parse(`${firstDay}T08:00:00.000Z`) + Math.floor((index / count) * 6.5 * 24 * 3600) * 1000).toISOString();
    const environment = uniform() < 0.7 ? 'production' : 'staging';
    return {
      id: `${service}-${environment}-${String(index).padStart(12, '0')}`,
      at,
      order: { service, environment, requester: { subject: one(people), kind: 'human' } },
      authors: [`${one(people)}@acme.example`],
      approvals: [{ by: one(approvers), authenticatedSecondsAgo: Math.floor(uniform() * 900) }],
      ends: index === count - 1 ? 'open' : one(['released', 'released', 'released', 'rolled back', 'blocked'] as const),
    };
  });
  return {
    releases,
    refusals: [],
    acts: [],
    cloudTrail: releases.flatMap(seenByAws),
    clusterAudit: releases.flatMap(seenByCluster),
    accessLog: releases.map(({ at, id }) => accessLine(at, `arn:aws:sts::123456789012:assumed-role/serve/${id}`, 'other/file')),
  };
}

const secondsAfter = (at: string, seconds: number) => new Date(Date.parse(at) + seconds * 1000).toISOString().replace(/\.\d+/, '');

function seenByAws({ id, at, order, ends }: Simulated): readonly CloudTrailEvent[] {
  const person = order?.requester?.subject;
  const session = assumedRole('plimsoll-production-apply', id, person);
  return [
    // The first second of a release, which CloudTrail shows without its fraction, and reading, which is nobody's change.
    eventOf(`${id}-first`, secondsAfter(at, 0), ['s3', 'PutObject'], session),
    eventOf(`${id}-read`, secondsAfter(at, 10), ['eks', 'DescribeCluster'], assumedRole('admin', 'rita')),
    ...(ends === 'blocked' ? [] : [eventOf(`${id}-write`, secondsAfter(at, 92), ['iam', 'PutRolePolicy'], session)]),
    eventOf(`${id}-denied`, secondsAfter(at, 93), ['iam', 'CreateUser'], assumedRole('admin', 'rita'), { errorCode: 'AccessDenied' }),
    eventOf(`${id}-service`, secondsAfter(at, 94), ['kms', 'RotateKey'], awsService),
  ];
}

const clusterEvent = (auditID: string, at: string, username: string, verb: string, objectRef: object) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID,
  stage: 'ResponseComplete',
  requestReceivedTimestamp: at,
  verb,
  user: { username, groups: ['system:authenticated'] },
  objectRef: { apiGroup: 'apps', namespace: 'models', ...objectRef },
  responseStatus: { code: 200 },
});

const seenByCluster = ({ id, at }: Simulated): readonly object[] => [
  clusterEvent(`${id}-1`, at, `arn:aws:sts::123456789012:assumed-role/plimsoll/${id}`, 'patch', {
    resource: 'deployments',
    name: 'scorer-a',
  }),
  clusterEvent(`${id}-2`, at, 'system:serviceaccount:kube-system:deployment-controller', 'create', {
    resource: 'replicasets',
    name: 'scorer-a-1',
  }),
  clusterEvent(`${id}-3`, at, 'arn:aws:sts::123456789012:assumed-role/admin/rita', 'get', { resource: 'pods', name: 'scorer-a-1-x' }),
];

function accessLine(at: string, requester: string, key: string): string {
  const [, day, month, year, time] = /^\w+, (\d\d) (\w+) (\d+) ([\d:]+)/.exec(new Date(at).toUTCString()) ?? [];
  return `79a59df900b949e5 acme-models [${day}/${month}/${year}:${time} +0000] 192.0.2.3 ${requester} 3E57427F3EXAMPLE REST.GET.OBJECT ${key} "GET /${key} HTTP/1.1" 200 - 113 113 7 6 "-" "aws-sdk/3" - TLS\n`;
}

/* --------------------------------------------------------------- planted */

const planted = (name: string, more: Omit<Simulated, 'id' | 'at'>, at = '2026-11-25T12:00:00.000Z'): Simulated => ({
  id: `planted-production-${name}`,
  at,
  ...more,
});

export const plantedReleases = [
  planted('requester', { approvals: [{ by: 'Ana' }] }),
  planted('author', { authors: ['4711+sam@users.noreply.github.com'] }),
  planted('waiverowner', {
    approvals: [{ by: 'sofia' }],
    waivers: [
      {
        name: 'mutable-tags',
        rule: 'CKV_AWS_51',
        address: 'aws_ecr_repository.x',
        owner: 'sofia',
        reason: 'soon',
        until: '2026-12-01T23:59:59.999Z',
      },
    ],
  }),
  planted('nobody', { approvals: [] }),
  planted('nofactor', { approvals: [{ by: 'sam', mfa: false }] }),
  planted('stalefactor', { approvals: [{ by: 'sam', authenticatedSecondsAgo: 901 }] }),
  planted('override', { order: { urgency: 'hotfix' }, override: { reason: 'customers wait', ticket: 'INC-4711' } }),
  planted('slowanswer', { finding: { id: 'finding-slow', severity: 8, answeredAfter: 30 } }),
  planted('quickanswer', { finding: { id: 'finding-quick', severity: 8, answeredAfter: 1 } }),
] as const;

/** What each of them did to AWS, to the cluster and to a bucket, by the id of its event. */
export function plantedWeek(seed: number): Week {
  const week = cleanWeek(seed);
  const [first] = week.releases as readonly [Simulated];
  const at = '2026-11-26T10:00:00Z';
  const read = { requestParameters: { bucketName: 'acme-models', key: 'fraud/2026.11.3/model.safetensors' } };
  return {
    releases: [...week.releases, ...plantedReleases],
    refusals: [{ day: '2026-11-24', by: 'mallory' }],
    acts: [
      { act: 'policies in force', by: null, about: 'policies 1', because: null },
      { act: 'logged in', by: callerOf('mallory', 'sre'), about: null, because: null },
      { act: 'stopped the line', by: callerOf('rita', 'sre'), about: 'production', because: 'errors' },
      // Another process of the API began: it saw nothing new.
      { act: 'policies in force', by: null, about: 'policies 1', because: null },
      { act: 'policies in force', by: null, about: 'policies 2', because: null },
    ],
    cloudTrail: [
      ...week.cloudTrail,
      eventOf('by-a-person', at, ['iam', 'AttachRolePolicy'], assumedRole('admin', 'rita')),
      eventOf('by-a-job', at, ['ecr', 'PutImage'], webIdentity('ci', 'GitHubActions')),
      eventOf('by-root', at, ['s3', 'PutBucketPolicy'], root),
      eventOf('by-a-stranger', at, ['s3', 'PutObject'], otherAccount),
      // Its session is used when the release has long ended.
      eventOf('by-a-release-that-is-over', at, ['eks', 'UpdateNodegroupConfig'], assumedRole('plimsoll-production-apply', first.id)),
      eventOf('broken-glass', at, ['sts', 'AssumeRole'], assumedRole('admin', 'rita'), {
        requestParameters: { roleArn: 'arn:aws:iam::123456789012:role/acme-break-glass', roleSessionName: 'rita' },
      }),
      eventOf('model-read', at, ['s3', 'GetObject'], assumedRole('analyst', 'mallory', 'mallory'), read),
    ],
    clusterAudit: [
      ...week.clusterAudit,
      clusterEvent('by-hand', '2026-11-26T10:00:00.000Z', 'arn:aws:sts::123456789012:assumed-role/admin/rita', 'create', {
        resource: 'pods',
        subresource: 'exec',
        name: 'scorer-a-1-x',
      }),
    ],
    accessLog: [...week.accessLog, accessLine(at, 'arn:aws:iam::123456789012:user/mallory', 'fraud/2026.11.3/model.safetensors')],
  };
}

export function rowsOfWeek({ releases, refusals, acts }: Week): readonly EventRow[] {
  return [
    ...releases.flatMap((release) => rowsOf(releaseChain(release.id), recordsOfRelease(release))),
    ...refusals.flatMap(({ day, by }) => {
      const data = {
        by: { subject: by, kind: 'human', mfa: true, authenticatedAt: null },
        call: 'POST /v1/releases',
        release: null,
        refusal: 'caller.forbidden',
        because: 'nobody lets them',
      };
      return rowsOf(`refusals/${day}`, recordsOfEvents(day, `${day}T10:00:00.000Z`, [{ kind: 'callRefused', after: 0, data }]));
    }),
    ...rowsOf(
      `refusals/${actsDay}`,
      recordsOfEvents(
        actsDay,
        `${actsDay}T10:00:00.000Z`,
        acts.map((data, after) => ({ kind: 'acted', after, data })),
      ),
    ),
  ];
}
