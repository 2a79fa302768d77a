import { describe, expect, test } from 'vitest';
import { digestText } from '../digest.ts';
import { carriedOn, type Look, newSince } from './look.ts';
import { type Explanation, type RunningPod, straysAmong } from './stray.ts';

const place = { cluster: 'ml', namespace: 'models' };
const image = digestText('image');
const now = Date.parse('2026-11-27T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

const release = 'fraud-scorer-production-1';
const explanation: Explanation = {
  service: 'fraud-scorer',
  place,
  image,
  ended: { kind: 'released', at: minutesAgo(600) },
  writing: { account: '111122223333', from: minutesAgo(660), until: minutesAgo(600) },
};
const pod: RunningPod = {
  workload: 'Deployment/fraud-scorer-a',
  release,
  service: 'fraud-scorer',
  images: [image],
  since: minutesAgo(300),
};

const look = (pods: readonly Partial<RunningPod>[], change: Partial<Explanation> = {}, expected: readonly string[] = []) =>
  straysAmong(
    pods.map((one) => ({ ...pod, ...one })),
    new Map([[release, { ...explanation, ...change }]]),
    { place, expected, now },
  );

test('pods of what was released are explained, and those of a release that is under way', () => {
  expect(look([{}, {}])).toEqual([]);
  expect(look([{}], { ended: null })).toEqual([]);
});

test('a sidecar beside the released image explains nothing and accuses nobody', () => {
  expect(look([{ images: [digestText('mesh'), image] }])).toEqual([]);
});

describe('a stray is', () => {
  test.each<[string, Partial<RunningPod>, Partial<Explanation>, string, string]>([
    ['a pod that names no release', { release: null }, {}, 'no release', 'it names no release'],
    ['one that names a release nobody asked for', { release: 'made-up' }, {}, 'unknown release', 'the ledger has no release made-up'],
    ['one of another service', { service: 'churn-scorer' }, {}, 'another place', 'this is churn-scorer in ml/models'],
    ['one in another namespace', {}, { place: { ...place, namespace: 'staging' } }, 'another place', 'fraud-scorer in ml/staging'],
    ['one in another cluster', {}, { place: { ...place, cluster: 'dev' } }, 'another place', 'fraud-scorer in dev/models'],
    ['one whose image was replaced', { images: [digestText('other')] }, {}, 'another image', `it runs ${digestText('other')}`],
    ['one whose image has a tag only', { images: [null] }, {}, 'another image', 'it runs an image that is not named by digest'],
    ['one of a release without a model', {}, { image: null }, 'another image', 'released no image'],
    ['what a rollback left', {}, { ended: { kind: 'rolled back', at: minutesAgo(11) } }, 'not released', 'ended as rolled back'],
  ])('%s', (_, pods, change, kind, because) => {
    expect(look([pods], change)).toEqual([expect.objectContaining({ kind, because: expect.stringContaining(because) as string })]);
  });

  test('not what a rollback has just begun to end', () => {
    expect(look([{}], { ended: { kind: 'rolled back', at: minutesAgo(9) } })).toEqual([]);
  });

  test('not what the catalog says belongs there', () => {
    expect(look([{ workload: 'DaemonSet/log-agent', release: null }], {}, ['DaemonSet/log-agent'])).toEqual([]);
  });
});

test('pods of one workload are one stray, as old as the oldest; what has been there longest goes first', () => {
  const young = { workload: 'Pod/debug', release: null, since: minutesAgo(3) };
  const old = { workload: 'Deployment/shadow', release: null, since: minutesAgo(40) };
  expect(look([young, { ...old, since: minutesAgo(5) }, old])).toMatchObject([
    { workload: 'Deployment/shadow', pods: 2, since: minutesAgo(40) },
    { workload: 'Pod/debug', pods: 1 },
  ]);
});

describe('what is new', () => {
  const lookOf = (environment: string, pods: readonly Partial<RunningPod>[]): Look => ({
    ...place,
    environment,
    strays: look(pods),
    more: 0,
    unknown: null,
  });
  const debug = { workload: 'Pod/debug', release: null };

  test('is what the look before did not have, in that environment', () => {
    const before = [lookOf('staging', [debug])];
    expect(newSince(before, [lookOf('staging', [debug])])).toEqual([]);
    expect(newSince(before, [lookOf('production', [debug])])).toMatchObject([{ environment: 'production', workload: 'Pod/debug' }]);
    expect(newSince(before, [lookOf('staging', [debug, { ...debug, workload: 'Pod/other' }])])).toMatchObject([{ workload: 'Pod/other' }]);
  });

  test('is nothing that was there before an outage', () => {
    const before = [lookOf('staging', [debug])];
    const outage = carriedOn(before, [{ ...lookOf('staging', []), unknown: 'the cluster answered 503' }]);
    expect(outage).toMatchObject([{ unknown: 'the cluster answered 503', strays: [{ workload: 'Pod/debug' }] }]);
    expect(newSince(before, outage)).toEqual([]);
    const after = carriedOn(outage, [lookOf('staging', [debug])]);
    expect([newSince(outage, after), after[0]?.unknown]).toEqual([[], null]);
    expect(carriedOn(after, [lookOf('staging', [])])).toMatchObject([{ strays: [] }]);
  });

  test('is everything at the first look, and not more pods of the same', () => {
    expect(newSince([], [lookOf('staging', [debug])])).toHaveLength(1);
    expect(newSince([lookOf('staging', [debug])], [lookOf('staging', [debug, debug])])).toEqual([]);
  });
});
