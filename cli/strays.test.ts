import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { StrayList } from './client/generated/index.ts';
import { exitCodeOf, straysText } from './strays.ts';

const clean = { account: '111122223333', writes: [], more: 0, unknown: null };

const explained: StrayList = { environment: 'production', at: '2026-11-27T12:00:00.000Z', strays: [], more: 0, unknown: null, aws: clean };
const hoursLater = (hours: number) => Date.parse('2026-11-27T12:00:00.000Z') + hours * 3_600_000;

const textOf = (change: Partial<StrayList> = {}, hours = 1) =>
  straysText({ ...explained, ...change }, picocolors.createColors(false), hoursLater(hours));

test('a stray is a line: since when, what, how many pods, why', () => {
  const stray = {
    kind: 'no release',
    workload: 'Pod/debug',
    pods: 2,
    release: null,
    because: 'it names no release',
    since: '2026-11-27T11:30:00Z',
  };
  const lines = textOf({ strays: [stray as StrayList['strays'][number]], more: 3 }).split('\n');
  expect(lines[0]).toBe('no release explains, at 2026-11-27 12:00 UTC:');
  expect(lines[2]).toMatch(/^2026-11-27 11:30 +Pod\/debug +2 +no release +it names no release$/);
  expect(lines[3]).toBe('and 3 more');
});

test('nothing is said to be explained that nobody has looked at', () => {
  expect(textOf()).toBe(
    [
      'releases explain everything that ran in production at 2026-11-27 12:00 UTC',
      'releases explain all that the trail has of 111122223333 at 2026-11-27 12:00 UTC',
      '',
    ].join('\n'),
  );
  expect(textOf({ at: null })).toContain('nobody has looked at production yet');
  expect(textOf({ aws: null })).toContain('nobody has looked at what is written to the account of production');
  expect(textOf({ aws: { ...clean, unknown: 'AccessDenied' } })).toMatch(
    /ran in production .*\nwhat was written to 111122223333 is not known .*: AccessDenied\n$/,
  );
  expect(textOf({ unknown: 'the cluster answered 403' })).toContain(
    'could not be looked at on 2026-11-27 12:00 UTC: the cluster answered 403',
  );
});

test('a write is a line: when last, how often, what, about what, by whom, why; also where not all of the trail was read', () => {
  const write: NonNullable<StrayList['aws']>['writes'][number] = {
    kind: 'unexplained write',
    principal: 'arn:aws:iam::111122223333:user/eve',
    person: 'eve@example.com',
    source: 's3.amazonaws.com',
    name: 'PutBucketPolicy',
    times: 3,
    first: '2026-11-27T11:00:00Z',
    last: '2026-11-27T11:30:00Z',
    eventId: 'e1',
    resources: ['arn:aws:s3:::models'],
    because: 'it bears the name of no release',
  };
  const lines = textOf({ aws: { ...clean, writes: [write], more: 2, unknown: '7 files wait for the next look' } }).split('\n');
  expect(lines[1]).toBe('no release explains what was written to 111122223333:');
  expect(lines[3]).toMatch(
    /^2026-11-27 11:30 +3 +s3 PutBucketPolicy +arn:aws:s3:::models +arn:aws:iam::111122223333:user\/eve for eve@example.com +it bears the name of no release$/,
  );
  expect(lines.slice(4)).toEqual(['and 2 more', expect.stringContaining('7 files wait'), '']);
});

test('what there is no room to list is not explained', () => {
  expect(textOf({ more: 3 })).toContain('no release explains, at 2026-11-27 12:00 UTC:\n3 that there was no room to list\n');
  expect(textOf({ aws: { ...clean, more: 5 } })).toContain('written to 111122223333:\n5 that there was no room to list\n');
});

test('only what was looked at lately and as a whole, and is explained, ends with 0', () => {
  const [at, aws] = [null, { ...clean, unknown: 'AccessDenied' }];
  const not: readonly Partial<StrayList>[] = [
    { at },
    { more: 1 },
    { unknown: 'away' },
    { aws: null },
    { aws },
    { aws: { ...clean, more: 1 } },
  ];
  expect(not.map((change) => exitCodeOf({ ...explained, ...change }, hoursLater(1)))).toEqual(not.map(() => 1));
  expect([exitCodeOf(explained, hoursLater(2)), exitCodeOf(explained, hoursLater(4))]).toEqual([0, 1]);
  expect(textOf({}, 4)).toContain('nobody has looked for 3 h: see the schedule strays in the Temporal UI');
});
