/** Errors of Temporal's client and server as problems of ours; what is left is a bug and stays what it is. */
import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { isFailureKind } from '../../domain/failures.ts';
import { Problem } from '../http/problem.ts';

/** gRPC status codes by number: the library that names them is the client's own affair. */
const grpc = { deadlineExceeded: 4, resourceExhausted: 8, failedPrecondition: 9, unavailable: 14 } as const;

export function translated(error: unknown): unknown {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
    return new Problem(
      'temporal.unreachable',
      'no worker has answered in time; it may be done all the same: look before you say it again',
      {
        cause: error,
      },
    );
  if (error instanceof WorkflowNotFoundError) return new Problem('release.unknown', 'there is no such release, or it has just closed');
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message } = error.cause;
    return isFailureKind(type ?? '') ? new Problem(type as Problem['kind'], message, { cause: error }) : error;
  }
  const code = grpcCodeOf(error);
  if (code === grpc.deadlineExceeded)
    return new Problem('temporal.unreachable', 'no answer within the deadline: Temporal or its workers are busy or away', { cause: error });
  if (code === grpc.unavailable || code === grpc.resourceExhausted)
    return new Problem('temporal.unreachable', 'Temporal does not answer', { cause: error });
  // What the server answers to a query while no worker has asked for work lately.
  if (code === grpc.failedPrecondition && error instanceof Error && /no poller seen/.test(error.message))
    return new Problem('temporal.unreachable', 'no worker is there to answer', { cause: error });
  return error;
}

function grpcCodeOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? grpcCodeOf(error.cause) : undefined;
}

/** A question that nobody answered within its deadline. */
export const isUnanswered = (error: unknown): boolean => grpcCodeOf(error) === grpc.deadlineExceeded;

/** The same of a message to a workflow, which Temporal keeps: whoever has its id hears later what came of it. */
export const isUpdateUnanswered = (error: unknown): boolean =>
  error instanceof Problem && error.cause instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
