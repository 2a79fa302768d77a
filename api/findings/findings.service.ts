/**
 * The findings of a release or of a preview, from the store, where the worker put them when the policies were asked, with what was
 * new then. Nothing is scanned, judged or compared again.
 */
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { sarifOf } from '../../domain/sarif.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { Problem } from '../http/problem.ts';
import { PreviewsService } from '../previews/previews.service.ts';
import { ReleasesService } from '../releases/releases.service.ts';
import type { EvidenceReader } from '../store/evidence-reader.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { FINDINGS_STORE, RELEASES_GATEWAY } from '../tokens.ts';
import { comparedFinding, type FindingList } from './schemas.ts';

@Injectable()
export class FindingsService {
  readonly #releases: ReleasesService;
  readonly #previews: PreviewsService;
  readonly #gateway: ReleasesGateway;
  readonly #store: EvidenceReader;

  constructor(
    @Inject(ReleasesService) releases: ReleasesService,
    @Inject(PreviewsService) previews: PreviewsService,
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(FINDINGS_STORE) store: EvidenceReader,
  ) {
    this.#releases = releases;
    this.#previews = previews;
    this.#gateway = gateway;
    this.#store = store;
  }

  /** What is known of a release, for whoever may read it. */
  async release(id: string, by: Caller): Promise<ReleaseView> {
    await this.#releases.permitted(id, 'release.read', by);
    return this.#gateway.view(id);
  }

  /** The same of a preview, for whoever could ask for it. */
  async preview(id: string, by: Caller): Promise<ReleaseView> {
    return (await this.#previews.permitted(id, by)).view;
  }

  /** What was found, once the policies were asked. */
  async known(id: string, by: Caller): Promise<FindingList | undefined> {
    const view = await this.release(id, by);
    return view.gate?.findings === undefined ? undefined : await this.list(view);
  }

  async sarif(view: ReleaseView): Promise<object> {
    const { service, environment, releaseId } = view;
    const { findings } = await this.list(view);
    return sarifOf({ service, environment, releaseId, findings });
  }

  async list(view: ReleaseView): Promise<FindingList> {
    const { releaseId: id } = view;
    const blob = view.gate?.findings;
    if (blob === undefined) throw noFindings(id, view);
    const parsed = z.array(comparedFinding).safeParse(JSON.parse(await this.#store.read(blob)));
    if (!parsed.success) throw new Problem('store.corrupt', 'the findings in the store have a shape that this API does not know');
    return { releaseId: id, comparedWith: view.gate?.news?.comparedWith ?? null, findings: parsed.data };
  }
}

function noFindings(id: string, { phase, outcome }: ReleaseView): Problem {
  const now = outcome === null ? `it is ${phase}` : `it ended as ${outcome.kind} before the policies were asked`;
  return new Problem('release.noFindings', `no findings of ${id} are recorded: ${now}`);
}
