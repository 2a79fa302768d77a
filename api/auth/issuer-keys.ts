/**
 * The keys of one issuer, found by its discovery document or at an address of its own. An issuer that does not
 * answer is believed by its last good keys for a stated time, and not a second longer: a key that was withdrawn
 * meanwhile would sign for ever. A key we have never seen is looked for; while nobody answers, it is neither
 * believed nor refused.
 */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type ExportedJWKSCache,
  errors,
  type FlattenedJWSInput,
  type JWKSCacheInput,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose';
import { z } from 'zod';
import { Problem } from '../http/problem.ts';
import { type IssuerConfig, isSafeAddress } from './issuers.ts';

/** Discovery and keys together: somebody waits for an answer meanwhile. Milliseconds, where neither machine is busy. */
const timeoutMs = 5_000;
/** Keys are read again this often, so that a withdrawn one is gone within minutes. */
const readAgainAfterMs = 600_000;
/** Between two looks for a key that nobody knows, and between two tries of an issuer that does not answer. */
const pauseMs = 30_000;
/** The same while no key was ever read: nobody is served until then, and an issuer may only just be starting. */
const firstPauseMs = 1_000;

export type KeysConfig = Pick<IssuerConfig, 'issuer' | 'jwksUri' | 'keepKeysSeconds'>;

export interface IssuerKeys {
  readonly find: JWTVerifyGetKey;
}

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

export function createIssuerKeys(config: KeysConfig): IssuerKeys {
  // The library writes here what it has read, and when.
  const cache: JWKSCacheInput = {};
  const remote = createRemoteJWKSet(new URL(config.jwksUri ?? config.issuer), {
    timeoutDuration: timeoutMs,
    cacheMaxAge: readAgainAfterMs,
    cooldownDuration: pauseMs,
    [jwksCache]: cache,
    [customFetch]: async (_: string, options: RequestInit) => fetch(await addressOf(config, options), options),
  });
  let failedAt: number | undefined;
  const mayAsk = () => failedAt === undefined || Date.now() >= failedAt + (cache.uat === undefined ? firstPauseMs : pauseMs);
  const keptKeys = (cause: unknown) => {
    const { jwks, uat = 0 }: Partial<ExportedJWKSCache> = cache;
    if (jwks === undefined || Date.now() > uat + config.keepKeysSeconds * 1_000) throw unreachable(config, cause);
    return createLocalJWKSet(jwks);
  };
  const findKept = async (header: JWTHeaderParameters, token: FlattenedJWSInput, cause?: unknown) => {
    try {
      return await keptKeys(cause)(header, token);
    } catch (error) {
      // A key that is not among them may have been published since: only the issuer could say.
      throw error instanceof errors.JWKSMultipleMatchingKeys ? error : unreachable(config, error);
    }
  };
  return {
    async find(header, token) {
      if (!mayAsk()) return findKept(header, token);
      try {
        const key = await remote(header, token);
        failedAt = undefined;
        return key;
      } catch (error) {
        if (isAboutTheToken(error)) throw error;
        failedAt = Date.now();
        return findKept(header, token, error);
      }
    },
  };
}

/** A key that is not in the set is a bad token; a set that cannot be had is not. */
const isAboutTheToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys || error instanceof errors.JOSENotSupported;

/** Asked each time keys are read, which is seldom: an issuer may move its keys. */
async function addressOf({ issuer, jwksUri }: KeysConfig, options: RequestInit): Promise<string> {
  if (jwksUri !== undefined) return jwksUri;
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: options.signal ?? null,
    redirect: 'error',
  });
  if (!response.ok) throw new Error(`discovery of ${issuer} answered ${response.status}`);
  const found = discovery.parse(await response.json());
  // Whoever answers for another name could hand us another's keys (OpenID Connect Discovery 4.3).
  if (found.issuer !== issuer) throw new Error(`${issuer} says that it is ${found.issuer}: the two have to be the same to the letter`);
  if (!isSafeAddress(found.jwks_uri)) throw new Error(`the keys of ${issuer} are at ${found.jwks_uri}, which is not https`);
  return found.jwks_uri;
}

const unreachable = ({ issuer, keepKeysSeconds }: KeysConfig, cause: unknown): Problem =>
  new Problem(
    'issuer.unreachable',
    `the keys of ${issuer} could not be read, and those read before are unknown or older than ${keepKeysSeconds} s`,
    { cause },
  );
