/**
 * The login of the page: authorization code with PKCE at the one issuer that is configured for it. What comes back is
 * checked by openid-client (state, nonce, age) and its ID token once more by our own trust, which alone says who
 * somebody is.
 */
import * as oidc from 'openid-client';
import type { Config } from '../config.ts';
import { Problem } from '../http/problem.ts';
import type { PendingLogin } from './session.ts';

export interface PageProvider {
  readonly issuer: string;
  readonly clientId: string;
  /** Where the browser is sent to, and what it has to bring back. */
  begin(
    wanted: Pick<PendingLogin, 'release' | 'decision' | 'maxAgeSeconds'> & { readonly nonce?: string },
  ): Promise<{ readonly address: string; readonly pending: PendingLogin }>;
  /** The ID token; `returned` is the address that the browser came back to. */
  finish(returned: URL, pending: PendingLogin): Promise<string>;
}

/** The provider is asked while somebody waits. */
const timeoutSeconds = 5;

export function createPageProvider({ issuers, publicUrl, page }: Pick<Config, 'issuers' | 'publicUrl' | 'page'>): PageProvider | undefined {
  const config = issuers.find((one) => one.page !== undefined);
  if (config?.page === undefined) return undefined;
  const { issuer } = config;
  const { clientId, scopes, parameters } = config.page;
  const redirect = `${publicUrl}/login/callback`;
  const client = () => connect(issuer, clientId, page?.clientSecret ?? undefined);
  return {
    issuer,
    clientId,
    async begin({ release, decision, maxAgeSeconds, nonce }) {
      const pending: PendingLogin = {
        state: oidc.randomState(),
        codeVerifier: oidc.randomPKCECodeVerifier(),
        nonce: nonce ?? oidc.randomNonce(),
        maxAgeSeconds,
        release,
        decision,
      };
      const address = oidc.buildAuthorizationUrl(await client(), {
        ...parameters,
        redirect_uri: redirect,
        scope: scopes.join(' '),
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
        code_challenge_method: 'S256',
        ...(maxAgeSeconds !== null && { max_age: String(maxAgeSeconds) }),
      });
      return { address: address.href, pending };
    },
    async finish(returned, { state, codeVerifier, nonce, maxAgeSeconds }) {
      // Behind a proxy we are known by another name than the one we listen on.
      const address = new URL(redirect);
      address.search = returned.search;
      const tokens = await oidc
        .authorizationCodeGrant(await client(), address, {
          pkceCodeVerifier: codeVerifier,
          expectedState: state,
          expectedNonce: nonce,
          ...(maxAgeSeconds !== null && { maxAge: maxAgeSeconds }),
        })
        .catch((error: unknown) => {
          throw refusalOf(issuer, error);
        });
      return tokens.id_token ?? '';
    },
  };
}

async function connect(issuer: string, clientId: string, secret: string | undefined): Promise<oidc.Configuration> {
  const address = new URL(issuer);
  // Configuration lets through http for loopback addresses alone.
  const execute = address.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  const authentication = secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret);
  try {
    return await oidc.discovery(address, clientId, undefined, authentication, { execute, timeout: timeoutSeconds });
  } catch (error) {
    throw new Problem('issuer.unreachable', `${issuer} could not be asked where to log in`, { cause: error });
  }
}

/** Its own "no" is told; a login that does not fit what we began is nobody's. */
function refusalOf(issuer: string, error: unknown): Problem {
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError)
    return new Problem('caller.unknown', `${issuer} said no: ${error.error_description ?? error.error}`, { cause: error });
  if (error instanceof oidc.ClientError) return new Problem('caller.unknown', `the login does not fit: ${error.message}`, { cause: error });
  return new Problem('issuer.unreachable', `${issuer} could not be asked`, { cause: error });
}
