import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AccountLook, accountsCarriedOn, boundedAccounts, newSorts, writesFoundIn, writesMax } from './account.ts';
import {
  isExpected,
  mergedWrites,
  strayWriteOf,
  type TrailWrite,
  type WritingTime,
  whyUnexplained,
  writeKeyOf,
  writeSources,
} from './write.ts';

const release = 'fraud-scorer-production-0123456789ab';
const account = '111122223333';
const write: TrailWrite = {
  eventId: 'e1',
  at: '2026-11-27T12:00:00Z',
  account,
  source: 's3.amazonaws.com',
  name: 'PutBucketPolicy',
  principal: `arn:aws:sts::${account}:assumed-role/apply/${release}`,
  role: `arn:aws:iam::${account}:role/apply`,
  session: release,
  person: 'ana',
  resources: ['arn:aws:s3:::acme-models'],
};
const time: WritingTime = { account, from: '2026-11-27T12:00:00.900Z', until: '2026-11-27T12:10:00.000Z' };
const user: Partial<TrailWrite> = { principal: `arn:aws:iam::${account}:user/eve`, role: null, session: null, person: null };

test('a write is explained by the release whose name it bears, from the second that it began in until its end', () => {
  expect(whyUnexplained(write, time)).toBeUndefined();
  expect(whyUnexplained({ ...write, at: '2026-11-27T12:10:00Z' }, time)).toBeUndefined();
  expect(whyUnexplained({ ...write, at: '2026-12-24T12:00:00Z' }, { ...time, until: null })).toBeUndefined();
});

test.each<[string, Partial<TrailWrite>, WritingTime | null, string]>([
  ['by a user', user, time, 'it bears the name of no release'],
  ['in a session of another name', { session: 'GitHubActions' }, time, 'it bears the name of no release'],
  ['in the name of a release that nobody asked for', {}, null, `the ledger has no release ${release}`],
  ['in the name of one into another account', {}, { ...time, account: '444455556666' }, 'a release into the account 444455556666'],
  ['before it began', { at: '2026-11-27T11:59:59Z' }, time, 'began later, at 2026-11-27T12:00:00.900Z'],
  ['after its end', { at: '2026-11-27T12:10:01Z' }, time, 'had ended at 2026-11-27T12:10:00.000Z'],
])('a write is a stray %s', (_, change, known, because) => {
  expect(whyUnexplained({ ...write, ...change }, known)).toContain(because);
});

test('who is expected is a role whatever its session is called, or a user', () => {
  expect(isExpected(write, [`arn:aws:iam::${account}:role/apply`])).toBe(true);
  expect(isExpected({ ...write, ...user }, [`arn:aws:iam::${account}:user/eve`])).toBe(true);
  expect(isExpected(write, [`arn:aws:iam::${account}:user/eve`])).toBe(false);
});

test('what counts as a write is what the question "writes without a release" asks Athena for', () => {
  const sql = readFileSync('infra/terraform/modules/audit-trail/questions/writes-without-a-release.sql', 'utf8');
  const [, list = ''] = /eventsource IN \(([^)]*)\)/.exec(sql) ?? [];
  expect([...list.matchAll(/'([^']+)'/g)].map(([, source]) => source)).toEqual(writeSources);
});

const stray = (change: Partial<TrailWrite> = {}) => strayWriteOf({ ...write, ...user, ...change }, 'it bears the name of no release');

test('writes of one sort by one principal are one, counted, with what the latest was about; sessions of one role are one principal', () => {
  const session = (name: string, at: string) => stray({ principal: `arn:aws:sts::${account}:assumed-role/ci/${name}`, at, eventId: at });
  const [only, ...rest] = mergedWrites([session('job-2', '2026-11-27T12:05:00Z')], [session('job-1', '2026-11-27T12:01:00Z')]);
  expect(rest).toEqual([]);
  expect(only).toMatchObject({ times: 2, first: '2026-11-27T12:01:00Z', last: '2026-11-27T12:05:00Z', eventId: '2026-11-27T12:05:00Z' });
  expect(only?.principal).toContain('job-2');
  expect(mergedWrites([stray()], [stray({ name: 'DeleteBucket', at: '2026-11-27T13:00:00Z' })]).map(({ name }) => name)).toEqual([
    'DeleteBucket',
    'PutBucketPolicy',
  ]);
});

describe('looks at an account', () => {
  const at = '2026-11-27T13:00:00Z';
  const look = (change: Partial<AccountLook> = {}): AccountLook => ({
    account,
    environments: ['production'],
    readUntil: at,
    writes: [],
    more: 0,
    unknown: null,
    ...change,
  });

  test('add up for a week', () => {
    const before = [look({ writes: [stray(), stray({ name: 'CreateUser', at: '2026-11-20T12:59:59Z' })] })];
    const [after] = accountsCarriedOn(before, [look({ writes: [stray({ at: '2026-11-27T12:30:00Z' })] })], at);
    expect(after?.writes).toMatchObject([{ name: 'PutBucketPolicy', times: 2, last: '2026-11-27T12:30:00Z' }]);
  });

  test('that were not made lose nothing: what was known stays, and the next one begins where the last one ended', () => {
    const before = [look({ writes: [stray()] })];
    expect(accountsCarriedOn(before, [look({ readUntil: null, unknown: 'AccessDenied' })], '2026-11-27T14:00:00Z')).toEqual([
      look({ writes: [stray()], unknown: 'AccessDenied' }),
    ]);
    expect(accountsCarriedOn([], [look({ readUntil: null })], at)).toMatchObject([{ readUntil: null }]);
  });

  test('find what is new: a sort that is listed already is none, and another account is another', () => {
    const before = [look({ writes: [stray()] })];
    const found = writesFoundIn([
      look({ writes: [stray({ at }), stray({ name: 'CreateUser' })] }),
      look({ account: '444455556666', writes: [stray()] }),
    ]);
    expect(newSorts(before, found).map((one) => [one.account, one.name])).toEqual([
      [account, 'CreateUser'],
      ['444455556666', 'PutBucketPolicy'],
    ]);
  });

  test('count what they do not list, of one account and of all', () => {
    const many = Array.from({ length: writesMax + 5 }, (_, index) => stray({ name: `Create${index}` }));
    expect(new Set(many.map(writeKeyOf)).size).toBe(many.length);
    const looks = boundedAccounts([look({ writes: many }), look({ account: '444455556666', writes: many })]);
    expect(looks.map(({ writes, more }) => [writes.length, more])).toEqual([
      [writesMax, 5],
      [4, writesMax + 1],
    ]);
  });
});
