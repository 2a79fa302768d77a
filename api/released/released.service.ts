/** What the last look at everything that serves has found in an environment. Whoever reads strays reads this. */
import { Inject, Injectable } from '@nestjs/common';
import { groupsOf } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import type { Found, ReleasedReport } from '../../domain/released/look.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles, findEnvironment } from '../catalog/catalog.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { RELEASES_GATEWAY } from '../tokens.ts';
import type { Drifted, Rescanned } from './schemas.ts';

@Injectable()
export class ReleasedService {
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

  async rescan(environment: string, by: Caller): Promise<Rescanned> {
    await this.#require(environment, by);
    const { found, ...look } = lookAt(environment, await this.#gateway.rescan.last());
    return { ...look, findings: found };
  }

  async drift(environment: string, by: Caller): Promise<Drifted> {
    await this.#require(environment, by);
    const { found, ...look } = lookAt(environment, await this.#gateway.drift.last());
    return { ...look, drifts: found };
  }

  async #require(environment: string, by: Caller): Promise<void> {
    const { approvals } = findEnvironment(this.#catalog.current, environment);
    await this.#access.require(by, 'strays.read', { service: '*', environment, team: '*', approverGroups: groupsOf(approvals) });
  }
}

/** An environment that the report does not have had nothing that serves. */
function lookAt<T extends Found>(environment: string, report: ReleasedReport<T> | null) {
  const look = report?.looks.find((one) => one.environment === environment);
  return {
    environment,
    at: report?.at ?? null,
    looked: look?.looked ?? 0,
    found: [...(look?.found ?? [])],
    more: look?.more ?? 0,
    unknown: [...(look?.unknown ?? [])],
    moreUnknown: look?.moreUnknown ?? 0,
  };
}
