/** What GuardDuty has found, about releases and about none. */
import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { type ThreatFilter, threatFilter } from './schemas.ts';
import { ThreatsService } from './threats.service.ts';

@Controller('v1/threats')
export class ThreatsController {
  readonly #threats: ThreatsService;

  constructor(@Inject(ThreatsService) threats: ThreatsService) {
    this.#threats = threats;
  }

  @Get()
  list(@Query({ schema: threatFilter }) filter: ThreatFilter, @By() by: Caller) {
    return this.#threats.list(filter, by);
  }
}
