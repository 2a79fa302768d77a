import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { twoGroups } from '../test/support/builders.ts';
import {
  type ApprovalRule,
  groupsOf,
  type Interested,
  ruleOf,
  ruleWith,
  stillCounts,
  whyNotCounted,
  whyNotFresh,
  whyNoVoice,
  whyStale,
} from './approval.ts';
import type { Caller } from './caller.ts';
import { digestText } from './digest.ts';
import { type Statement, statementDigestOf } from './statement.ts';

const now = Date.UTC(2026, 10, 27, 12);
const rule: ApprovalRule = { ...twoGroups, keepWhenChangeIsEqual: true };
const nobody: Interested = { requester: 'ana', commitAuthors: [], waiverOwners: [] };
const sam: Caller = { subject: 'sam', kind: 'human', groups: ['sre'], mfa: true, authenticatedAt: now / 1000 - 60 };
const statementDigest = digestText('statement');
const why = (by: Caller, change: { rule?: Partial<ApprovalRule>; interested?: Partial<Interested>; addresses?: string[] } = {}) =>
  whyNotCounted(
    { ...rule, ...change.rule },
    { ...nobody, ...change.interested },
    [{ by: { ...sam, subject: 'earlier' }, at: '', statementDigest, reason: '' }],
    { statementDigest, by, reason: 'read', addresses: change.addresses },
    now,
  );

