/**
 * The findings of a release or of a preview, from the store, where the worker put them when the policies were asked. What is new is
 * found by comparing with the last release that was released here; nothing is scanned or judged again.
 */
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Blob } from '../../domain/blob.ts';
import type { Caller } from '../../domain/caller.ts';
import { fingerprintsOf, type MergedFinding } from '../../domain/merged-findings.ts';
import { sarifOf } from '../../domain/sarif.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { Problem } from '../http/problem.ts';
import { PreviewsService } from '../previews/previews.service.ts';
import { listQuery } from '../releases/list-query.ts';
import { ReleasesService } from '../releases/releases.service.ts';
import type { EvidenceReader } from '../store/evidence-reader.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { FINDINGS_STORE, RELEASES_GATEWAY } from '../tokens.ts';
import { type FindingList, mergedFinding } from './schemas.ts';

/** Each costs a worker one replay, and the last few tell what was there. */
const releasesMax = 5;

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
    const [findings, before] = await Promise.all([this.#read(blob), this.#before(id, view)]);
    return {
      releaseId: id,
      comparedWith: before?.id ?? null,
      findings: findings.map((finding) => ({
        ...finding,
        controls: [...finding.controls],
        reports: [...finding.reports],
        alsoAs: [...finding.alsoAs],
        isNew: before === undefined ? null : !fingerprintsOf(finding).some((one) => before.fingerprints.has(one)),
      })),
    };
  }

  /** The last one that was released here with the same parts: a model says nothing about infrastructure. */
  async #before(id: string, view: ReleaseView): Promise<{ readonly id: string; readonly fingerprints: ReadonlySet<string> } | undefined> {
    const { service, environment } = view;
    const page = await this.#gateway.list(listQuery({ service, environment, outcome: 'released' }), releasesMax, undefined);
    for (const release of page.releases) {
      if (release.id === id) continue;
      const older = await this.#gateway.view(release.id);
      const blob = older.gate?.findings;
      if (blob === undefined || !hasSameParts(older, view)) continue;
      const findings = await this.#read(blob);
      return { id: release.id, fingerprints: new Set(findings.flatMap(fingerprintsOf)) };
    }
    return undefined;
  }

  async #read(blob: Blob): Promise<readonly MergedFinding[]> {
    const parsed = z.array(mergedFinding).safeParse(JSON.parse(await this.#store.read(blob)));
    if (!parsed.success) throw new Problem('store.corrupt', 'the findings in the store have a shape that this API does not know');
    return parsed.data;
  }
}

const hasSameParts = (a: ReleaseView, b: ReleaseView): boolean =>
  (a.change === null) === (b.change === null) && (a.modelVersion === null) === (b.modelVersion === null);

function noFindings(id: string, { phase, outcome }: ReleaseView): Problem {
  const now = outcome === null ? `it is ${phase}` : `it ended as ${outcome.kind} before the policies were asked`;
  return new Problem('release.noFindings', `no findings of ${id} are recorded: ${now}`);
}
