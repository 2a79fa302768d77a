/**
 * Goal: of an event as EventBridge delivers it, the names that could belong to a release and no others; anything else is
 * refused without a word of what was in it.
 * Method: events of the shapes that AWS documents (test/fixtures/guardduty), and the same ones damaged.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readEvent } from './event.ts';

const file = (name: string) => readFileSync(new URL(`../../test/fixtures/guardduty/${name}.json`, import.meta.url), 'utf8');
const threatIn = (body: string) => {
  const read = readEvent(body);
  if (read.kind === 'malformed') throw new Error(read.because);
  return read.threat;
};
type Changeable = { detail: Record<string, unknown> & { resource: Record<string, unknown>; service: Record<string, unknown> } };
const changed = (change: (event: Changeable) => void): string => {
  const event = JSON.parse(file('eks-runtime')) as Changeable;
  change(event);
  return JSON.stringify(event);
};

describe('a finding', () => {
  test('of a process in a pod names cluster, workload and image', () => {
    expect(threatIn(file('eks-runtime'))).toEqual({
      id: '1ab92989eaf0e742df4a014d5171d8eb',
      type: 'Execution:Runtime/NewBinaryExecuted',
      title: 'A container executed a newly created or modified binary.',
      severity: 8,
      account: '123456789012',
      region: 'eu-west-1',
      updatedAt: '2026-11-27T09:31:02.105Z',
      lastSeenAt: '2026-11-27T09:30:12.000Z',
      count: 2,
      sample: false,
      about: {
        cluster: 'ml-production',
        workloads: [{ namespace: 'models', name: 'fraud-scorer-b' }],
        images: [`sha256:${'ab12'.repeat(16)}`],
        sessions: [],
        buckets: [],
      },
    });
  });

  test('of a bucket read from an unusual place names it, and the session that read', () => {
    expect(threatIn(file('s3-unusual-place'))).toMatchObject({
      severity: 5,
      count: 14,
      about: { cluster: null, workloads: [], buckets: ['acme-models'], sessions: ['notebook'] },
    });
  });

  test('of credentials that left names the session of the role, which is the release', () => {
    expect(threatIn(file('role-credentials-outside')).about.sessions).toEqual(['fraud-scorer-production-0123456789ab']);
  });

  test('that is a sample says so, whichever of its two marks is left', () => {
    const sample = JSON.parse(file('sample')) as { detail: { title: string; service: { additionalInfo: object } } };
    expect(threatIn(JSON.stringify(sample)).sample).toBe(true);
    expect(threatIn(JSON.stringify(sample)).about.sessions).toEqual(['GeneratedFindingSession']);
    const { title } = sample.detail;
    sample.detail.title = 'without its mark';
    expect(threatIn(JSON.stringify(sample)).sample).toBe(true);
    sample.detail.service.additionalInfo = { value: '{"sample":true}', type: 'default' };
    expect(threatIn(JSON.stringify(sample)).sample).toBe(true);
    sample.detail.service.additionalInfo = { value: 'no JSON', type: 'default' };
    expect(threatIn(JSON.stringify(sample)).sample).toBe(false);
    sample.detail.title = title;
    expect(threatIn(JSON.stringify(sample)).sample).toBe(true);
  });

  test('that names nothing of a release is one all the same', () => {
    const port = changed(({ detail }) => void (detail.resource = { resourceType: 'Instance', instanceDetails: {} }));
    expect(threatIn(port).about).toEqual({ cluster: null, workloads: [], images: [], sessions: [], buckets: [] });
  });

  test('with thousands of names is cut to what a message holds', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => ({ name: `bucket-${index}` }));
    const read = threatIn(changed(({ detail }) => void (detail.resource['s3BucketDetails'] = many)));
    expect(read.about.buckets).toHaveLength(20);
    const wordy = threatIn(changed(({ detail }) => void (detail['title'] = 'a\nb'.repeat(1_000))));
    expect([wordy.title.length, wordy.title.includes('\n')]).toEqual([500, false]);
  });
});

describe('what is none is refused', () => {
  test.each<[string, string, string]>([
    ['no JSON', 'hunter2', 'body'],
    ['nothing', '', 'body'],
    ['something of another service', JSON.stringify({ source: 'aws.s3', 'detail-type': 'x', detail: {} }), 'source'],
    ['without an id', changed(({ detail }) => void delete detail['id']), 'detail.id'],
    ['an id that is a path', changed(({ detail }) => void (detail['id'] = '../../releases/hunter2')), 'detail.id'],
    ['a severity that is a word', changed(({ detail }) => void (detail['severity'] = 'hunter2')), 'detail.severity'],
    ['a severity beyond ten', changed(({ detail }) => void (detail['severity'] = 11)), 'detail.severity'],
    ['a time that is none', changed(({ detail }) => void (detail['updatedAt'] = 'hunter2')), 'detail.updatedAt'],
    ['buckets that are no list', changed(({ detail }) => void (detail.resource['s3BucketDetails'] = 'hunter2')), 's3BucketDetails'],
  ])('%s, by its field and without its value', (_, body, field) => {
    const read = readEvent(body);
    expect(read).toMatchObject({ kind: 'malformed', because: expect.stringContaining(field) as string });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  test('more than SQS takes; and as much as it takes is read', () => {
    const padded = (bytes: number) => changed(({ detail }) => void (detail['description'] = 'x'.repeat(bytes)));
    expect(readEvent(padded(256 * 1024))).toMatchObject({ kind: 'malformed', because: 'more than 262144 bytes' });
    expect(readEvent(padded(250 * 1024)).kind).toBe('threat');
  });
});
