/** What of GuardDuty's findings told nobody: listed, and told after all. */
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { DeadFindingsService } from './dead-findings.service.ts';

@Controller('v1/dead-findings')
export class DeadFindingsController {
  readonly #deadFindings: DeadFindingsService;

  constructor(@Inject(DeadFindingsService) deadFindings: DeadFindingsService) {
    this.#deadFindings = deadFindings;
  }

  @Get()
  list(@By() by: Caller) {
    return this.#deadFindings.list(by);
  }

  @Post('redeliver')
  @HttpCode(200)
  redeliver(@By() by: Caller) {
    return this.#deadFindings.redeliver(by);
  }
}
