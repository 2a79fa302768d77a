import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createProgress } from './apply.ts';
import { eventOf, failureOf } from './command.ts';

const line = (summary: string, address?: string) =>
  JSON.stringify({ type: 'diagnostic', diagnostic: { severity: 'error', summary, address } });
const failed = (stdout: string) =>
  new MockActivityEnvironment().run((): Promise<Error> => Promise.resolve(failureOf('apply', { exitCode: 1, stdout, stderr: '' })));

test('a held lock is worth a retry, everything else is not', async () => {
  expect(await failed(line('Error acquiring the state lock'))).toMatchObject({ type: 'terraform.locked', nonRetryable: false });
  expect(await failed(line('Invalid value', 'aws_x.y'))).toMatchObject({ type: 'terraform.failed', nonRetryable: true });
});

test('the message names the address and never quotes Terraform', async () => {
  const error = await failed(line('creating X: secret hunter2, RequestID: 5, ParameterAlreadyExists: there', 'aws_x.y'));
  expect(error.message).toBe('terraform apply failed at aws_x.y: it exists and is not in the state');
});

test('an end without a diagnostic is still a failure', async () => {
  expect(await failed('not json')).toMatchObject({ type: 'terraform.failed', message: 'terraform apply failed at the root as a whole' });
});

test('progress names what is done and what is under way, and stays small', () => {
  const progress = createProgress();
  const event = (type: string, addr: string) => JSON.stringify({ type, hook: { resource: { addr }, action: 'create' } });
  const lines = [
    ...Array.from({ length: 30 }, (_, index) => event('apply_complete', `x.${index}`)),
    event('apply_start', 'x.slow'),
    '{"type":"version"}',
    'noise',
  ];
  for (const text of lines) for (const seen of eventOf(text)) progress.take(seen);
  expect(progress.show()).toMatchObject({ doneCount: 30, underWay: ['x.slow'] });
  expect(progress.show().done).toHaveLength(20);
  expect(progress.show().done.at(-1)).toBe('x.29');
});
