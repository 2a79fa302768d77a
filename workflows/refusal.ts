/** The one place a workflow builds a failure of the table: a refused message, or a release that needs a person. */
import { ApplicationFailure, rootCause, TemporalFailure } from '@temporalio/workflow';
import { type FailureKind, isFailureKind } from '../domain/failures.ts';

export const refusal = (type: FailureKind, message: string, cause?: Error): ApplicationFailure =>
  ApplicationFailure.create({ type, message, nonRetryable: true, ...(cause === undefined ? {} : { cause }) });

/** The kind of the failure at the root, where it is one of ours. */
export function kindOf(error: unknown): FailureKind | undefined {
  if (error instanceof ApplicationFailure && error.type != null && isFailureKind(error.type)) return error.type;
  return error instanceof TemporalFailure ? kindOf(error.cause) : undefined;
}

/** The workflow's own failure, by the name under which its run book is found. */
export const failureOf = (error: TemporalFailure | undefined): ApplicationFailure =>
  refusal(kindOf(error) ?? 'tool.timedOut', rootCause(error) ?? 'a step did not answer', error);
