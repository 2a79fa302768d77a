/** What has become of what was released? */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { name } from '../catalog/schema.ts';
import { ReleasedService } from './released.service.ts';

@Controller('v1/environments')
export class ReleasedController {
  readonly #released: ReleasedService;

  constructor(@Inject(ReleasedService) released: ReleasedService) {
    this.#released = released;
  }

  @Get(':environment/rescan')
  rescan(@Param('environment', { schema: name }) environment: string, @By() by: Caller) {
    return this.#released.rescan(environment, by);
  }

  @Get(':environment/drift')
  drift(@Param('environment', { schema: name }) environment: string, @By() by: Caller) {
    return this.#released.drift(environment, by);
  }
}
