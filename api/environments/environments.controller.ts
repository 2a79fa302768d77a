/** Lines over HTTP. A stop is heard by releases at their next safe point; rollbacks pass. */
import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { name } from '../catalog/schema.ts';
import { type InstructionRequest, instructionRequest } from '../releases/schemas.ts';
import { EnvironmentsService } from './environments.service.ts';

const of = { schema: name };
const said = { schema: instructionRequest };

@Controller('v1/environments')
export class EnvironmentsController {
  readonly #environments: EnvironmentsService;

  constructor(@Inject(EnvironmentsService) environments: EnvironmentsService) {
    this.#environments = environments;
  }

  @Get(':environment')
  show(@Param('environment', of) environment: string, @By() by: Caller) {
    return this.#environments.show(environment, by);
  }

  @Post(':environment/stop')
  @HttpCode(200)
  stop(@Param('environment', of) environment: string, @Body(said) { reason }: InstructionRequest, @By() by: Caller) {
    return this.#environments.stop(environment, reason, by);
  }

  @Post(':environment/resume')
  @HttpCode(200)
  resume(@Param('environment', of) environment: string, @Body(said) { reason }: InstructionRequest, @By() by: Caller) {
    return this.#environments.resume(environment, reason, by);
  }
}
