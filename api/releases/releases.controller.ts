/** Releases over HTTP. 202: accepted, not finished. The same request again answers the same release with 200. */
import { Readable } from 'node:stream';
import { Body, Controller, Get, Inject, type OnModuleDestroy, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../../domain/caller.ts';
import type { ReleaseRequest } from '../../domain/order.ts';
import { By } from '../auth/caller.guard.ts';
import { Answer } from '../http/answer.ts';
import { Metrics } from '../http/metrics.ts';
import { After, Once } from './headers.ts';
import { ReleasesService, type Started } from './releases.service.ts';
import {
  type DecisionRequest,
  decisionRequest,
  type InstructionRequest,
  instructionRequest,
  type ListFilter,
  listFilter,
  releaseId,
  releaseRequest,
  type Told,
  undoName,
} from './schemas.ts';

const id = { schema: releaseId };
const said = { schema: instructionRequest };

@Controller('v1/releases')
export class ReleasesController implements OnModuleDestroy {
  readonly #releases: ReleasesService;
  readonly #metrics: Metrics;
  readonly #stopping = new AbortController();

  constructor(@Inject(ReleasesService) releases: ReleasesService, @Inject(Metrics) metrics: Metrics) {
    this.#releases = releases;
    this.#metrics = metrics;
  }

  @Post()
  start(@Body({ schema: releaseRequest }) request: ReleaseRequest, @By() by: Caller) {
    return this.#releases.start(request, by).then(startedAnswer);
  }

  @Get()
  list(@Query({ schema: listFilter }) filter: ListFilter, @By() by: Caller) {
    return this.#releases.list(filter, by);
  }

  @Get(':id')
  show(@Param('id', id) release: string, @By() by: Caller) {
    return this.#releases.show(release, by);
  }

  @Get(':id/events')
  async events(@Param('id', id) release: string, @After() after: number | undefined, @By() by: Caller, @Res() reply: FastifyReply) {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const events = await this.#releases.events(release, after ?? -1, by, AbortSignal.any([gone.signal, this.#stopping.signal]));
    this.#metrics.eventStreams.inc();
    reply.raw.once('close', () => this.#metrics.eventStreams.dec());
    await reply.headers(eventStreamHeaders).send(Readable.from(events));
  }

  /** Streams never end by themselves; their readers come back elsewhere with the last id they saw. */
  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  @Post(':id/approvals')
  decide(
    @Param('id', id) release: string,
    @Body({ schema: decisionRequest }) decision: DecisionRequest,
    @By() by: Caller,
    @Once() once: string | undefined,
  ) {
    return this.#releases.decide(release, decision, by, once).then(toldAnswer);
  }

  @Post(':id/withdraw')
  withdraw(
    @Param('id', id) release: string,
    @Body(said) { reason }: InstructionRequest,
    @By() by: Caller,
    @Once() once: string | undefined,
  ) {
    return this.#releases.withdraw(release, reason, by, once).then(toldAnswer);
  }

  @Post(':id/hold')
  hold(@Param('id', id) release: string, @Body(said) { reason }: InstructionRequest, @By() by: Caller, @Once() once: string | undefined) {
    return this.#releases.hold(release, reason, by, once).then(toldAnswer);
  }

  @Post(':id/resume')
  resume(@Param('id', id) release: string, @Body(said) { reason }: InstructionRequest, @By() by: Caller, @Once() once: string | undefined) {
    return this.#releases.resume(release, reason, by, once).then(toldAnswer);
  }

  @Post(':id/abort')
  abort(@Param('id', id) release: string, @Body(said) { reason }: InstructionRequest, @By() by: Caller, @Once() once: string | undefined) {
    return this.#releases.abort(release, reason, by, once).then(toldAnswer);
  }

  @Post(':id/undos/:name/skip')
  skipUndo(
    @Param('id', id) release: string,
    @Param('name', { schema: undoName }) undo: string,
    @Body(said) { reason }: InstructionRequest,
    @By() by: Caller,
    @Once() once: string | undefined,
  ) {
    return this.#releases.skipUndo(release, undo, reason, by, once).then(toldAnswer);
  }
}

/** Neither kept nor buffered on the way. */
const eventStreamHeaders = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

/** 202 for a new release, 200 for one that was there. */
export const startedAnswer = ({ isNew, body }: Started) => new Answer(isNew ? 202 : 200, body, body.links.self);

/** 200 when the workflow has done it, 202 when it outlasted the request. */
const toldAnswer = (told: Told) => new Answer(told.state === 'done' ? 200 : 202, told);
