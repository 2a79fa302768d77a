/**
 * Refused calls of callers who are known go into the ledger, by day; those of nobody are only counted. The answer
 * does not wait for it: whoever is refused must not be able to make others wait.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Caller } from '../../domain/caller.ts';
import { recordedRefusals } from '../../domain/ledger/refusals.ts';
import type { Problem } from '../http/problem.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { LOGGER, RELEASES_GATEWAY } from '../tokens.ts';

/** Callers in a loop must not fill Temporal's database. Ten times what all people of a company do; the log has the rest. */
const perMinuteMax = 600;
/** One caller in a loop must not keep what others are refused out of the ledger. Nobody is refused twice a second by hand. */
const perCallerMinuteMax = 60;

/** Previews and notices have an `:id`, too. */
const routeOfRelease = /^\/(v1\/)?releases\/:id/;

/** By request, where its address does not say which release it is about. */
const releases = new WeakMap<object, string>();
export const isAbout = (request: FastifyRequest, release: string): void => void releases.set(request.raw, release);

@Injectable()
export class Refusals {
  readonly #gateway: ReleasesGateway;
  readonly #logger: Logger;
  #minute = 0;
  /** In this minute: how many of all, and of whom. */
  #told = 0;
  #toldOf = new Map<string, number>();

  constructor(@Inject(RELEASES_GATEWAY) gateway: ReleasesGateway, @Inject(LOGGER) logger: Logger) {
    this.#gateway = gateway;
    this.#logger = logger;
  }

  record(by: Caller | undefined, { kind, message }: Pick<Problem, 'kind' | 'message'>, request: FastifyRequest): void {
    const refusal = recordedRefusals.find((one) => one === kind);
    if (by === undefined || refusal === undefined) return;
    const { id = null } = (request.params ?? {}) as { readonly id?: string };
    const route = request.routeOptions.url ?? request.url;
    const release = routeOfRelease.test(route) ? id : (releases.get(request.raw) ?? null);
    const refused = { at: new Date().toISOString(), by, call: `${request.method} ${route}`, release, refusal, because: shortened(message) };
    const lost = (why: unknown) => this.#logger.error({ err: why, refused }, 'a refused call is not in the ledger');
    if (this.#isTooMany(by)) lost('more refusals in a minute than are recorded');
    else void this.#gateway.refusals.tell(refused).catch(lost);
  }

  #isTooMany({ subject }: Caller): boolean {
    const minute = Math.floor(Date.now() / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#told = 0;
      this.#toldOf.clear();
    }
    const before = this.#toldOf.get(subject) ?? 0;
    if (this.#told >= perMinuteMax || before >= perCallerMinuteMax) return true;
    this.#told += 1;
    this.#toldOf.set(subject, before + 1);
    return false;
  }
}

/** A statement's difference may name many things; a record is a line. */
const shortened = (text: string): string => (text.length > 500 ? `${text.slice(0, 499)}…` : text);
