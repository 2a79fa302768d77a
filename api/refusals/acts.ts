/**
 * What somebody did that belongs to no release, and which catalog and policies answer from when on, goes into the chain
 * of the day. Nothing waits for it: a ledger that is away keeps nobody from stopping a line.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Caller } from '../../domain/caller.ts';
import type { ActKind, DayAct } from '../../domain/ledger/acts.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { LOGGER, RELEASES_GATEWAY } from '../tokens.ts';

@Injectable()
export class Acts {
  readonly #gateway: ReleasesGateway;
  readonly #logger: Logger;
  readonly #inForce = new Map<ActKind, string>();

  constructor(@Inject(RELEASES_GATEWAY) gateway: ReleasesGateway, @Inject(LOGGER) logger: Logger) {
    this.#gateway = gateway;
    this.#logger = logger;
  }

  record(act: ActKind, by: Caller | null, about: string | null, because: string | null, lost: () => void = () => undefined): void {
    const entry: DayAct = { at: new Date().toISOString(), by, act, about, because };
    void this.#gateway.refusals.tell(entry).catch((error: unknown) => {
      this.#logger.error({ err: error, entry }, 'an act is not in the ledger');
      lost();
    });
  }

  /** Once for each change, and once when this process begins: what was in force before it, nobody here knows. */
  seen(act: 'catalog in force' | 'policies in force', revision: string): void {
    if (this.#inForce.get(act) === revision) return;
    this.#inForce.set(act, revision);
    // What could not be told is news again when it is seen next.
    this.record(act, null, revision, null, () => this.#inForce.delete(act));
  }
}
