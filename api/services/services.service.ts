/** What runs of a service in an environment: read from the releases that the ledger says ended well, however long ago. */
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { groupsOf } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import type { EndedReleases } from '../../domain/ledger/ended.ts';
import { placeOf } from '../../domain/released/serving.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles, findEnvironment, findService } from '../catalog/catalog.ts';
import { listQuery } from '../releases/list-query.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { ENDED_RELEASES, RELEASES_GATEWAY } from '../tokens.ts';
import { type Released, versionsToGoBackTo } from './running.ts';
import type { serviceStatus } from './schemas.ts';

/** Each is two records of the ledger to read; further back than twenty releases nobody goes by name. */
const releasesMax = 20;

@Injectable()
export class ServicesService {
  readonly #gateway: ReleasesGateway;
  readonly #ended: EndedReleases;
  readonly #access: Access;
  readonly #catalog: CatalogFiles;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(ENDED_RELEASES) ended: EndedReleases,
    @Inject(Access) access: Access,
    @Inject(CatalogFiles) catalog: CatalogFiles,
  ) {
    this.#gateway = gateway;
    this.#ended = ended;
    this.#access = access;
    this.#catalog = catalog;
  }

  async show(service: string, environment: string, by: Caller): Promise<z.infer<typeof serviceStatus>> {
    const { team } = findService(this.#catalog.current, service);
    const { approvals } = findEnvironment(this.#catalog.current, environment);
    await this.#access.require(by, 'service.read', { service, environment, team, approverGroups: groupsOf(approvals) });
    const [released, open] = await Promise.all([
      this.released(service, environment),
      this.#gateway.list(listQuery({ service, environment, running: true }), releasesMax, undefined),
    ]);
    const [running] = released;
    return {
      service,
      environment,
      team,
      running: running === undefined ? null : versionOf(running),
      goBackTo: versionsToGoBackTo(released).map(versionOf),
      open: [...open.releases],
    };
  }

  /** Newest first. */
  async released(service: string, environment: string): Promise<readonly Released[]> {
    const place = placeOf({ service, environment, part: 'model', stack: null });
    const released = await this.#ended.at(place, { kinds: ['released'], limit: releasesMax });
    return released.filter((release): release is Released => release.order.model !== undefined);
  }
}

const versionOf = ({ at, order }: Released) => ({
  version: order.model.version,
  digest: order.model.digest,
  image: order.model.image,
  since: at,
  release: order.releaseId,
  requester: order.requester.subject,
  reason: order.reason,
  rollbackOf: order.rollback?.to ?? null,
});
