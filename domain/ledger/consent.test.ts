/** Chains as a release writes them: who decided, by which rules, and what followed. */
import { describe, expect, test } from 'vitest';
import { callerOf, orderOf, twoGroups } from '../../test/support/builders.ts';
import type { Caller } from '../caller.ts';
import { digestText } from '../digest.ts';
import { type RecordKind, recordTypes } from '../record.ts';
import { checkConsent } from './consent.ts';
import type { CheckedRecord } from './records.ts';

const time = '2026-11-27T10:00:00.000Z';

const [first, second] = [digestText('first'), digestText('second')];
const withFactor = (subject: string, group: string): Caller => ({
  ...callerOf(subject, group),
  mfa: true,
  authenticatedAt: Date.parse(time) / 1000 - 60,
});
const [sam, olga] = [withFactor('sam', 'sre'), withFactor('olga', 'ml-owners')];

type Entry = readonly [RecordKind, object];
const requested: Entry = ['requested', { order: orderOf({ approvals: twoGroups }) }];
const judged = (change: object = {}): Entry => ['judged', { kind: 'approval needed', ...change }];
const asked = (statementDigest = first): Entry => ['approvalAsked', { statementDigest }];
const yes = (by: object, statementDigest = first): Entry => ['decided', { decision: 'approve', by, statementDigest, reason: 'read' }];
const intends = (step: string): Entry => ['intended', { step }];

function faultsOf(...entries: readonly Entry[]): readonly string[] {
  const records = entries.map(([kind, data], sequence) => ({ sequence, event: { type: recordTypes[kind], subject: 'x', time, data } }));
  return checkConsent(records as unknown as readonly CheckedRecord[]).map(({ what }) => what);
}

const consented = [requested, judged(), asked(), yes(sam), yes(olga)];

test('what two people of two groups said yes to may be applied and deployed', () => {
  expect(faultsOf(...consented, intends('apply'), intends('deploy'), intends('shift'))).toEqual([]);
});

test('what the policies let pass needs nobody', () => {
  expect(faultsOf(requested, judged({ kind: 'allow' }), intends('apply'))).toEqual([]);
});

test('a yes that was kept for the next statement counts there, and one that was not does not', () => {
  const again = [...consented, ['approvalVoided', { because: ['policyDigest'] }] as const, asked(second)];
  expect(faultsOf(...again, ['approvalKept', { by: ['sam', 'olga'], statementDigest: second }], intends('apply'))).toEqual([]);
  expect(faultsOf(...again, ['approvalKept', { by: ['sam'], statementDigest: second }], intends('apply'))).toEqual([
    'record 8: to apply 1 of ml-owners was missing',
  ]);
});

test('an order from before there were quorums needs one of its groups', () => {
  const old: Entry = ['requested', { order: orderOf({ approvals: { groups: ['sre'], expiresAfterMinutes: 60 } }) }];
  expect(faultsOf(old, judged(), asked(), yes(callerOf('sam', 'sre')), intends('deploy'))).toEqual([]);
});

describe('it is named', () => {
  test.each<[string, readonly Entry[], string]>([
    ['when nobody was asked', [requested, judged(), intends('deploy')], 'record 2: to deploy people had to be asked, and nobody was'],
    ['when nobody answered', [requested, judged(), asked(), intends('apply')], 'record 3: to apply 1 of sre, 1 of ml-owners was missing'],
    [
      'when a yes was taken back before',
      [...consented, ['approvalWithdrawn', { by: olga }], intends('apply')],
      'record 6: to apply 1 of ml-owners was missing',
    ],
    [
      'when the yes was to another statement',
      [requested, judged(), asked(), yes(sam, second), yes(olga), intends('apply')],
      'record 5: to apply 1 of sre was missing',
    ],
    [
      'when what was approved was void, and it went on',
      [...consented, ['approvalVoided', { because: ['changeDigest'] }], intends('apply')],
      'record 6: to apply people had to be asked, and nobody was',
    ],
    [
      'when the gate wanted a seat more',
      [requested, judged({ seats: [{ groups: ['data-owners'], count: 1 }] }), asked(), yes(sam), yes(olga), intends('apply')],
      'record 5: to apply 1 of data-owners was missing',
    ],
    [
      'when a hotfix was to pass a freeze on one person’s word',
      [
        [
          'requested',
          { order: orderOf({ approvals: { groups: ['sre'], expiresAfterMinutes: 60 }, override: { reason: 'r', ticket: 'INC-1' } }) },
        ],
        judged({ kind: 'allow' }),
        asked(),
        yes(sam),
        intends('deploy'),
      ],
      'record 4: to deploy 1 more of sre was missing',
    ],
  ])('%s', (_what, entries, fault) => {
    expect(faultsOf(...entries)).toEqual([fault]);
  });

  test.each<[string, object, string]>([
    ['of the requester', withFactor(orderOf().requester.subject, 'sre'), 'asked for this release'],
    ['of a machine', { ...sam, kind: 'machine' }, 'is a machine'],
    ['of a stranger', withFactor('mallory', 'growth'), 'is not in sre or ml-owners'],
    ['without a second factor', { ...sam, mfa: false }, 'has shown no second factor'],
    ['with one from yesterday', { ...sam, authenticatedAt: Date.parse(time) / 1000 - 86_400 }, 'logged in 1440 min ago'],
    ['of nobody', {}, 'is a machine'],
  ])('when a yes %s was taken', (_what, by, because) => {
    expect(faultsOf(requested, judged(), asked(), yes(by))).toEqual([expect.stringContaining(because)]);
  });

  test('when a yes of a commit’s author, or of the owner of a waiver, was taken', () => {
    expect(faultsOf(requested, ['fetched', { authors: ['sam'] }], judged(), asked(), yes(sam))).toEqual([
      expect.stringContaining('wrote what is released'),
    ]);
    expect(faultsOf(requested, judged({ waivers: [{ owner: 'sam' }] }), asked(), yes(sam))).toEqual([
      expect.stringContaining('owns a waiver'),
    ]);
  });

  test('when one person was counted twice', () => {
    expect(faultsOf(requested, judged(), asked(), yes(sam), yes(sam))).toEqual([expect.stringContaining('has approved already')]);
  });
});

test('a chain that says nothing of who decides is no chain of decisions', () => {
  expect(faultsOf(['requested', {}], yes(sam), intends('apply'))).toEqual([]);
});
