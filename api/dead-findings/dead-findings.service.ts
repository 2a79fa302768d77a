/** The dead-letter queue of findings, seen by a worker that may read it: the API has no rights in AWS for that. */
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, installation } from '../../domain/caller.ts';
import type { DeadFindings } from '../../domain/threats/dead.ts';
import { Access } from '../auth/authority.ts';
import { Acts } from '../refusals/acts.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { RELEASES_GATEWAY } from '../tokens.ts';

@Injectable()
export class DeadFindingsService {
  readonly #gateway: ReleasesGateway;
  readonly #access: Access;
  readonly #acts: Acts;

  constructor(@Inject(RELEASES_GATEWAY) gateway: ReleasesGateway, @Inject(Access) access: Access, @Inject(Acts) acts: Acts) {
    this.#gateway = gateway;
    this.#access = access;
    this.#acts = acts;
  }

  /** Whoever reads what notices told nobody reads which findings did. */
  async list(by: Caller): Promise<DeadFindings> {
    await this.#access.require(by, 'notice.read', installation);
    return await this.#gateway.deadFindings.look({ tell: false });
  }

  async redeliver(by: Caller): Promise<DeadFindings> {
    await this.#access.require(by, 'notice.settle', installation);
    const found = await this.#gateway.deadFindings.look({ tell: true });
    for (const { finding, told } of found.messages)
      if (told && finding !== null) this.#acts.record('told a dead finding', by, finding.id, null);
    return found;
  }
}
