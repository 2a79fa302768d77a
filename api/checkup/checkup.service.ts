/** Looks at the installation for the platform team: what the API uses itself from here, the rest from workers that have the rights (ADR 23). */
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, installation } from '../../domain/caller.ts';
import type { Environment } from '../../domain/catalog.ts';
import { type Check, type CheckedEnvironment, failed } from '../../domain/checkup.ts';
import type { Shelf } from '../../domain/ledger/ended-reader.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles } from '../catalog/catalog.ts';
import type { Config } from '../config.ts';
import { Problem } from '../http/problem.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { CONFIG, LEDGER, RELEASES_GATEWAY } from '../tokens.ts';
import { checkReading } from './reading.ts';
import type { InstallationReport } from './schemas.ts';

@Injectable()
export class CheckupService {
  readonly #gateway: ReleasesGateway;
  readonly #access: Access;
  readonly #catalog: CatalogFiles;
  readonly #ledger: Shelf;
  readonly #config: Config;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(Access) access: Access,
    @Inject(CatalogFiles) catalog: CatalogFiles,
    @Inject(LEDGER) ledger: Shelf,
    @Inject(CONFIG) config: Config,
  ) {
    this.#gateway = gateway;
    this.#access = access;
    this.#catalog = catalog;
    this.#ledger = ledger;
    this.#config = config;
  }

  async look(by: Caller): Promise<InstallationReport> {
    await this.#access.require(by, 'installation.read', installation);
    const [reading, others] = await Promise.all([checkReading(this.#ledger, this.#config.ledger?.bucket), this.#byTemporal(by)]);
    const checks = [...others, reading];
    return { healthy: checks.every(({ ok }) => ok), checks };
  }

  /** Without Temporal no worker can be asked, and that is the answer. */
  async #byTemporal(by: Caller): Promise<readonly Check[]> {
    const environments = [...this.#catalog.current.environments.values()].map(checkedOf);
    const { checkup } = this.#gateway;
    try {
      const [temporal, rest] = await Promise.all([checkup.temporal(), checkup.run({ by: by.subject, environments })]);
      return [...temporal, ...rest];
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'temporal.unreachable') throw error;
      return [failed('temporal', 'the API', error.message)];
    }
  }
}

function checkedOf({ name, aws, stacks, cluster, metrics, queues }: Environment): CheckedEnvironment {
  const backends = stacks.map(({ backend: { bucket, lockTable, region } }) => ({ bucket, lockTable, region }));
  const isFirst = (one: (typeof backends)[number], index: number) =>
    backends.findIndex(({ bucket, lockTable }) => bucket === one.bucket && lockTable === one.lockTable) === index;
  return { name, aws, backends: backends.filter(isFirst), cluster, prometheus: metrics.prometheus, queues };
}
