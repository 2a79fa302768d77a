/** Notices that nobody took, for whoever looks after the installation: they are of several teams, or of none. */
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type Caller, installation } from '../../domain/caller.ts';
import type { ActKind } from '../../domain/ledger/acts.ts';
import type { NoticeState } from '../../domain/undelivered.ts';
import { Access } from '../auth/authority.ts';
import { Problem } from '../http/problem.ts';
import { Acts } from '../refusals/acts.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { RELEASES_GATEWAY } from '../tokens.ts';
import type { NoticeFilter, undeliveredPage } from './schemas.ts';

@Injectable()
export class UndeliveredService {
  readonly #gateway: ReleasesGateway;
  readonly #access: Access;
  readonly #acts: Acts;

  constructor(@Inject(RELEASES_GATEWAY) gateway: ReleasesGateway, @Inject(Access) access: Access, @Inject(Acts) acts: Acts) {
    this.#gateway = gateway;
    this.#access = access;
    this.#acts = acts;
  }

  async list({ pageSize, pageToken }: NoticeFilter, by: Caller): Promise<z.infer<typeof undeliveredPage>> {
    await this.#access.require(by, 'notice.read', installation);
    const { notices, nextPageToken } = await this.#gateway.undelivered.list(pageSize, pageToken);
    return { notices: [...notices], nextPageToken };
  }

  async redeliver(id: string, by: Caller): Promise<NoticeState> {
    await this.#access.require(by, 'notice.settle', installation);
    return this.#settled('redelivered a notice', id, by, await this.#gateway.undelivered.redeliver(id));
  }

  async discard(id: string, reason: string, by: Caller): Promise<NoticeState> {
    await this.#access.require(by, 'notice.settle', installation);
    return this.#settled('discarded a notice', id, by, await this.#gateway.undelivered.discard(id, { by, reason }));
  }

  /** What changed nothing is no act. */
  #settled(act: ActKind, id: string, by: Caller, state: NoticeState | null): NoticeState {
    if (state === null)
      throw new Problem('notice.unknown', `no notice ${id} waits to be delivered`, {
        errors: [{ field: 'id', value: id, allowed: 'the id of one that `plimsoll undelivered` lists' }],
      });
    if (state.state !== 'waiting') this.#acts.record(act, by, id, state.because);
    return state;
  }
}
