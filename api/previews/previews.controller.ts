/** What a release would be, over HTTP: asked for with 202, then looked at until it is completed. */
import { Body, Controller, Get, Inject, Param, Post } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { Answer } from '../http/answer.ts';
import { releaseId } from '../releases/schemas.ts';
import { PreviewsService } from './previews.service.ts';
import { type PreviewRequest, previewRequest } from './schemas.ts';

@Controller('v1/previews')
export class PreviewsController {
  readonly #previews: PreviewsService;

  constructor(@Inject(PreviewsService) previews: PreviewsService) {
    this.#previews = previews;
  }

  @Post()
  start(@Body({ schema: previewRequest }) request: PreviewRequest, @By() by: Caller) {
    return this.#previews.start(request, by).then((started) => new Answer(202, started, started.links.self));
  }

  @Get(':id')
  show(@Param('id', { schema: releaseId }) id: string, @By() by: Caller) {
    return this.#previews.show(id, by);
  }
}
