/** What may pass for a while, and for how much longer. */
import { Controller, Get, Inject } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { WaiversService } from './waivers.service.ts';

@Controller('v1/waivers')
export class WaiversController {
  readonly #waivers: WaiversService;

  constructor(@Inject(WaiversService) waivers: WaiversService) {
    this.#waivers = waivers;
  }

  @Get()
  list(@By() by: Caller) {
    return this.#waivers.list(by);
  }
}
