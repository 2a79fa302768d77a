import { describe, expect, test } from 'vitest';
import { type Machine, machineOf } from './machine.ts';

const github = 'https://token.actions.githubusercontent.com';
const jenkins = 'https://jenkins.example.com/oidc';

const machine = (change: Partial<Machine> = {}): Machine => ({
  name: 'fraud-ci',
  issuer: github,
  match: { repository_id: ['456789'], ref: ['refs/heads/main'] },
  subject: 'machine/fraud-ci',
  groups: ['risk'],
  ...change,
});

/** What GitHub signs, as far as it matters here. */
const oldSubject = 'repo:octo/fraud:ref:refs/heads/main';
const newSubject = 'repo:octo@123456/fraud@456789:ref:refs/heads/main';
const claims = {
  sub: newSubject,
  repository: 'octo/fraud',
  repository_id: '456789',
  repository_owner: 'octo',
  repository_owner_id: '123456',
  ref: 'refs/heads/main',
};

const reasonOf = (machines: readonly Machine[], issuer: string, said: Record<string, unknown>): string => {
  const answer = machineOf(machines, issuer, said);
  return answer.kind === 'known' ? 'known' : answer.reason;
};

test('a token that has every claim of one entry is that machine', () => {
  expect(machineOf([machine()], github, claims)).toEqual({ kind: 'known', machine: machine() });
});

test.each<[string, Record<string, unknown>, Machine['match']]>([
  ['a number where the entry has text', { ...claims, repository_id: 456789 }, { repository_id: ['456789'], ref: ['refs/heads/main'] }],
  ['one of several values', claims, { sub: [oldSubject, newSubject] }],
  ['an environment', { ...claims, environment: 'production' }, { repository_id: ['456789'], environment: ['production'] }],
])('%s matches', (_, said, match) => {
  expect(machineOf([machine({ match })], github, said).kind).toBe('known');
});

test.each<[string, Record<string, unknown>]>([
  ['another branch', { ...claims, ref: 'refs/heads/main2' }],
  ['no branch', { ...claims, ref: undefined }],
  ['a list in place of a value', { ...claims, ref: ['refs/heads/main'] }],
  ['another repository of the same name', { ...claims, repository_id: '1' }],
  ['nothing', {}],
])('%s does not match', (_, said) => {
  expect(machineOf([machine()], github, said).kind).toBe('unknown');
});

test('an entry of another issuer never matches, whatever the token says', () => {
  expect(reasonOf([machine({ issuer: jenkins })], github, claims)).toContain(`entries are for tokens of ${jenkins}`);
  expect(reasonOf([], github, claims)).toContain('entries are for tokens of nobody');
});

test('a token that is two machines is none', () => {
  const both = [machine(), machine({ name: 'other', match: { sub: [newSubject] } })];
  expect(reasonOf(both, github, claims)).toBe('the token is that of fraud-ci and of other: narrow their claims, so that one is left');
});

test('a refusal says what the token says and what the entry expects, claim by claim', () => {
  const said = { ...claims, ref: 'refs/heads/trial' };
  const reason = reasonOf([machine()], github, said);
  expect(reason).toContain(`this token of ${github}, which says sub ${newSubject}, repository_id 456789`);
  expect(reason).toContain('fraud-ci expects ref refs/heads/main, and the token says refs/heads/trial');
  expect(machineOf([machine()], github, said)).toMatchObject({
    mismatches: [{ machine: 'fraud-ci', claim: 'ref', said: 'refs/heads/trial', expected: ['refs/heads/main'] }],
  });
  expect(reasonOf([machine()], github, { ...claims, ref: undefined })).toContain('and the token has none');
});

describe('GitHub’s two formats of a subject', () => {
  const expecting = (sub: string) => [machine({ match: { sub: [sub] } })];

  test('the immutable one before an entry with the old one is named as exactly that', () => {
    expect(reasonOf(expecting(oldSubject), github, claims)).toContain(
      `fraud-ci expects the same sub in GitHub's old format, ${oldSubject}: new, renamed and moved repositories have the immutable one, with ids; once the ids are seen to be right, add ${newSubject} to its match.sub`,
    );
  });

  test('and the other way round', () => {
    expect(reasonOf(expecting(newSubject), github, { ...claims, sub: oldSubject })).toContain(
      `fraud-ci expects the same sub in GitHub's immutable format, ${newSubject}: this repository still has the old one`,
    );
  });

  test.each([
    ['another branch', 'repo:octo/fraud:ref:refs/heads/trial'],
    ['another repository', 'repo:octo/churn:ref:refs/heads/main'],
    ['other ids', 'repo:octo@1/fraud@2:ref:refs/heads/main'],
  ])('%s is not the same subject', (_, expected) => {
    expect(reasonOf(expecting(expected), github, claims)).toContain(`fraud-ci expects sub ${expected}, and the token says ${newSubject}`);
  });
});

describe('what entries expect is told to their owner alone', () => {
  const stranger = {
    sub: 'repo:mallory@9/x@8:ref:refs/heads/main',
    repository: 'mallory/x',
    repository_id: '8',
    repository_owner: 'mallory',
    repository_owner_id: '9',
    ref: 'refs/heads/main',
  };

  test.each<[string, Machine['match']]>([
    ['an id', { repository_id: ['456789'], ref: ['refs/heads/main'] }],
    ['a subject', { sub: [newSubject] }],
    ['a name', { repository: ['octo/fraud'], repository_id: ['456789'], ref: ['refs/heads/main'] }],
  ])('a stranger learns nothing of an entry with %s', (_, match) => {
    const answer = machineOf([machine({ match })], github, stranger);
    expect(answer).toMatchObject({
      kind: 'unknown',
      mismatches: [],
      reason: expect.stringContaining('1 of this issuer is for other owners'),
    });
    expect(JSON.stringify(answer)).not.toMatch(/octo|456789|fraud/);
  });

  test('another repository of the same owner is told', () => {
    const said = { ...stranger, sub: 'repo:octo/churn:ref:refs/heads/main', repository: 'octo/churn', repository_owner: 'octo' };
    expect(reasonOf([machine({ match: { sub: [oldSubject] } })], github, said)).toContain(`fraud-ci expects sub ${oldSubject}`);
  });

  test('a job of the same Jenkins is told', () => {
    const entry = machine({ issuer: jenkins, match: { sub: ['https://jenkins.example.com/job/fraud/'] } });
    expect(machineOf([entry], jenkins, { sub: 'https://jenkins.example.com/job/fraud/' }).kind).toBe('known');
    expect(reasonOf([entry], jenkins, { sub: 'https://jenkins.example.com/job/churn/' })).toContain(
      'fraud-ci expects sub https://jenkins.example.com/job/fraud/, and the token says https://jenkins.example.com/job/churn/',
    );
  });
});
