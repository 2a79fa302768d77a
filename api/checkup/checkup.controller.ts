/** Whether the installation is right, over HTTP. Reading it looks anew, and changes nothing. */
import { Controller, Get, Inject } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { CheckupService } from './checkup.service.ts';

@Controller('v1/doctor')
export class CheckupController {
  readonly #checkup: CheckupService;

  constructor(@Inject(CheckupService) checkup: CheckupService) {
    this.#checkup = checkup;
  }

  @Get()
  look(@By() by: Caller) {
    return this.#checkup.look(by);
  }
}
