import { expect, test } from 'vitest';
import { digestText } from './digest.ts';
import { type Statement, statementDifference, statementDigestOf } from './statement.ts';

const statement: Statement = {
  release: 'fraud-scorer-production-0123456789ab',
  commit: 'a'.repeat(40),
  changeDigest: digestText('change'),
  stateLineage: 'lineage',
  moduleLockDigest: digestText('modules'),
  variablesDigest: digestText('variables'),
  findingsDigest: digestText('findings'),
  policyDigest: digestText('policy'),
  modelDigest: digestText('model'),
  imageDigest: digestText('image'),
  chartDigest: digestText('chart'),
  strategy: 'blue-green',
  override: 'passes freezes, INC-4711: payments are refused',
};
const members = Object.keys(statement) as (keyof Statement)[];

test('the same statement has the same digest in whatever order its members come', () => {
  const reversed = Object.fromEntries(Object.entries(statement).toReversed()) as unknown as Statement;
  expect(statementDigestOf(reversed)).toBe(statementDigestOf(statement));
  expect(statementDifference(statement, reversed)).toEqual([]);
});

test.each(members)('another %s is another statement, and is named', (member) => {
  const other = { ...statement, [member]: 'other' };
  expect(statementDigestOf(other)).not.toBe(statementDigestOf(statement));
  expect(statementDifference(statement, other)).toEqual([member]);
});

test('a part that a release does not have is covered, too: it cannot come in later', () => {
  const without = { ...statement, modelDigest: null };
  expect(statementDifference(without, statement)).toEqual(['modelDigest']);
  expect(statementDigestOf(without)).not.toBe(statementDigestOf(statement));
});
