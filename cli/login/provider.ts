/**
 * The identity provider, as an OpenID client that keeps no secret: authorization code with PKCE in a browser that
 * comes back to this machine, the device flow where there is no browser, refresh and revocation. The protocol and
 * its checks (state, nonce, issuer, signature of the ID token, age of the authentication) are openid-client's.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import type { Logins } from '../client/generated/index.ts';
import { CliError, exitCodes } from '../errors.ts';
import type { Login } from './store.ts';

export type LoginWay = Logins['logins'][number];

/** What is asked of the provider besides who it is. */
export interface Wanted {
  /** At most so long ago; 0 asks for the factors again. */
  readonly maxAgeSeconds?: number | undefined;
  readonly acrValues?: string | undefined;
  /** Comes back inside the signed ID token. */
  readonly nonce?: string | undefined;
}

export interface Screen {
  tell(text: string): void;
  /** Opens an address for the person; it may fail, since the address is told too. */
  open(url: string): Promise<void>;
}

/** A person has to find a phone, at most. */
const patienceMs = 300_000;
/** The provider is asked while somebody waits. */
const timeoutSeconds = 10;
/** A token that ends on its way is no use. */
const earlySeconds = 30;

export async function connectTo(way: Pick<LoginWay, 'issuer' | 'clientId'>): Promise<oidc.Configuration> {
  const issuer = new URL(way.issuer);
  // The API says so of loopback addresses alone; everything else has https.
  const execute = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  try {
    const config = await oidc.discovery(issuer, way.clientId, undefined, oidc.None(), { execute, timeout: timeoutSeconds });
    // The token is kept as proof of a decision: its signature counts, whatever channel it came by.
    oidc.enableNonRepudiationChecks(config);
    return config;
  } catch (error) {
    throw providerError(way.issuer, error);
  }
}

export async function loginInBrowser(config: oidc.Configuration, way: LoginWay, wanted: Wanted, screen: Screen): Promise<Login> {
  const [pkceCodeVerifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), wanted.nonce ?? oidc.randomNonce()];
  const callback = await listen(way.redirectPort ?? 0);
  try {
    const redirect = `http://127.0.0.1:${callback.port}/callback`;
    const address = oidc.buildAuthorizationUrl(config, {
      ...way.parameters,
      ...resourceOf(way),
      redirect_uri: redirect,
      scope: way.scopes.join(' '),
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...(wanted.maxAgeSeconds !== undefined && { max_age: String(wanted.maxAgeSeconds) }),
      ...(wanted.acrValues !== undefined && { acr_values: wanted.acrValues }),
    });
    screen.tell(`log in at ${address.href}\n`);
    await screen.open(address.href).catch(() => undefined);
    const returned = await callback.returned;
    const tokens = await oidc
      .authorizationCodeGrant(
        config,
        new URL(returned, redirect),
        {
          pkceCodeVerifier,
          expectedState: state,
          expectedNonce: nonce,
          ...(wanted.maxAgeSeconds !== undefined && { maxAge: wanted.maxAgeSeconds }),
        },
        resourceOf(way),
      )
      .catch((error: unknown) => {
        throw providerError(way.issuer, error);
      });
    return loginOf({ ...way, browser: true }, tokens);
  } finally {
    callback.close();
  }
}

export async function loginByDevice(config: oidc.Configuration, way: LoginWay, wanted: Wanted, screen: Screen): Promise<Login> {
  try {
    const device = await oidc.initiateDeviceAuthorization(config, {
      ...way.parameters,
      ...resourceOf(way),
      scope: way.scopes.join(' '),
      ...(wanted.maxAgeSeconds !== undefined && { max_age: String(wanted.maxAgeSeconds) }),
      ...(wanted.acrValues !== undefined && { acr_values: wanted.acrValues }),
    });
    screen.tell(`on any device, open ${device.verification_uri} and enter ${device.user_code}\n`);
    return loginOf({ ...way, browser: false }, await oidc.pollDeviceAuthorizationGrant(config, device, resourceOf(way)));
  } catch (error) {
    throw providerError(way.issuer, error);
  }
}

