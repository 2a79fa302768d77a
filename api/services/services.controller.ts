/** What runs, since when, by which release, and what could be gone back to. */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { name } from '../catalog/schema.ts';
import { ServicesService } from './services.service.ts';

@Controller('v1/services')
export class ServicesController {
  readonly #services: ServicesService;

  constructor(@Inject(ServicesService) services: ServicesService) {
    this.#services = services;
  }

  @Get(':service/environments/:environment')
  show(@Param('service', { schema: name }) service: string, @Param('environment', { schema: name }) environment: string, @By() by: Caller) {
    return this.#services.show(service, environment, by);
  }
}
