/** The judgement of a release over HTTP: as values, as a picture, and as what was counted. */
import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By } from '../auth/caller.guard.ts';
import { EvidenceService } from './evidence.service.ts';
import { releaseId } from './schemas.ts';
import { type WeightFilter, weightFilter } from './verdict-schemas.ts';

const id = { schema: releaseId };
const filter = { schema: weightFilter };

@Controller('v1/releases')
export class EvidenceController {
  readonly #evidence: EvidenceService;

  constructor(@Inject(EvidenceService) evidence: EvidenceService) {
    this.#evidence = evidence;
  }

  @Get(':id/verdict')
  verdict(@Param('id', id) release: string, @Query(filter) { weightPercent }: WeightFilter, @By() by: Caller) {
    return this.#evidence.verdict(release, weightPercent, by);
  }

  /** A picture runs nothing, wherever it is opened. */
  @Get(':id/verdict.svg')
  @Header('content-type', 'image/svg+xml')
  @Header('content-security-policy', "default-src 'none'")
  plot(@Param('id', id) release: string, @Query(filter) { weightPercent }: WeightFilter, @By() by: Caller) {
    return this.#evidence.plot(release, weightPercent, by);
  }

  @Get(':id/counts')
  @Header('content-type', 'text/csv; charset=utf-8')
  counts(@Param('id', id) release: string, @By() by: Caller) {
    return this.#evidence.counts(release, by);
  }
}
