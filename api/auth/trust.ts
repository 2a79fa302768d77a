/**
 * Tokens of the issuers that are believed: each proved by its issuer's own keys, audience and algorithms. Whose
 * keys must prove it is read before anything is proved; nothing else is.
 */
import { decodeJwt, errors, type exportJWK, type JWTPayload, jwtVerify } from 'jose';
import { Problem } from '../http/problem.ts';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts';
import type { IssuerConfig } from './issuers.ts';

export interface Proven {
  readonly config: IssuerConfig;
  readonly claims: JWTPayload;
  /** The public key that verified it. */
  readonly key: Parameters<typeof exportJWK>[0];
}

export interface Trust {
  /** `audiencesOf`: what a token of this issuer may be for; none refuses every one of its tokens. */
  prove(token: string, audiencesOf: (config: IssuerConfig) => readonly string[]): Promise<Proven>;
}

/** Two machines' clocks, for what lies ahead; nothing outlives the second it was given. */
export const clockToleranceSeconds = 5;

export const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

export function createTrust(issuers: readonly IssuerConfig[]): Trust {
  const trusted = new Map(issuers.map((config) => [config.issuer, { config, keys: createIssuerKeys(config) }] as const));
  return {
    async prove(token, audiencesOf) {
      const { config, keys } = trusted.get(claimedIssuer(token)) ?? refuse('its issuer is not one of ours');
      return { config, ...(await verified(token, config, keys, audiencesOf(config))) };
    },
  };
}

async function verified(token: string, { issuer, algorithms }: IssuerConfig, keys: IssuerKeys, audience: readonly string[]) {
  try {
    const { payload, key } = await jwtVerify(token, keys.find, {
      issuer,
      audience: [...audience],
      algorithms: [...algorithms],
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp'],
    });
    // The tolerance is for a clock that is ahead of ours; it must not lengthen a token's life.
    if ((payload.exp ?? 0) <= nowSeconds()) refuse('"exp" claim timestamp check failed');
    return { claims: payload, key };
  } catch (error) {
    if (error instanceof errors.JOSEError) throw unknownCaller(error.message, error);
    throw error;
  }
}

function claimedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return refuse('it is not a JWT');
  }
}

/** The token as a value of a domain: who it names, by what its issuer calls that. */
export function subjectOf(payload: JWTPayload, { claims, subjectPrefix }: IssuerConfig): string {
  const said = payload[claims.subject];
  const subject = typeof said === 'string' && said !== '' ? `${subjectPrefix}${said}` : '';
  if (subject === '' || subject.length > subjectLengthMax || /[^\x20-\x7e]/.test(subject)) refuse('its subject is not a plain identifier');
  if (machineSubject.test(subject)) refuse('its subject begins as those of machines in the catalog do');
  return subject;
}

/** Longer than any identifier an issuer gives out, short enough for a record. */
const subjectLengthMax = 256;
/** Subjects of machines that the catalog names; no person's may look like one. */
const machineSubject = /^machine\//;

/** What the issuer's configuration says is proof; a time that has not come yet is none. */
export function authenticationOf(
  payload: JWTPayload,
  { mfa }: IssuerConfig,
): { readonly mfa: boolean; readonly authenticatedAt: number | null } {
  const { acr } = payload;
  const at = payload[mfa.authTime];
  const isTime = typeof at === 'number' && Number.isSafeInteger(at) && at > 0 && at <= nowSeconds() + clockToleranceSeconds;
  return {
    mfa: stringsOf(payload['amr']).some((method) => mfa.amr.includes(method)) || (typeof acr === 'string' && mfa.acr.includes(acr)),
    authenticatedAt: isTime ? at : null,
  };
}

export const stringsOf = (claim: unknown): readonly string[] =>
  Array.isArray(claim) ? claim.filter((item): item is string => typeof item === 'string') : [];

export function refuse(because: string): never {
  throw unknownCaller(because);
}

function unknownCaller(because: string, cause?: unknown): Problem {
  // RFC 6750: the description holds neither quotes nor line breaks.
  const description = because.replace(/[^\x20-\x7e]|["\\]/g, "'");
  return new Problem('caller.unknown', `the token is not accepted: ${because}`, {
    headers: { 'www-authenticate': `Bearer realm="plimsoll", error="invalid_token", error_description="${description}"` },
    cause,
  });
}
