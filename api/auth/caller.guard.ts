/** Nobody passes without a token, except where a route says `@Open()`: health, the OpenAPI document and its page. */
import {
  type CanActivate,
  type CustomDecorator,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { invariant } from '../../domain/assert.ts';
import type { Caller } from '../../domain/caller.ts';
import { Problem } from '../http/problem.ts';
import { VERIFIER } from '../tokens.ts';
import type { CallerVerifier } from './caller-verifier.ts';

const OPEN = 'plimsoll:open';
export const Open = (): CustomDecorator => SetMetadata(OPEN, true);

const callers = new WeakMap<object, Caller>();

/** Who asks, as the guard proved it. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  invariant(caller !== undefined, 'a route with a caller is guarded');
  return caller;
});

export const callerOf = (request: FastifyRequest): Caller | undefined => callers.get(request.raw);

/** Whom a token has proved, or the session of a page. */
export const knownAs = (request: FastifyRequest, caller: Caller): void => void callers.set(request.raw, caller);

@Injectable()
export class CallerGuard implements CanActivate {
  readonly #verifier: CallerVerifier;
  readonly #reflector: Reflector;

  constructor(@Inject(VERIFIER) verifier: CallerVerifier, @Inject(Reflector) reflector: Reflector) {
    this.#verifier = verifier;
    this.#reflector = reflector;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.#reflector.getAllAndOverride<boolean | undefined>(OPEN, [context.getHandler(), context.getClass()]) === true) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined)
      throw new Problem('caller.unknown', 'no bearer token came with the request', {
        headers: { 'www-authenticate': 'Bearer realm="plimsoll"' },
      });
    knownAs(request, await this.#verifier.verify(token));
    return true;
  }
}
