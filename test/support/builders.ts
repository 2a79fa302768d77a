/** Orders and their parts with sensible values, so that a test says only what it is about. */
import type { ApprovalRule } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import { digestText } from '../../domain/digest.ts';
import { defaultObjectives } from '../../domain/objectives.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { Waiver } from '../../domain/waiver.ts';

export const modelImage = `registry.example/fraud@${digestText('image')}`;

/** A release of both parts in production, with steps that need no waiting. */
export function orderOf(changes: Partial<ReleaseOrder> = {}): ReleaseOrder {
  return {
    releaseId: 'fraud-scorer-production-000000000001',
    service: 'fraud-scorer',
    team: 'risk',
    environment: 'production',
    attempt: 1,
    urgency: 'normal',
    reason: 'weekly retrain',
    requester: { subject: 'ana', kind: 'human' },
    catalogDigest: digestText('catalog'),
    source: { repository: 'https://git.example/ml-platform', refs: ['main'], commit: 'c'.repeat(40) },
    aws: {
      account: '123456789012',
      region: 'eu-west-1',
      planRole: 'arn:aws:iam::123456789012:role/plimsoll-plan',
      applyRole: 'arn:aws:iam::123456789012:role/plimsoll-apply',
    },
    cluster: { name: 'ml-production', namespace: 'models' },
    prometheus: 'http://127.0.0.1:9090',
    queues: { tools: 'tools', watch: 'watch' },
    gates: { blockAt: 'high', providers: ['hashicorp/aws'], modules: [] },
    approvals: { groups: ['sre', 'ml-owners'], expiresAfterMinutes: 60 },
    canary: {
      stepsPercent: [10, 50],
      minimumStepSeconds: 0,
      deadlineMinutes: 10,
      onInconclusive: 'hold',
      watchSeconds: 0,
      pollSeconds: 1,
      readyWithinSeconds: 60,
    },
    infrastructure: {
      stack: {
        name: 'platform',
        repository: 'https://git.example/ml-platform',
        refs: ['main'],
        root: 'infra/terraform/environments/production',
        backend: { bucket: 'acme-tfstate', key: 'production.tfstate', region: 'eu-west-1', lockTable: 'acme-tflock', lockFile: true },
        secretVariables: {},
      },
      variables: {},
    },
    model: {
      version: '2026.11.3',
      artifact: 's3://acme-models/fraud/2026.11.3/model.safetensors',
      digest: digestText('model'),
      image: modelImage,
      chart: { repository: 'https://git.example/ml-platform', refs: ['main'], path: 'infra/helm/model-service', values: [] },
      route: { gateway: 'models', hostname: 'fraud.example.com', port: 8080 },
      series: { requests: 'model_requests_total', statusLabel: 'status', failureStatus: '5..', latency: 'model_request_duration_seconds' },
      objectives: defaultObjectives,
    },
    ...changes,
  };
}

/** Of one finding in production, and it holds for the whole of a test. */
export function waiverOf(changes: Partial<Waiver> = {}): Waiver {
  return {
    name: 'reports-are-public',
    waives: { kind: 'rule', rule: 'rule-0', address: 'aws_s3_bucket.models' },
    environment: 'production',
    service: null,
    reason: 'the customer reads them until they have a login',
    owner: 'olga',
    from: '2026-01-01T00:00:00.000Z',
    until: '2036-01-01T23:59:59.999Z',
    ...changes,
  };
}

export function callerOf(subject: string, ...groups: readonly string[]): Caller {
  return { subject, kind: 'human', groups, mfa: true, authenticatedAt: 1_700_000_000 };
}

/** One of each of two groups, with a second factor shown lately. */
export const twoGroups: ApprovalRule = {
  quorum: [
    { groups: ['sre'], count: 1 },
    { groups: ['ml-owners'], count: 1 },
  ],
  minimum: 2,
  requesterMayApprove: false,
  mfaWithinMinutes: 15,
  expiresAfterMinutes: 60,
  remindBeforeMinutes: null,
  keepWhenChangeIsEqual: false,
};
