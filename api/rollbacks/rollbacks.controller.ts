/** Back to an earlier version, by one person on call. */
import { Body, Controller, Inject, Post } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { startedAnswer } from '../releases/releases.controller.ts';
import { RollbacksService } from './rollbacks.service.ts';
import { type RollbackRequest, rollbackRequest } from './schemas.ts';

@Controller('v1/rollbacks')
export class RollbacksController {
  readonly #rollbacks: RollbacksService;

  constructor(@Inject(RollbacksService) rollbacks: RollbacksService) {
    this.#rollbacks = rollbacks;
  }

  @Post()
  start(@Body({ schema: rollbackRequest }) request: RollbackRequest, @By() by: Caller) {
    return this.#rollbacks.start(request, by).then(startedAnswer);
  }
}
