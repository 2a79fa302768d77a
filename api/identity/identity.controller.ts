/** Who the API takes a caller for, and how people log in. The first is the caller's own; the second is no secret. */
import { Controller, Get, Inject } from '@nestjs/common';
import type { Caller } from '../../domain/caller.ts';
import { By, Open } from '../auth/caller.guard.ts';
import type { Config } from '../config.ts';
import { CONFIG } from '../tokens.ts';
import type { Logins, Me } from './schemas.ts';

@Controller('v1')
export class IdentityController {
  readonly #config: Config;

  constructor(@Inject(CONFIG) config: Config) {
    this.#config = config;
  }

  /** No policy is asked: it says nothing that the token does not. */
  @Get('me')
  me(@By() by: Caller): Me {
    return meOf(by, Date.now());
  }

  @Open()
  @Get('login')
  logins(): Logins {
    return {
      logins: this.#config.issuers.flatMap(({ issuer, login }) =>
        login === undefined ? [] : [{ issuer, ...login, resource: login.resource ?? null, redirectPort: login.redirectPort ?? null }],
      ),
    };
  }
}

function meOf({ subject, kind, groups, mfa, authenticatedAt }: Caller, nowMilliseconds: number): Me {
  return {
    subject,
    kind,
    groups: [...groups],
    mfa,
    authenticatedAt: authenticatedAt === null ? null : new Date(authenticatedAt * 1_000).toISOString(),
    authenticationAgeSeconds: authenticatedAt === null ? null : Math.max(0, Math.floor(nowMilliseconds / 1_000) - authenticatedAt),
  };
}
