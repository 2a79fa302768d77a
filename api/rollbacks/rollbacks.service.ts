/** The way back: a release of a version that was released here before, first in every lane. */
import { Inject, Injectable } from '@nestjs/common';
import { groupsOf } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import type { EndedReleases } from '../../domain/ledger/ended.ts';
import { type ReleaseOrder, rollbackIdOf } from '../../domain/order.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles, findEnvironment, findService } from '../catalog/catalog.ts';
import { resolveRollback } from '../catalog/resolve-order.ts';
import { Problem } from '../http/problem.ts';
import { ReleasesService, requesterOf, type Started } from '../releases/releases.service.ts';
import { previousOf } from '../services/running.ts';
import { ServicesService } from '../services/services.service.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { ENDED_RELEASES, RELEASES_GATEWAY } from '../tokens.ts';
import { previous, type RollbackRequest } from './schemas.ts';

/** Closed rollbacks to one release within one incident; more is not an incident any more but a loop. */
const attemptsMax = 20;

@Injectable()
export class RollbacksService {
  readonly #gateway: ReleasesGateway;
  readonly #ended: EndedReleases;
  readonly #access: Access;
  readonly #catalog: CatalogFiles;
  readonly #releases: ReleasesService;
  readonly #services: ServicesService;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(ENDED_RELEASES) ended: EndedReleases,
    @Inject(Access) access: Access,
    @Inject(CatalogFiles) catalog: CatalogFiles,
    @Inject(ReleasesService) releases: ReleasesService,
    @Inject(ServicesService) services: ServicesService,
  ) {
    this.#gateway = gateway;
    this.#ended = ended;
    this.#access = access;
    this.#catalog = catalog;
    this.#releases = releases;
    this.#services = services;
  }

  async start(request: RollbackRequest, by: Caller): Promise<Started> {
    const { service, environment, incident, reason } = request;
    const catalog = this.#catalog.current;
    const { team } = findService(catalog, service);
    const { approvals } = findEnvironment(catalog, environment);
    await this.#access.require(by, 'rollback.start', { service, environment, team, approverGroups: groupsOf(approvals) });
    const former = await this.#formerOrder(request);
    const attempt = await this.#firstAttemptNotClosed({ service, environment, to: former.releaseId, incident });
    return this.#releases.startOrder(resolveRollback(catalog, former, { incident, reason, attempt }, requesterOf(by)));
  }

  async #formerOrder({ service, environment, to }: RollbackRequest): Promise<ReleaseOrder> {
    if (to === previous) {
      const found = previousOf(await this.#services.released(service, environment));
      return found?.order ?? refuse(to, `a release id: no earlier version of ${service} was released in ${environment}`);
    }
    const ended = await this.#ended.find(to);
    const open = ended === null ? await this.#gateway.describe(to) : undefined;
    const release = ended?.order ?? open;
    if (release === undefined || release.service !== service || release.environment !== environment)
      throw new Problem('release.unknown', `${service} in ${environment} has no release ${to}`, {
        errors: [{ field: 'to', value: to, allowed: `previous, or a release of ${service} in ${environment}` }],
      });
    if (ended?.kind !== 'released') refuse(to, `a release that ended as released; this one: ${ended?.kind ?? open?.phase}`);
    return ended.order;
  }

  /** An open one is joined; after a closed one the next attempt begins. */
  async #firstAttemptNotClosed(request: Omit<Parameters<typeof rollbackIdOf>[0], 'attempt'>): Promise<number> {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1)
      if (!(await this.#isClosed(rollbackIdOf({ ...request, attempt })))) return attempt;
    throw new Problem('request.invalid', `${attemptsMax} rollbacks to ${request.to} were made within ${request.incident}`, {
      errors: [{ field: 'incident', value: request.incident, allowed: 'an incident of its own' }],
    });
  }

  /** An incident may last longer than Temporal remembers. */
  async #isClosed(id: string): Promise<boolean> {
    const release = await this.#gateway.describe(id);
    return release === undefined ? (await this.#ended.find(id)) !== null : release.status !== 'running';
  }
}

function refuse(value: string, allowed: string): never {
  throw new Problem('request.invalid', `to: ${allowed}`, { errors: [{ field: 'to', value, allowed }] });
}