/** `undefined`: the provider has ended this login. */
export async function refresh(login: Login): Promise<Login | undefined> {
  if (login.refreshToken === null) return undefined;
  const config = await connectTo(login);
  try {
    const tokens = await oidc.refreshTokenGrant(config, login.refreshToken, resourceOf(login));
    return loginOf(login, tokens, login);
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError && error.error === 'invalid_grant') return undefined;
    throw providerError(login.issuer, error);
  }
}

/** Ends the login at the provider; one that has no such endpoint forgets it when it expires. */
export async function revoke(login: Login): Promise<void> {
  const config = await connectTo(login);
  if (config.serverMetadata().revocation_endpoint === undefined) return;
  await oidc.tokenRevocation(config, login.refreshToken ?? login.accessToken).catch((error: unknown) => {
    throw providerError(login.issuer, error);
  });
}

export const endsSoon = ({ expiresAt }: Login, nowSeconds: number): boolean => expiresAt - earlySeconds <= nowSeconds;

const resourceOf = ({ resource }: { readonly resource: string | null }): Record<string, string> => (resource === null ? {} : { resource });

type Way = Pick<Login, 'issuer' | 'clientId' | 'bearer' | 'resource' | 'browser'>;

/** `before`: what a provider leaves out of a refresh stays as it was. */
function loginOf(way: Way, tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers, before?: Login): Login {
  const idToken = tokens.id_token ?? before?.idToken;
  if (idToken === undefined) throw new CliError(exitCodes.refused, `${way.issuer} gave no ID token: its client needs the scope openid`);
  const seconds = tokens.expiresIn() ?? 0;
  const now = Math.floor(Date.now() / 1_000);
  return {
    issuer: way.issuer,
    clientId: way.clientId,
    bearer: way.bearer,
    resource: way.resource,
    browser: way.browser,
    accessToken: tokens.access_token,
    idToken,
    refreshToken: tokens.refresh_token ?? before?.refreshToken ?? null,
    expiresAt: way.bearer === 'id' ? (tokens.claims()?.exp ?? now) : now + seconds,
  };
}

/** The browser comes back here once, on an address that nobody else can reach. */
async function listen(port: number): Promise<{ readonly port: number; readonly returned: Promise<string>; close(): void }> {
  const { promise: returned, resolve, reject } = Promise.withResolvers<string>();
  const server: Server = createServer((request, response) => {
    const isCallback = request.url?.startsWith('/callback?') === true;
    response
      .writeHead(isCallback ? 200 : 404, { 'content-type': 'text/plain', 'cache-control': 'no-store', connection: 'close' })
      .end(isCallback ? 'Plimsoll has heard from your provider: this page can be closed.\n' : 'Nothing is here.\n');
    if (isCallback) resolve(request.url ?? '');
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  }).catch((error: unknown) => {
    throw new CliError(exitCodes.unreachable, `the browser could not come back to port ${port}: ${messageOf(error)}; --device needs none`);
  });
  const timer = setTimeout(
    () =>
      reject(new CliError(exitCodes.refused, `nobody logged in within ${patienceMs / 60_000} minutes; --device logs in on another device`)),
    patienceMs,
  );
  return {
    port: (server.address() as AddressInfo).port,
    returned,
    close() {
      clearTimeout(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The provider's own "no" is told as it said it; everything else is a provider that could not be asked. */
function providerError(issuer: string, error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError) {
    const why = error.error_description === undefined ? error.error : `${error.error}: ${error.error_description}`;
    return new CliError(exitCodes.refused, `${issuer} said no: ${why}`);
  }
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return new CliError(exitCodes.unreachable, `${issuer} could not be asked: ${messageOf(error)}${cause}`);
}
