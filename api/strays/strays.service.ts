/** What runs in an environment and was written to its account that no release explains, as of the last look. */
import { Inject, Injectable } from '@nestjs/common';
import { groupsOf } from '../../domain/approval.ts';
import type { Caller } from '../../domain/caller.ts';
import type { StraysReport } from '../../domain/strays/look.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles, findEnvironment } from '../catalog/catalog.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { RELEASES_GATEWAY } from '../tokens.ts';
import type { StrayList } from './schemas.ts';

@Injectable()
export class StraysService {
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

  /** An environment that came after the last look was not looked at yet. */
  async list(name: string, by: Caller): Promise<StrayList> {
    const { approvals } = findEnvironment(this.#catalog.current, name);
    await this.#access.require(by, 'strays.read', { service: '*', environment: name, team: '*', approverGroups: groupsOf(approvals) });
    const report = await this.#gateway.strays.last();
    const look = report?.looks.find(({ environment }) => environment === name);
    if (report === null || look === undefined) return { environment: name, at: null, strays: [], more: 0, unknown: null, aws: null };
    const { strays, more, unknown } = look;
    return { environment: name, at: report.at, strays: [...strays], more, unknown, aws: awsOf(report, name) };
  }
}

/** Of an account that several environments share, each shows the same. */
function awsOf({ accounts = [] }: StraysReport, environment: string): StrayList['aws'] {
  const look = accounts.find(({ environments }) => environments.includes(environment));
  if (look === undefined) return null;
  const { account, writes, more, unknown } = look;
  return { account, writes: writes.map((write) => ({ ...write, resources: [...write.resources] })), more, unknown };
}
