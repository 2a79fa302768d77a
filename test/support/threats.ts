/** Findings of GuardDuty with sensible values, so that a test says only what it is about. */
import { digestText } from '../../domain/digest.ts';
import type { Subject, Threat } from '../../domain/threats/finding.ts';

export const nothing: Subject = { cluster: null, workloads: [], images: [], sessions: [], buckets: [] };

export const threatOf = (change: Partial<Threat> = {}): Threat => ({
  id: '1ab92989eaf0e742df4a014d5171d8eb',
  type: 'Execution:Runtime/NewBinaryExecuted',
  title: 'A container executed a newly created binary.',
  severity: 8,
  account: '123456789012',
  region: 'eu-west-1',
  updatedAt: '2026-11-27T09:31:00.000Z',
  lastSeenAt: '2026-11-27T09:30:00.000Z',
  count: 1,
  sample: false,
  about: nothing,
  evidence: { digest: digestText('event'), bytes: 5 },
  ...change,
});

export const inWorkload = (name: string, more: Partial<Subject> = {}): Subject => ({
  ...nothing,
  cluster: 'ml-production',
  workloads: [{ namespace: 'models', name }],
  ...more,
});
