/** Which releases a finding is about, what it does to them, and that the same one does nothing twice. */
import { describe, expect, test } from 'vitest';
import { modelImage, orderOf } from '../../test/support/builders.ts';
import { inWorkload, nothing, threatOf } from '../../test/support/threats.ts';
import { digestText } from '../digest.ts';
import { phases } from '../phase.ts';
import { type Concern, concernOf, digestIn, footprintOf, mayConcern } from './concern.ts';
import { bandOf, isNews, isWorse, newestOf, type Subject } from './finding.ts';
import { isIncident, listedThreat } from './listed.ts';
import { counts, effects, keepsPods, type Response, responseTo } from './response.ts';

const order = orderOf();
const footprint = footprintOf(order);
const image = digestIn(modelImage) ?? digestText('none');
const inB = { candidate: 'b', since: '2026-11-27T09:00:00.000Z' } as const;

describe('what a release has that a finding can name', () => {
  test('is its service, its place in the cluster, its image and its buckets', () => {
    expect(footprint).toEqual({
      service: 'fraud-scorer',
      cluster: 'ml-production',
      namespace: 'models',
      image,
      buckets: ['acme-models', 'acme-tfstate'],
    });
    expect(footprintOf(orderOf({ model: undefined }))).toMatchObject({ image: null, buckets: ['acme-tfstate'] });
    expect(digestIn('registry.example/fraud:latest')).toBeNull();
  });
});

describe('a finding is about a release', () => {
  test.each<[string, Subject, Concern | undefined]>([
    ['by the session of its role', { ...nothing, sessions: [order.releaseId] }, 'session'],
    ['not by the session of another', { ...nothing, sessions: ['fraud-scorer-production-000000000002'] }, undefined],
    ['by the Deployment of its slot', inWorkload('fraud-scorer-b'), 'candidate'],
    ['by a ReplicaSet of it', inWorkload('fraud-scorer-b-7d9c64b6f5'), 'candidate'],
    ['by a Pod of it', inWorkload('fraud-scorer-b-7d9c64b6f5-x2v4z'), 'candidate'],
    ['also where the cluster is not named', inWorkload('fraud-scorer-b', { cluster: null }), 'candidate'],
    ['through its service, where the version before is hit', inWorkload('fraud-scorer-a'), 'service'],
    ['not through a service that is called like a slot of it', inWorkload('fraud-scorer-b-a'), undefined],
    ['not through a service that begins like it', inWorkload('fraud-scorer-beta-b'), undefined],
    ['not in another cluster', inWorkload('fraud-scorer-b', { cluster: 'ml-staging' }), undefined],
    ['not in another namespace', { ...inWorkload(''), workloads: [{ namespace: 'other', name: 'fraud-scorer-b' }] }, undefined],
    ['by its image', { ...nothing, images: [image] }, 'image'],
    ['by its image, where another service is hit', inWorkload('churn-scorer-b', { images: [image] }), 'elsewhere'],
    ['by the bucket of its model', { ...nothing, buckets: ['acme-models'] }, 'bucket'],
    ['by the bucket of its state', { ...nothing, buckets: ['acme-tfstate'] }, 'bucket'],
    ['not by another bucket', { ...nothing, buckets: ['acme-logs'] }, undefined],
    ['not where it names nothing', nothing, undefined],
  ])('%s', (_, about, concern) => {
    expect(concernOf(threatOf({ about }), order.releaseId, footprint, inB)).toBe(concern);
    expect(mayConcern(threatOf({ about }), order.releaseId, footprint)).toBe(concern !== undefined);
  });

  test('not where it was last seen before the release had the slot: that was another version', () => {
    const about = inWorkload('fraud-scorer-b');
    expect(concernOf(threatOf({ about, lastSeenAt: '2026-11-27T08:00:00.000Z' }), order.releaseId, footprint, inB)).toBeUndefined();
    // Clocks differ by seconds.
    expect(concernOf(threatOf({ about, lastSeenAt: '2026-11-27T08:59:30.000Z' }), order.releaseId, footprint, inB)).toBe('candidate');
  });

  test('through its service, as long as it has no slot of its own', () => {
    expect(concernOf(threatOf({ about: inWorkload('fraud-scorer-b') }), order.releaseId, footprint, null)).toBe('service');
  });
});

