/** What runs of a service in an environment: read from the releases that ended well, never remembered. */
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { groupsOf } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles, findEnvironment, findService } from '../catalog/catalog.ts';
import { listQuery } from '../releases/list-query.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { RELEASES_GATEWAY } from '../tokens.ts';
import { type Released, versionsToGoBackTo } from './running.ts';
import type { serviceStatus } from './schemas.ts';

/** Each costs a worker one replay; further back than twenty releases nobody goes by name. */
const releasesMax = 20;

@Injectable()
export class ServicesService {
  readonly #gateway: ReleasesGateway;
  readonly #access: Access;
  readonly #catalog: CatalogFiles;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(Access) access: Access,
    @Inject(CatalogFiles) catalog: CatalogFiles,
  ) {
    this.#gateway = gateway;
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

  /** Newest first; visibility lists closed workflows by the time they closed. */
  async released(service: string, environment: string): Promise<readonly Released[]> {
    const page = await this.#gateway.list(listQuery({ service, environment, outcome: 'released' }), releasesMax, undefined);
    const orders = await Promise.all(
      page.releases.map(async ({ id, closedAt, startedAt }) => ({
        id,
        closedAt: closedAt ?? startedAt,
        order: await this.#gateway.order(id),
      })),
    );
    return orders
      .filter((release): release is Released => release.order.model !== undefined)
      .toSorted((a, b) => (a.closedAt < b.closedAt ? 1 : -1));
  }
}

const versionOf = ({ id, closedAt, order }: Released) => ({
  version: order.model.version,
  digest: order.model.digest,
  image: order.model.image,
  since: closedAt,
  release: id,
  requester: order.requester.subject,
  reason: order.reason,
  rollbackOf: order.rollback?.to ?? null,
});
