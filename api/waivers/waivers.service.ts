/** The waivers of the catalog for whoever may read a service that they concern. */
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { groupsOf } from '../../domain/approval.ts';
import type { Caller, Resource } from '../../domain/caller.ts';
import { daysLeft, stateOf, waiversInScope } from '../../domain/waiver.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles } from '../catalog/catalog.ts';
import type { Catalog } from '../catalog/load.ts';
import type { waiverList } from './schemas.ts';

@Injectable()
export class WaiversService {
  readonly #access: Access;
  readonly #catalog: CatalogFiles;

  constructor(@Inject(Access) access: Access, @Inject(CatalogFiles) catalog: CatalogFiles) {
    this.#access = access;
    this.#catalog = catalog;
  }

  /** The first to end first: that is what somebody has to do something about. */
  async list(by: Caller): Promise<z.infer<typeof waiverList>> {
    const catalog = this.#catalog.current;
    const at = new Date().toISOString();
    const may = this.#access.reader(by, 'service.read');
    const resources = resourcesOf(catalog);
    const allowed = await Promise.all(resources.map(may));
    const readable = resources.filter((_, index) => allowed[index] === true);
    const waivers = [...catalog.waivers.values()]
      .filter((waiver) => readable.some(({ service, environment }) => waiversInScope([waiver], service, environment).length > 0))
      .map((waiver) => ({ ...waiver, state: stateOf(waiver, at), daysLeft: daysLeft(waiver.until, at) }));
    return { waivers: waivers.toSorted((a, b) => a.daysLeft - b.daysLeft || (a.name < b.name ? -1 : 1)) };
  }
}

const resourcesOf = ({ services, environments }: Catalog): readonly Resource[] =>
  [...environments.values()].flatMap((environment) =>
    [...services.values()].map(({ name, team }) => ({
      service: name,
      environment: environment.name,
      team,
      approverGroups: groupsOf(environment.approvals),
    })),
  );
