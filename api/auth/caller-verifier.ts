/**
 * A bearer token into a `Caller`, or a refusal. Only configured issuers are believed, each with its own keys,
 * audience and algorithms; whatever a token does not say counts against it (no groups, a machine, no MFA).
 */
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Caller } from '../../domain/caller.ts';
import type { IssuerConfig } from '../config.ts';
import { Problem } from '../http/problem.ts';

export interface CallerVerifier {
  verify(token: string): Promise<Caller>;
}

/** Two machines' clocks; more would stretch every token's life. */
const clockToleranceSeconds = 5;
/** The issuer is asked while somebody waits for an answer. */
const keysTimeoutMs = 2_000;
/** Longer than any identifier an issuer gives out, short enough for a record. */
const subjectLengthMax = 256;

interface Trust {
  readonly config: IssuerConfig;
  readonly keys: JWTVerifyGetKey;
}

export function createCallerVerifier(issuers: readonly IssuerConfig[]): CallerVerifier {
  const trusted = new Map(
    issuers.map((config): [string, Trust] => {
      const uri = config.jwksUri ?? `${config.issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
      return [config.issuer, { config, keys: createRemoteJWKSet(new URL(uri), { timeoutDuration: keysTimeoutMs }) }];
    }),
  );
  return {
    async verify(token) {
      const { config, keys } = trusted.get(claimedIssuer(token)) ?? refuse('its issuer is not one of ours');
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: config.issuer,
          audience: config.audience,
          algorithms: [...config.algorithms],
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ['sub', 'exp'],
        });
        return callerOf(payload, config);
      } catch (error) {
        if (error instanceof Problem) throw error;
        throw isRefusal(error)
          ? unknownCaller(error.message, error)
          : new Problem('issuer.unreachable', `the keys of ${config.issuer} could not be read`, { cause: error });
      }
    },
  };
}

/** Read before anything is proved, to choose whose keys must prove it. */
function claimedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return refuse('it is not a JWT');
  }
}

/** A key that is not in the set is a bad token; a set that cannot be had is not. */
const isRefusal = (error: unknown): error is errors.JOSEError =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';

function callerOf(payload: JWTPayload, config: IssuerConfig): Caller {
  const subject = payload.sub ?? '';
  if (subject === '' || subject.length > subjectLengthMax || /[^\x20-\x7e]/.test(subject)) refuse('its subject is not a plain identifier');
  const methods = stringsOf(payload['amr']);
  const authenticatedAt = payload['auth_time'];
  return {
    subject,
    kind: kindOf(payload, config),
    groups: stringsOf(payload[config.groupsClaim]),
    mfa: methods.some((method) => config.mfaMethods.includes(method)),
    authenticatedAt: typeof authenticatedAt === 'number' ? authenticatedAt : null,
  };
}

/** Only people approve, so a token that does not say is a machine's. */
function kindOf(payload: JWTPayload, { kind }: IssuerConfig): Caller['kind'] {
  if (typeof kind === 'string') return kind;
  return payload[kind.claim] === 'human' ? 'human' : 'machine';
}

const stringsOf = (claim: unknown): readonly string[] =>
  Array.isArray(claim) ? claim.filter((item): item is string => typeof item === 'string') : [];

function refuse(because: string): never {
  throw unknownCaller(because);
}

export function unknownCaller(because: string, cause?: unknown): Problem {
  // RFC 6750: the description holds neither quotes nor line breaks.
  const description = because.replace(/[^\x20-\x7e]|["\\]/g, "'");
  return new Problem('caller.unknown', `the token is not accepted: ${because}`, {
    headers: { 'www-authenticate': `Bearer realm="plimsoll", error="invalid_token", error_description="${description}"` },
    cause,
  });
}
