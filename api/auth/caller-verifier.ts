/**
 * A bearer token into a `Caller`, or a refusal. Only configured issuers are believed, each with its own keys,
 * audience and algorithms; whatever a token does not say counts against it (no groups, a machine, no MFA).
 */
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Caller } from '../../domain/caller.ts';
import { type Machine, machineOf } from '../../domain/machine.ts';
import { Problem } from '../http/problem.ts';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts';
import type { IssuerConfig } from './issuers.ts';

export interface CallerVerifier {
  verify(token: string): Promise<Caller>;
}

/** Two machines' clocks, for what lies ahead; nothing outlives the second it was given. */
const clockToleranceSeconds = 5;
/** Longer than any identifier an issuer gives out, short enough for a record. */
const subjectLengthMax = 256;

interface Trust {
  readonly config: IssuerConfig;
  readonly keys: IssuerKeys;
}

/** Subjects of machines that the catalog names; no person's may look like one. */
const machineSubject = /^machine\//;

/** `machines`: the entries of the catalog as they are now. */
export function createCallerVerifier(issuers: readonly IssuerConfig[], machines: () => readonly Machine[]): CallerVerifier {
  const trusted = new Map(issuers.map((config): [string, Trust] => [config.issuer, { config, keys: createIssuerKeys(config) }]));
  return {
    async verify(token) {
      const trust = trusted.get(claimedIssuer(token)) ?? refuse('its issuer is not one of ours');
      const { config } = trust;
      const claims = await provenClaims(token, trust, config.audience);
      return config.kind === 'machine' ? machineCaller(machines(), config.issuer, claims) : callerOf(claims, config);
    },
  };
}

/** What the token says, once its issuer, audience, time and signature are proved. */
async function provenClaims(token: string, { config, keys }: Trust, audience: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys.find, {
      issuer: config.issuer,
      audience,
      algorithms: [...config.algorithms],
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp'],
    });
    // The tolerance is for a clock that is ahead of ours; it must not lengthen a token's life.
    if ((payload.exp ?? 0) <= nowSeconds()) refuse('"exp" claim timestamp check failed');
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw unknownCaller(error.message, error);
    throw error;
  }
}

const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** Read before anything is proved, to choose whose keys must prove it. */
function claimedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return refuse('it is not a JWT');
  }
}

/** A build's token says what it is; who that is, and of which team, is said by the catalog alone. */
function machineCaller(machines: readonly Machine[], issuer: string, claims: JWTPayload): Caller {
  const answer = machineOf(machines, issuer, claims);
  if (answer.kind === 'unknown')
    throw new Problem('machine.unknown', answer.reason, {
      errors: answer.mismatches.map(({ machine, claim, said, expected }) => ({
        field: `token.${claim}`,
        ...(said !== undefined && { value: said }),
        allowed: `${expected.join(' or ')} (${machine})`,
      })),
    });
  const { subject, groups } = answer.machine;
  return { subject, kind: 'machine', groups, mfa: false, authenticatedAt: null };
}

function callerOf(payload: JWTPayload, config: IssuerConfig): Caller {
  return {
    subject: subjectOf(payload, config),
    kind: kindOf(payload, config),
    groups: stringsOf(payload[config.claims.groups]),
    ...authenticationOf(payload, config),
  };
}

function subjectOf(payload: JWTPayload, { claims, subjectPrefix }: IssuerConfig): string {
  const said = payload[claims.subject];
  const subject = typeof said === 'string' && said !== '' ? `${subjectPrefix}${said}` : '';
  if (subject === '' || subject.length > subjectLengthMax || /[^\x20-\x7e]/.test(subject)) refuse('its subject is not a plain identifier');
  if (machineSubject.test(subject)) refuse('its subject begins as those of machines in the catalog do');
  return subject;
}

/** Only people approve, so a token that does not say is a machine's. */
function kindOf(payload: JWTPayload, { kind }: IssuerConfig): Caller['kind'] {
  if (typeof kind === 'string') return kind;
  return payload[kind.claim] === 'human' ? 'human' : 'machine';
}

/** What the issuer's configuration says is proof; a time that has not come yet is none. */
function authenticationOf(payload: JWTPayload, { mfa }: IssuerConfig): Pick<Caller, 'mfa' | 'authenticatedAt'> {
  const { acr } = payload;
  const at = payload[mfa.authTime];
  const isTime = typeof at === 'number' && Number.isSafeInteger(at) && at > 0 && at <= nowSeconds() + clockToleranceSeconds;
  return {
    mfa: stringsOf(payload['amr']).some((method) => mfa.amr.includes(method)) || (typeof acr === 'string' && mfa.acr.includes(acr)),
    authenticatedAt: isTime ? at : null,
  };
}

const stringsOf = (claim: unknown): readonly string[] =>
  Array.isArray(claim) ? claim.filter((item): item is string => typeof item === 'string') : [];

function refuse(because: string): never {
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
