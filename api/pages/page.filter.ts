/** An error as a page: kind, status and advice by the same table as for programs. */
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { callerOf } from '../auth/caller.guard.ts';
import { Metrics } from '../http/metrics.ts';
import { problemFrom } from '../http/problem.filter.ts';
import { problemBody, unexpectedBody } from '../http/problem.ts';
import { Refusals } from '../refusals/refusals.ts';
import { LOGGER } from '../tokens.ts';
import { sendPage } from './browser.ts';
import { problemPage } from './problem-page.ts';

@Catch()
export class PageFilter implements ExceptionFilter {
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
    const problem = problemFrom(error);
    // The address of a callback holds a code: its path says enough.
    const [path = ''] = request.url.split('?');
    const body = problem === undefined ? unexpectedBody(path) : problemBody(problem, path);
    if (body.status >= 500) this.#logger.error({ err: error, requestId: request.id, kind: body.kind }, 'page broke');
    else this.#metrics.refusals.inc({ kind: body.kind });
    if (problem !== undefined) this.#refusals.record(callerOf(request), problem, request);
    const [, release] = /^\/releases\/([a-z0-9-]+)/.exec(path) ?? [];
    // A form that was refused, or a login: the page of the release is where to go on.
    const back = request.method === 'POST' ? (release ?? null) : null;
    sendPage(
      http.getResponse<FastifyReply>(),
      body.status,
      problemPage({ title: `${body.title}: ${body.kind}`, detail: body.detail, advice: body.advice }, back),
    );
  }
}
