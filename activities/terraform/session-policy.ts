/**
 * What of a role's rights one release has: of the bucket of states and the table of locks its own state and nothing else,
 * of Plimsoll's own buckets no object at all. What else it may do is the role's to say; a session can only be given less.
 *
 * An allow that leaves out what is cut, and single allows for what is this release's: a deny could not name the rest.
 */
import type { StateBackend } from '../../domain/catalog.ts';
import { failure } from '../failure.ts';

/** `reads` looks at its state and takes no lock, `writes` holds it. */
export type Access = 'reads' | 'writes';

/** What AWS takes as a session policy. */
export const policyCharactersMax = 2048;

export function sessionPolicyOf(access: Access, backend: StateBackend, roleArn: string, ownBuckets: readonly string[]): string {
  const [, partition = 'aws'] = roleArn.split(':');
  const bucket = `arn:${partition}:s3:::${backend.bucket}`;
  const state = `${bucket}/${backend.key}`;
  const table = `arn:${partition}:dynamodb:*:*:table/${backend.lockTable}`;
  const row = `${backend.bucket}/${backend.key}`;
  const writes = access === 'writes';
  // Nobody should keep states beside the ledger; whoever does needs the state nevertheless.
  const kept = [...new Set(ownBuckets)].filter((name) => name !== backend.bucket).map((name) => `arn:${partition}:s3:::${name}/*`);
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: '*', NotResource: [`${bucket}/*`, table] },
      { Effect: 'Allow', Action: writes ? ['s3:GetObject', 's3:PutObject'] : 's3:GetObject', Resource: state },
      ...(writes ? [lockFile(`${state}.tflock`), lockRows(table, row)] : []),
      // Terraform looks for workspaces whenever it begins, under a prefix of its own.
      {
        Effect: 'Deny',
        Action: 's3:ListBucket',
        Resource: bucket,
        Condition: { StringNotLike: { 's3:prefix': [`${backend.key}*`, 'env:/*'] } },
      },
      ...(kept.length === 0 ? [] : [{ Effect: 'Deny', Action: 's3:*Object*', Resource: kept }]),
    ],
  });
  if (policy.length <= policyCharactersMax) return policy;
  throw failure(
    'terraform.failed',
    `a session policy for the state ${backend.key} has ${policy.length} characters, and AWS takes ${policyCharactersMax}: give the state a shorter key`,
  );
}

const lockFile = (Resource: string) => ({ Effect: 'Allow', Action: 's3:*Object', Resource });

/** The lock of a state, and beside it the digest of what was written last. */
const lockRows = (Resource: string, row: string) => ({
  Effect: 'Allow',
  Action: ['dynamodb:DescribeTable', 'dynamodb:*Item'],
  Resource,
  Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [row, `${row}-md5`] } },
});
