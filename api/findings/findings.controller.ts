/** What was found in a release, or in a preview: as values, or as SARIF for whoever accepts that. */
import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../../domain/caller.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { By } from '../auth/caller.guard.ts';
import { releaseId } from '../releases/schemas.ts';
import { FindingsService } from './findings.service.ts';
import { sarifType } from './schemas.ts';

@Controller('v1')
export class FindingsController {
  readonly #findings: FindingsService;

  constructor(@Inject(FindingsService) findings: FindingsService) {
    this.#findings = findings;
  }

  @Get('releases/:id/findings')
  async ofRelease(
    @Param('id', { schema: releaseId }) release: string,
    @Headers('accept') accept: string | undefined,
    @By() by: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#answer(await this.#findings.release(release, by), accept, reply);
  }

  @Get('previews/:id/findings')
  async ofPreview(
    @Param('id', { schema: releaseId }) preview: string,
    @Headers('accept') accept: string | undefined,
    @By() by: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#answer(await this.#findings.preview(preview, by), accept, reply);
  }

  async #answer(view: ReleaseView, accept: string | undefined, reply: FastifyReply): Promise<object> {
    if (accept?.includes(sarifType) !== true) return this.#findings.list(view);
    const log = await this.#findings.sarif(view);
    reply.header('content-type', sarifType);
    return log;
  }
}
