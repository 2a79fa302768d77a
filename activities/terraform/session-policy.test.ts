/**
 * Goal: the session of one release reaches no other's state, and no record. Method: the policy is asked as IAM asks it, by
 * the few words of IAM's language that it is written in.
 */
import { describe, expect, test } from 'vitest';
import { lockTableLengthMax, stateKeyLengthMax } from '../../domain/catalog.ts';
import { type Access, policyCharactersMax, sessionPolicyOf } from './session-policy.ts';

const backend = { bucket: 'acme-tfstate', key: 'production.tfstate', region: 'eu-west-1', lockTable: 'acme-tflock', lockFile: true };
const roleArn = 'arn:aws:iam::111122223333:role/plimsoll-apply';
const ownBuckets = ['acme-store', 'acme-ledger', 'acme-ledger'];

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

type Context = Readonly<Record<string, readonly string[]>>;

const listed = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : [value as T]);
const like = (pattern: string, text: string) =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);

function holds({ Action, Resource, NotResource, Condition = {} }: Statement, action: string, resource: string, context: Context): boolean {
  const any = (patterns: readonly string[], text: string) => patterns.some((pattern) => like(pattern, text));
  const meets = Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const values = context[key] ?? [];
      if (operator === 'StringNotLike') return values.every((value) => !any(wanted, value));
      if (operator === 'ForAllValues:StringEquals') return values.every((value) => wanted.includes(value));
      throw new Error(`the policy says ${operator}, which nobody taught this test`);
    }),
  );
  const about = NotResource === undefined ? any(listed(Resource ?? []), resource) : !any(NotResource, resource);
  return any(listed(Action), action) && about && meets;
}

function may(access: Access, action: string, resource: string, context: Context = {}): boolean {
  const { Statement } = JSON.parse(sessionPolicyOf(access, backend, roleArn, ownBuckets)) as { Statement: readonly Statement[] };
  const effects = Statement.filter((one) => holds(one, action, resource, context)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

const state = 'arn:aws:s3:::acme-tfstate/production.tfstate';
const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table/acme-tflock';
const row = (name: string): Context => ({ 'dynamodb:LeadingKeys': [name] });

describe('of the states a session has', () => {
  test('its own: read by one that looks, written and locked by one that applies', () => {
    expect([may('reads', 's3:GetObject', state), may('reads', 's3:PutObject', state)]).toEqual([true, false]);
    expect([may('writes', 's3:GetObject', state), may('writes', 's3:PutObject', state)]).toEqual([true, true]);
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'])
      expect([may('writes', action, `${state}.tflock`), may('reads', action, `${state}.tflock`)]).toEqual([true, false]);
    expect(may('writes', 's3:DeleteObject', state)).toBe(false);
  });

  test.each(['staging.tfstate', 'production.tfstate.backup', 'other/production.tfstate', 'staging.tfstate.tflock'])('not %s', (key) => {
    const other = `arn:aws:s3:::acme-tfstate/${key}`;
    for (const access of ['reads', 'writes'] as const)
      for (const action of ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:DeleteObject'])
        expect(may(access, action, other), `${access} ${action}`).toBe(false);
  });

  test('the names that Terraform looks for, and no list of all of them', () => {
    const list = (prefix?: string) =>
      may('reads', 's3:ListBucket', 'arn:aws:s3:::acme-tfstate', prefix === undefined ? {} : { 's3:prefix': [prefix] });
    expect([list('production.tfstate'), list('env:/'), list('staging'), list()]).toEqual([true, true, false, false]);
  });

  test('its own row of the table of locks, and the digest beside it', () => {
    for (const action of ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem']) {
      const locks = (name: string) => may('writes', action, table, row(name));
      expect([locks('acme-tfstate/production.tfstate'), locks('acme-tfstate/production.tfstate-md5')]).toEqual([true, true]);
      expect(locks('acme-tfstate/staging.tfstate')).toBe(false);
      expect(may('reads', action, table, row('acme-tfstate/production.tfstate'))).toBe(false);
    }
    expect([may('writes', 'dynamodb:DescribeTable', table), may('writes', 'dynamodb:Scan', table)]).toEqual([true, false]);
  });
});

test('records, archives and plans are no release’s to touch', () => {
  for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObjectVersion', 's3:PutObjectRetention'])
    expect([
      may('writes', action, 'arn:aws:s3:::acme-ledger/releases/x/0000000000.json'),
      may('reads', action, 'arn:aws:s3:::acme-store/blobs/x'),
    ]).toEqual([false, false]);
});

test('everything else is the role’s to say', () => {
  expect(may('writes', 'eks:CreateNodegroup', '*')).toBe(true);
  expect(may('writes', 's3:PutObject', 'arn:aws:s3:::acme-models/fraud-scorer/x')).toBe(true);
  expect(may('writes', 'dynamodb:PutItem', 'arn:aws:dynamodb:eu-west-1:111122223333:table/features')).toBe(true);
  expect(may('reads', 's3:GetBucketVersioning', 'arn:aws:s3:::acme-tfstate')).toBe(true);
});

test('states beside the ledger, which nobody should have, are states nevertheless', () => {
  const policy = sessionPolicyOf('writes', backend, roleArn, ['acme-tfstate']);
  expect(policy).not.toContain('s3:*Object*');
});

test('it fits AWS’s limit for the longest names that the catalog lets somebody write, and its partition is the role’s', () => {
  const long = { ...backend, bucket: 'b'.repeat(63), key: 'k'.repeat(stateKeyLengthMax), lockTable: 't'.repeat(lockTableLengthMax) };
  const own = ['x', 'y', 'z'].map((letter) => letter.repeat(63));
  expect(sessionPolicyOf('writes', long, 'arn:aws-us-gov:iam::1:role/r', own).length).toBeLessThanOrEqual(policyCharactersMax);
  expect(sessionPolicyOf('writes', backend, 'arn:aws-cn:iam::1:role/r', [])).not.toContain('arn:aws:');
  expect(() => sessionPolicyOf('writes', { ...long, key: 'k'.repeat(400) }, roleArn, [])).toThrow(/give the state a shorter key/);
});
