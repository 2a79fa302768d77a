/** What a release would be, for whoever could ask for it. Nothing is left behind but the preview itself, as long as Temporal keeps it. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { ruleWith } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import { type LaneRef, previewIdOf, type ReleaseOrder, serviceLaneOf, stateLaneOf } from '../../domain/order.ts';
import { notOverridden } from '../../domain/override.ts';
import { branchMayBePreviewed } from '../../domain/preview-branches.ts';
import { standingOf } from '../../domain/quorum.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles, findEnvironment } from '../catalog/catalog.ts';
import { resolveOrder } from '../catalog/resolve-order.ts';
import { EnvironmentsService } from '../environments/environments.service.ts';
import { Problem } from '../http/problem.ts';
import { requesterOf, resourceOf } from '../releases/releases.service.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { RELEASES_GATEWAY } from '../tokens.ts';
import type { PreviewDetails, PreviewRequest, startedPreview } from './schemas.ts';

@Injectable()
export class PreviewsService {
  readonly #gateway: ReleasesGateway;
  readonly #access: Access;
  readonly #catalog: CatalogFiles;
  readonly #environments: EnvironmentsService;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(Access) access: Access,
    @Inject(CatalogFiles) catalog: CatalogFiles,
    @Inject(EnvironmentsService) environments: EnvironmentsService,
  ) {
    this.#gateway = gateway;
    this.#access = access;
    this.#catalog = catalog;
    this.#environments = environments;
  }

  async start({ branch, ...request }: PreviewRequest, by: Caller): Promise<z.infer<typeof startedPreview>> {
    const order = this.#onBranch(branch, resolveOrder(this.#catalog.current, request, requesterOf(by)));
    await this.#access.require(by, 'release.preview', resourceOf(order));
    if (order.override !== undefined) await this.#access.require(by, 'release.override', resourceOf(order));
    // Each look is a new one: what it saw may have changed since.
    const id = previewIdOf(request, randomUUID());
    await this.#gateway.previews.start({ ...order, releaseId: id });
    return { id, links: { self: `/v1/previews/${id}` } };
  }

  /** What is not merged is on a branch of the same repository, and the environment lets that one be looked at. */
  #onBranch(branch: string | undefined, order: ReleaseOrder): ReleaseOrder {
    if (branch === undefined) return order;
    const allowed = findEnvironment(this.#catalog.current, order.environment).previews?.branches ?? [];
    if (!branchMayBePreviewed(allowed, branch))
      throw new Problem('request.invalid', `${order.environment} lets nobody preview the branch ${branch} before it is merged`, {
        errors: [{ field: 'branch', value: branch, allowed: allowedText(allowed, order.environment) }],
      });
    return { ...order, source: { ...order.source, refs: [branch] } };
  }

  async show(id: string, by: Caller): Promise<PreviewDetails> {
    const { view, order, status } = await this.permitted(id, by);
    const { quorum, minimum } = ruleWith(order.approvals, view.gate?.seats, order.override);
    const asks = view.gate?.kind === 'approval needed' || (view.gate?.kind === 'allow' && order.override !== undefined);
    return {
      ...(view as unknown as PreviewDetails),
      status,
      approval: asks ? standingOf(quorum, minimum, []).missing : null,
      obstacles: [...notOverridden(await this.#environments.obstaclesOf(order.environment), order.override)],
      lanes: await Promise.all(lanesOf(order).map((lane) => this.#laneOf(lane))),
    };
  }

  /** The preview, if it exists and this caller could ask for it. */
  async permitted(id: string, by: Caller) {
    const found = await this.#gateway.previews.find(id);
    if (found === undefined)
      throw new Problem('release.unknown', `there is no preview ${id}`, {
        errors: [{ field: 'id', value: id, allowed: 'the id of a preview' }],
      });
    await this.#access.require(by, 'release.preview', resourceOf(found.order));
    return found;
  }

  async #laneOf(ref: LaneRef) {
    const lane = await this.#gateway.previews.lane(ref);
    return { lane: `${ref.kind}/${ref.key}`, heldBy: lane?.holder?.releaseId ?? null, waiting: lane?.waiting.length ?? 0 };
  }
}

const allowedText = (patterns: readonly string[], environment: string): string =>
  patterns.length === 0
    ? `none: previews: { branches: […] } in the catalog's environments/${environment}.yaml names some`
    : patterns.join(' or ');

const lanesOf = (order: ReleaseOrder): readonly LaneRef[] => [
  ...(order.infrastructure === undefined ? [] : [stateLaneOf(order.infrastructure.stack)]),
  ...(order.model === undefined ? [] : [serviceLaneOf(order)]),
];
