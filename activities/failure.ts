/** The one place a Temporal failure is built, so that the table alone decides what is retried. */
import { ApplicationFailure } from '@temporalio/activity';
import { type FailureKind, failureTable } from '../domain/failures.ts';

/**
 * The message is one line and stays in workflow history for ever, where anyone who may read the release
 * reads it: no argv, no environment, no tool output. Those go, redacted, to the log.
 */
export function failure(kind: FailureKind, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: kind, message, nonRetryable: !failureTable[kind].retryable });
}

export const isFailure = (error: unknown, ...kinds: readonly FailureKind[]): error is ApplicationFailure =>
  error instanceof ApplicationFailure && kinds.includes(error.type as FailureKind);