describe('a yes', () => {
  test('of another person of a group, freshly authenticated, counts', () => {
    expect(why(sam)).toBeUndefined();
  });

  test.each<[string, Caller, Parameters<typeof why>[1], RegExp]>([
    ['a machine', { ...sam, kind: 'machine' }, {}, /is a machine; a person of sre or ml-owners/],
    ['a stranger', { ...sam, groups: ['risk'] }, {}, /is not in sre or ml-owners/],
    ['the requester', { ...sam, subject: 'ana' }, {}, /asked for this release; another member/],
    [
      'a commit author',
      sam,
      { interested: { commitAuthors: ['x@example.com', 'sam@example.com'] } },
      /wrote what is released \(sam@example/,
    ],
    ['an author under another address', sam, { interested: { commitAuthors: ['s@home.example'] }, addresses: ['s@home.example'] }, /wrote/],
    ['the owner of a waiver', sam, { interested: { waiverOwners: ['sam'] } }, /owns a waiver/],
    ['whoever has approved already', { ...sam, subject: 'earlier', groups: ['ml-owners'] }, {}, /one person counts once/],
  ])('of %s does not count', (_, by, change, message) => {
    expect(why(by, change)).toMatchObject({ kind: 'approval.notCounted', because: expect.stringMatching(message) as string });
  });

  test('of the requester counts where the rule says so, unless they wrote it as well', () => {
    const ana = { ...sam, subject: 'ana' };
    const allowed = { rule: { requesterMayApprove: true } };
    expect(why(ana, allowed)).toBeUndefined();
    expect(why(ana, { ...allowed, interested: { commitAuthors: ['ana@example.com'] } })?.kind).toBe('approval.notCounted');
  });
});

test('a no needs a person of the groups, and neither independence nor a second factor', () => {
  expect(whyNoVoice(rule, { ...sam, subject: 'ana', mfa: false })).toBeUndefined();
  expect(whyNoVoice(rule, { ...sam, kind: 'machine' })?.kind).toBe('approval.notCounted');
  expect(whyNoVoice(rule, { ...sam, groups: [] })?.kind).toBe('approval.notCounted');
});

test.each([
  [{ groups: ['sre'], expiresAfterMinutes: 60 }, 2],
  [{ ...rule, minimum: 3 }, 3],
])('an override of freezes is never one person’s: at least two of them, or as many as there have to be anyway', (given, minimum) => {
  const override = { reason: 'payments are refused', ticket: 'INC-4711' };
  expect(ruleWith(given, [], override)).toEqual({ ...ruleOf(given), minimum });
});

describe('a second factor', () => {
  const aged = (seconds: number) => whyNotFresh(15, { ...sam, authenticatedAt: now / 1000 - seconds }, now);

  test('is fresh up to its last second', () => {
    expect(aged(0)).toBeUndefined();
    expect(aged(15 * 60)).toBeUndefined();
    expect(aged(15 * 60 + 1)).toMatchObject({ kind: 'approval.mfaStale', because: expect.stringContaining('within 15 min') as string });
  });

  test('shown in the future is none, but for the seconds by which clocks differ', () => {
    expect(aged(-30)).toBeUndefined();
    expect(aged(-3600)?.kind).toBe('approval.mfaStale');
  });

  test('that was not shown, or of a token that says no time, is none', () => {
    expect(whyNotFresh(15, { ...sam, mfa: false }, now)?.because).toContain('no second factor');
    expect(whyNotFresh(15, { ...sam, authenticatedAt: null }, now)?.because).toContain('does not say when');
  });

  test('is not asked for where the rule does not', () => {
    expect(whyNotFresh(null, { ...sam, mfa: false, authenticatedAt: null }, now)).toBeUndefined();
  });
});

const digest = fc.string().map(digestText);
const someStatement: fc.Arbitrary<Statement> = fc.record({
  release: fc.string(),
  commit: fc.string(),
  changeDigest: fc.option(digest),
  stateLineage: fc.option(fc.string()),
  moduleLockDigest: fc.option(digest),
  variablesDigest: fc.option(digest),
  findingsDigest: digest,
  policyDigest: digest,
  modelDigest: fc.option(digest),
  imageDigest: fc.option(digest),
  chartDigest: fc.option(digest),
});
const members = [
  'release',
  'commit',
  'changeDigest',
  'stateLineage',
  'moduleLockDigest',
  'variablesDigest',
  'findingsDigest',
  'policyDigest',
  'modelDigest',
  'imageDigest',
  'chartDigest',
] as const satisfies readonly (keyof Statement)[];
/** A statement, and the same with other values in some members. */
const changed = fc.tuple(someStatement, fc.subarray([...members], { minLength: 1 }), fc.uuid()).map(([read, which, value]) => ({
  read,
  which,
  open: { ...read, ...Object.fromEntries(which.map((member) => [member, value])) } as Statement,
}));

describe('after a statement was read', () => {
  test('a change of any member voids the yes to it and is named', () => {
    fc.assert(
      fc.property(changed, ({ read, which, open }) => {
        const named = statementDigestOf(read);
        const refused = whyStale({ digest: statementDigestOf(open), statement: open }, named, read);
        expect(refused?.kind).toBe('approval.stale');
        expect(refused?.because.split('changed since: ')[1]?.split(', ').toSorted()).toEqual([...which].toSorted());
      }),
    );
  });

  test('the same statement is not stale, and one that never was is said to be none', () => {
    fc.assert(
      fc.property(someStatement, (statement) => {
        const open = { digest: statementDigestOf(statement), statement };
        expect(whyStale(open, open.digest, statement)).toBeUndefined();
        expect(whyStale(open, digestText('never'), undefined)?.because).toContain('never was a statement');
      }),
    );
  });

  test('a yes still counts for a newer one only if the rule says so, the change is the same and its time is not over', () => {
    const harmless = ['policyDigest', 'variablesDigest', 'moduleLockDigest'];
    const at = new Date(now - 59 * 60_000).toISOString();
    fc.assert(
      fc.property(changed, ({ read, which, open }) => {
        expect(stillCounts(rule, read, open, { at }, now)).toBe(which.every((member) => harmless.includes(member)));
        expect(stillCounts({ ...rule, keepWhenChangeIsEqual: false }, read, open, { at }, now)).toBe(false);
        expect(stillCounts(rule, read, open, { at }, now + 2 * 60_000)).toBe(false);
      }),
    );
  });
});

test('an order from before there were quorums asks one member of any of its groups, without a second factor', () => {
  const old = { groups: ['sre', 'ml-owners'], expiresAfterMinutes: 30 };
  expect(ruleOf(old)).toMatchObject({ quorum: [{ groups: ['sre', 'ml-owners'], count: 1 }], minimum: 1, mfaWithinMinutes: null });
  expect(groupsOf(old)).toEqual(['sre', 'ml-owners']);
  expect(ruleOf(rule)).toBe(rule);
});
