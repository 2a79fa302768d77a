/** The one place an error becomes an answer. Whatever is not a `Problem` is translated here or hidden. */
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import { ApplicationFailure } from '@temporalio/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isFailureKind } from '../../domain/failures.ts';
import { callerOf } from '../auth/caller.guard.ts';
import { Refusals } from '../refusals/refusals.ts';
import { LOGGER } from '../tokens.ts';
import { Metrics } from './metrics.ts';
import { Problem, problemBody, unexpectedBody } from './problem.ts';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #refusals: Refusals;

  constructor(@Inject(LOGGER) logger: Logger, @Inject(Metrics) metrics: Metrics, @Inject(Refusals) refusals: Refusals) {
    this.#logger = logger;
    this.#metrics = metrics;
    this.#refusals = refusals;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemFrom(error);
    const body = problem === undefined ? unexpectedBody(request.url) : problemBody(problem, request.url);
    if (body.status >= 500) this.#logger.error({ err: error, requestId: request.id, kind: body.kind }, 'request broke');
    else this.#metrics.refusals.inc({ kind: body.kind });
    if (problem !== undefined) this.#refusals.record(callerOf(request), problem, request);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply
      .status(body.status)
      .headers(problem?.headers ?? {})
      .type('application/problem+json')
      .send(body);
  }
}

export function problemFrom(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  // What a workflow refused, by the same table.
  if (error instanceof ApplicationFailure && isFailureKind(error.type ?? ''))
    return new Problem(error.type as Problem['kind'], error.message);
  // The server's own refusals: no such route, too large, not JSON. Its 5xx are ours to hide.
  const status = statusOf(error);
  if (status !== undefined && status >= 400 && status < 500) return new Problem('request.invalid', (error as Error).message, { status });
  return undefined;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = error as { statusCode?: unknown };
  return error instanceof Error && typeof statusCode === 'number' ? statusCode : undefined;
}
