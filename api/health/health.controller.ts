/** Is it alive, can it do its work, and what does it measure. Open to anyone: nothing here is anybody's. */
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Authority } from '../auth/authority.ts';
import { Open } from '../auth/caller.guard.ts';
import { Answer } from '../http/answer.ts';
import { Metrics } from '../http/metrics.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { AUTHORITY, RELEASES_GATEWAY } from '../tokens.ts';

@Open()
@Controller()
export class HealthController {
  readonly #gateway: ReleasesGateway;
  readonly #authority: Authority;
  readonly #metrics: Metrics;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(AUTHORITY) authority: Authority,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.#gateway = gateway;
    this.#authority = authority;
    this.#metrics = metrics;
  }

  @Get('healthz')
  alive() {
    return { status: 'ok' };
  }

  /** 503 names what does not answer; both are asked within their own deadlines. */
  @Get('readyz')
  async ready() {
    const [temporal, opa] = await Promise.all([stateOf(this.#gateway.ready()), stateOf(this.#authority.ready())]);
    const ready = temporal === 'ok' && opa === 'ok';
    return new Answer(ready ? 200 : 503, { status: ready ? 'ok' : 'not ready', temporal, opa });
  }

  @Get('metrics')
  async metrics(@Res() reply: FastifyReply) {
    await reply.type(this.#metrics.registry.contentType).send(await this.#metrics.registry.metrics());
  }
}

const stateOf = (answer: Promise<void>): Promise<'ok' | 'unreachable'> =>
  answer.then(
    () => 'ok',
    () => 'unreachable',
  );