describe('what it does', () => {
  const shifting = { concern: 'candidate', urgency: 'normal', phase: 'shifting', drill: false } as const;

  test.each<[number, Response]>([
    [10, 'stop'],
    [8, 'stop'],
    [7, 'stop'],
    [6.9, 'hold'],
    [4, 'hold'],
    [3.9, 'record'],
    [1, 'record'],
  ])('at severity %d to a canary: %s', (severity, response) => {
    expect(responseTo(threatOf({ severity }), shifting)).toBe(response);
  });

  test.each<[Concern, Response]>([
    ['session', 'stop'],
    ['candidate', 'stop'],
    ['image', 'stop'],
    ['bucket', 'stop'],
    ['service', 'hold'],
    ['elsewhere', 'hold'],
  ])('at severity 8, being about it as %s: %s', (concern, response) => {
    expect(responseTo(threatOf(), { ...shifting, concern })).toBe(response);
  });

  test('nothing, as a sample, but in a drill', () => {
    const sample = threatOf({ sample: true });
    expect([responseTo(sample, shifting), counts(sample, false)]).toEqual(['record', false]);
    expect([responseTo(sample, { ...shifting, drill: true }), counts(sample, true)]).toEqual(['stop', true]);
  });

  test.each(['undoing', 'finishing', 'closed'] as const)('nothing more than a record while %s', (phase) => {
    expect(responseTo(threatOf(), { ...shifting, phase })).toBe('record');
    expect(responseTo(threatOf({ severity: 5 }), { ...shifting, phase })).toBe('record');
  });

  test('in every phase before: it stops and holds, and the documents say how', () => {
    const before = phases.filter((phase) => !['undoing', 'finishing', 'closed'].includes(phase));
    expect(before.filter((phase) => responseTo(threatOf(), { ...shifting, phase }) !== 'stop')).toEqual([]);
    expect(before.filter((phase) => responseTo(threatOf({ severity: 5 }), { ...shifting, phase }) !== 'hold')).toEqual([]);
    expect(Object.keys(effects)).toEqual(phases);
  });

  test.each<[Concern, Response]>([
    ['bucket', 'record'],
    ['service', 'record'],
    ['image', 'record'],
    ['candidate', 'stop'],
    ['session', 'stop'],
  ])('to a rollback, being about it as %s: %s', (concern, response) => {
    expect(responseTo(threatOf(), { ...shifting, concern, urgency: 'rollback' })).toBe(response);
  });

  test('keeps pods where they are what was hit', () => {
    expect((['session', 'candidate', 'image', 'bucket', 'service', 'elsewhere'] as const).filter(keepsPods)).toEqual([
      'candidate',
      'image',
    ]);
  });
});

describe('the same finding again', () => {
  const first = threatOf({ severity: 5, count: 1 });

  test.each<[string, Partial<typeof first>, boolean]>([
    ['word for word', {}, false],
    ['from before, overtaken on the way', { updatedAt: '2026-11-27T09:00:00.000Z' }, false],
    ['from before and less severe', { updatedAt: '2026-11-27T09:00:00.000Z', severity: 2 }, false],
    ['updated', { updatedAt: '2026-11-27T09:45:00.000Z' }, true],
    ['the same instant in another spelling', { updatedAt: '2026-11-27T09:31:00Z' }, false],
    ['seen once more', { count: 2 }, true],
    ['more severe', { severity: 8 }, true],
    ['more severe, though from before', { severity: 8, updatedAt: '2026-11-27T09:00:00.000Z' }, true],
  ])('%s: news %s', (_, change, news) => {
    expect(isNews(first, { ...first, ...change })).toBe(news);
    expect(isNews(newestOf(first, { ...first, ...change }), { ...first, ...change }), 'once it was heard').toBe(false);
  });

  test('is told to a release again only in a higher band', () => {
    expect([isWorse(undefined, threatOf({ severity: 1 })), isWorse('medium', threatOf({ severity: 6.9 }))]).toEqual([true, false]);
    expect([isWorse('medium', threatOf({ severity: 7 })), isWorse('high', threatOf({ severity: 10 }))]).toEqual([true, false]);
    expect(bandOf({ severity: 9 })).toBe('high');
  });
});

test('a list has incidents first, as many releases as a message holds, and says how many there are beyond', () => {
  const reached = (releaseId: string, state: 'told' | 'incident') => ({ releaseId, service: 's', environment: 'e', team: 't', state });
  const releases = [...Array.from({ length: 60 }, (_, index) => reached(`r-${index}`, 'told')), reached('last', 'incident')];
  const listed = listedThreat(threatOf({}), releases);
  expect([listed.releases[0]?.releaseId, listed.releases.length, listed.moreReleases]).toEqual(['last', 50, 11]);
  expect(isIncident(reached('r', 'told'))).toBe(false);
});
