/** Who else changed production? */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { name } from '../catalog/schema.ts';
import { StraysService } from './strays.service.ts';

@Controller('v1/environments')
export class StraysController {
  readonly #strays: StraysService;

  constructor(@Inject(StraysService) strays: StraysService) {
    this.#strays = strays;
  }

  @Get(':environment/strays')
  list(@Param('environment', { schema: name }) environment: string, @By() by: Caller) {
    return this.#strays.list(environment, by);
  }
}
