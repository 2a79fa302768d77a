/** Notices that nobody took: listed, delivered after all, let go. */
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { type InstructionRequest, instructionRequest } from '../releases/schemas.ts';
import { type NoticeFilter, noticeFilter, noticeId } from './schemas.ts';
import { UndeliveredService } from './undelivered.service.ts';

const of = { schema: noticeId };

@Controller('v1/undelivered')
export class UndeliveredController {
  readonly #undelivered: UndeliveredService;

  constructor(@Inject(UndeliveredService) undelivered: UndeliveredService) {
    this.#undelivered = undelivered;
  }

  @Get()
  list(@Query({ schema: noticeFilter }) filter: NoticeFilter, @By() by: Caller) {
    return this.#undelivered.list(filter, by);
  }

  @Post(':id/redeliver')
  @HttpCode(200)
  redeliver(@Param('id', of) id: string, @By() by: Caller) {
    return this.#undelivered.redeliver(id, by);
  }

  @Post(':id/discard')
  @HttpCode(200)
  discard(@Param('id', of) id: string, @Body({ schema: instructionRequest }) { reason }: InstructionRequest, @By() by: Caller) {
    return this.#undelivered.discard(id, reason, by);
  }
}
