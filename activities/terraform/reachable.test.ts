import { S3ServiceException } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { failure } from '../failure.ts';
import { reachable } from './reachable.ts';

const aws = (name: string, $fault: 'client' | 'server') =>
  new S3ServiceException({ name, $fault, $metadata: {}, message: 'quotes a request' });
const outcomeOf = (error: unknown) =>
  reachable('the state', async () => {
    throw error;
  });

test.each<[string, unknown, object]>([
  [
    'a refusal is final',
    aws('AccessDenied', 'client'),
    { type: 'terraform.failed', nonRetryable: true, message: 'the state was refused to us: AccessDenied' },
  ],
  ['a broken server is tried again', aws('InternalError', 'server'), { type: 'store.unreachable', nonRetryable: false }],
  ['being asked to slow down is tried again', aws('ThrottlingException', 'client'), { type: 'store.unreachable', nonRetryable: false }],
  [
    'no connection is tried again',
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    { type: 'store.unreachable', nonRetryable: false },
  ],
  ['a failure that has a name keeps it', failure('terraform.locked', 'held'), { type: 'terraform.locked' }],
])('%s', async (_, error, outcome) => {
  await expect(outcomeOf(error)).rejects.toMatchObject(outcome);
});
