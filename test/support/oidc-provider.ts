/**
 * A real OpenID provider (the npm package `oidc-provider`) on 127.0.0.1, and a browser of a person without hands:
 * it follows redirects with cookies, and whoever is `provider.person` has logged in wherever a login is asked for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { type Configuration, Provider } from 'oidc-provider';

export interface Person {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly amr: readonly string[];
}

export interface TestProvider {
  readonly url: string;
  /** Who sits before the browser. */
  person: Person;
  /** What it was asked, by path. */
  readonly asked: string[];
  /** How long an access token lasts. */
  accessTokenSeconds: number;
  /** Whether somebody had to log in, or was known. */
  logins: number;
  close(): Promise<void>;
}

export const cliClient = 'plimsoll-cli';
export const pageClient = 'plimsoll-page';
export const apiResource = 'https://plimsoll.example.com';

/** `pages`: where the page's login comes back to. */
export async function startProvider(pages: readonly string[] = []): Promise<TestProvider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const world: TestProvider = {
    url,
    person: { subject: 'ana', groups: ['risk', 'sre'], amr: ['pwd', 'mfa'] },
    asked: [],
    accessTokenSeconds: 600,
    logins: 0,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  const jwk = { ...(await exportJWK(privateKey)), kid: 'provider-1', use: 'sig', alg: 'RS256' };
  const provider = new Provider(url, configuration(world, jwk, pages));
  provider.use(async (context, next) => {
    await next();
    // How often a device may ask (RFC 8628): every five seconds, where a provider says nothing.
    if (context.oidc?.route === 'device_authorization' && context.status === 200)
      context.body = { ...(context.body as object), interval: 1 };
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    const path = new URL(request.url ?? '/', url).pathname;
    world.asked.push(path);
    if (path.startsWith('/interaction/')) void logIn(provider, world, request, response);
    else void answer(request, response);
  });
  return world;
}

function configuration(world: TestProvider, jwk: object, pages: readonly string[]): Configuration {
  // What is said of a person does not change after they logged in, whoever sits there now.
  const people = new Map<string, Person>();
  const personOf = (subject: string): Person => {
    const known = people.get(subject) ?? world.person;
    people.set(subject, known);
    return known;
  };
  return {
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: cliClient,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        require_auth_time: true,
      },
      {
        client_id: pageClient,
        token_endpoint_auth_method: 'none',
        redirect_uris: [...pages],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        require_auth_time: true,
      },
    ].filter(({ redirect_uris }) => redirect_uris.length > 0) as never,
    cookies: { keys: ['of a test'] },
    claims: { openid: ['sub', 'groups', 'amr'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: 'openid', audience: 'plimsoll', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
      },
    },
    ttl: {
      AccessToken: () => world.accessTokenSeconds,
      RefreshToken: 3600,
      Session: 3600,
      Grant: 3600,
      Interaction: 60,
      IdToken: 600,
      DeviceCode: 60,
    },
    rotateRefreshToken: true,
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, subject) => ({
      accountId: subject,
      claims: () => ({ sub: subject, groups: [...personOf(subject).groups], amr: [...personOf(subject).amr] }),
    }),
    extraTokenClaims: (context, token) => {
      const { accountId } = token as { readonly accountId?: string };
      if (accountId === undefined) return undefined;
      const { AuthorizationCode, DeviceCode, RefreshToken } = context.oidc.entities;
      const { groups, amr } = personOf(accountId);
      return { groups: [...groups], amr: [...amr], auth_time: (AuthorizationCode ?? DeviceCode ?? RefreshToken)?.authTime };
    },
    // Ours are clients of the house: nobody is asked whether they may.
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid offline_access');
      grant.addResourceScope(apiResource, 'openid');
      await grant.save();
      return grant;
    },
  };
}

async function logIn(provider: Provider, world: TestProvider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') world.logins += 1;
  const { subject, amr } = world.person;
  const result = prompt.name === 'login' ? { login: { accountId: subject, amr: [...amr] } } : { consent: {} };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

/** Follows an address to its end, as a browser that keeps cookies does; the answer is the last page. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Nobody is known to this host any more. */
  forget(host: string): void {
    this.#cookies.delete(host);
  }

  readonly open = async (address: string): Promise<void> => void (await this.visit(address));

  async visit(address: string, init: RequestInit = {}): Promise<Response & { readonly at: string }> {
    let at = address;
    let next: RequestInit = init;
    for (let hop = 0; hop < 20; hop += 1) {
      const response = await this.#ask(at, next);
      const location = response.headers.get('location');
      if (location === null) return Object.assign(response, { at });
      await response.body?.cancel();
      at = new URL(location, at).href;
      next = {};
    }
    throw new Error(`${address} goes round in circles`);
  }

  async #ask(address: string, init: RequestInit): Promise<Response> {
    const { host } = new URL(address);
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as Record<string, string>), ...(cookie !== '' && { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const gone = /expires=Thu, 01 Jan 1970|max-age=0/i.test(line);
      if (gone) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
}
