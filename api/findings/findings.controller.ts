/** What was found in a release: as values, or as SARIF for whoever accepts that. */
import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { releaseId } from '../releases/schemas.ts';
import { FindingsService } from './findings.service.ts';
import { sarifType } from './schemas.ts';

@Controller('v1/releases')
export class FindingsController {
  readonly #findings: FindingsService;

  constructor(@Inject(FindingsService) findings: FindingsService) {
    this.#findings = findings;
  }

  @Get(':id/findings')
  async list(
    @Param('id', { schema: releaseId }) release: string,
    @Headers('accept') accept: string | undefined,
    @By() by: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (accept?.includes(sarifType) !== true) return this.#findings.list(release, by);
    const log = await this.#findings.sarif(release, by);
    reply.header('content-type', sarifType);
    return log;
  }
}
