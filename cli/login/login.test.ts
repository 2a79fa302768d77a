/** Logging in at a real OpenID provider over HTTP, and the real API behind it; the browser alone is played. */
import { mkdtempSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Problem } from '../../api/http/problem.ts';
import type { Caller } from '../../domain/caller.ts';
import type { DecisionProof } from '../../domain/proof.ts';
import { startIssuer as startLocalIssuer } from '../../infra/local/issuer/issuer.ts';
import { type ApiWorld, releaseBody, someDigest, startApi } from '../../test/support/api-world.ts';
import { apiResource, Browser, cliClient, startProvider, type TestProvider } from '../../test/support/oidc-provider.ts';
import { terminalOf } from '../../test/support/plimsoll.ts';
import { run } from '../program.ts';
import type { Login } from './store.ts';

let provider: TestProvider;
let world: ApiWorld;
let home: string;
let browser: Browser;

beforeAll(async () => {
  provider = await startProvider();
  world = await startApi({}, [
    {
      issuer: provider.url,
      audience: 'plimsoll',
      kind: 'human',
      login: { clientId: cliClient, resource: apiResource, parameters: { prompt: 'consent' } },
    },
  ]);
});
afterAll(async () => {
  await world.close();
  await provider.close();
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plimsoll-login-'));
  browser = new Browser();
  world.policy = () => true;
  provider.person = { subject: 'ana', groups: ['risk', 'sre'], amr: ['pwd', 'mfa'] };
  provider.accessTokenSeconds = 600;
});
afterEach(() => {
  vi.useRealTimers();
});

interface Options {
  readonly env?: Record<string, string>;
  readonly answer?: string;
  readonly openBrowser?: (url: string) => Promise<void>;
}

/** `said` grows while it runs. */
function begin(words: readonly string[], { env, answer, openBrowser = browser.open }: Options = {}) {
  const { said, terminal } = terminalOf(answer);
  return { said, code: run(words, { env: { PLIMSOLL_API_URL: world.url, HOME: home, ...env }, terminal, openBrowser }) };
}

async function plimsoll(words: readonly string[], options: Options = {}) {
  const { said, code } = begin(words, options);
  return { code: await code, ...said };
}

const file = () => join(home, '.local/state/plimsoll/logins.json');
const kept = () => (JSON.parse(readFileSync(file(), 'utf8')) as Record<string, Login>)[world.url] as Login;
const change = (login: Partial<Login>) => writeFileSync(file(), JSON.stringify({ [world.url]: { ...kept(), ...login } }));

describe('logging in', () => {
  test('in a browser makes one known to the API, and the tokens are for their owner alone', async () => {
    const { code, out, err } = await plimsoll(['login']);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^ana, a person\ngroups +risk, sre\nsecond factor +shown, authenticated \d s ago\n$/),
    ]);
    expect(err).toContain(`log in at ${provider.url}/auth?`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(kept()).toMatchObject({ issuer: provider.url, refreshToken: expect.any(String), idToken: expect.stringMatching(/^ey/) });
    expect((await plimsoll(['list'])).code).toBe(0);
    expect(JSON.parse((await plimsoll(['whoami', '--json'])).out)).toMatchObject({ subject: 'ana', kind: 'human', mfa: true });
  });

  test('proves no second factor that was not shown', async () => {
    provider.person = { subject: 'ben', groups: [], amr: ['pwd'] };
    expect((await plimsoll(['login'])).out).toMatch(/^ben, a person\ngroups +none\nsecond factor +not shown/);
  });

  test('on another device needs no browser here', async () => {
    const openBrowser = vi.fn<(url: string) => Promise<void>>(async () => undefined);
    const { said, code } = begin(['login', '--device'], { openBrowser });
    await expect.poll(() => said.err).toMatch(/enter [A-Z]{4}-[A-Z]{4}/);
    const [, address = '', userCode = ''] = /open (\S+) and enter (\S+)/.exec(said.err) ?? [];
    // The person's own device: enters the code, confirms it, logs in.
    const other = new Browser();
    const submit = async (page: Response, fields: Record<string, string>) => {
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(await page.text()) ?? [];
      return other.visit(address, { method: 'POST', body: new URLSearchParams({ xsrf, user_code: userCode, ...fields }) });
    };
    await submit(await submit(await other.visit(address), {}), { confirm: 'yes' });
    expect([await code, said.out]).toEqual([0, expect.stringContaining('ana, a person')]);
    expect(openBrowser).not.toHaveBeenCalled();
  });

  test('that the provider refuses is told in its words', async () => {
    const refused = await plimsoll(['login'], {
      openBrowser: async (address) => {
        const url = new URL(address);
        const back = new URL(url.searchParams.get('redirect_uri') ?? '');
        back.search = new URLSearchParams({
          error: 'access_denied',
          error_description: 'not today',
          state: url.searchParams.get('state') ?? '',
          iss: provider.url,
        }).toString();
        await fetch(back);
      },
    });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining(`${provider.url} said no: access_denied: not today`) });
  });

  test('is not fooled by an answer that nobody asked for', async () => {
    const fooled = await plimsoll(['login'], {
      openBrowser: async (address) => {
        const back = new URL(new URL(address).searchParams.get('redirect_uri') ?? '');
        expect((await fetch(new URL('/', back))).status).toBe(404);
        back.search = new URLSearchParams({ code: 'stolen', state: 'of somebody else', iss: provider.url }).toString();
        await fetch(back);
      },
    });
    expect(fooled.code).toBe(3);
    expect(fooled.err).toContain('"state"');
  });

  test('where nobody can log in, or the provider is away, says so', async () => {
    const closed = await startApi();
    expect(await plimsoll(['login'], { env: { PLIMSOLL_API_URL: closed.url } })).toMatchObject({
      code: 1,
      err: expect.stringContaining('no issuer that people log in at'),
    });
    await closed.close();
    expect(await plimsoll(['login', '--issuer', 'https://else.example.com'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`one of ${provider.url}`),
    });
    const away = await startApi({}, [{ issuer: 'http://127.0.0.1:1', audience: 'plimsoll', kind: 'human', login: { clientId: 'x' } }]);
    expect(await plimsoll(['login'], { env: { PLIMSOLL_API_URL: away.url } })).toMatchObject({
      code: 3,
      err: expect.stringContaining('http://127.0.0.1:1 could not be asked'),
    });
    await away.close();
  });
});

describe('a login', () => {
  test('is refreshed on its own before it ends, once for many commands', async () => {
    provider.accessTokenSeconds = 20;
    await plimsoll(['login']);
    const before = kept();
    provider.accessTokenSeconds = 600;
    provider.asked.length = 0;
    expect((await Promise.all([plimsoll(['list']), plimsoll(['list']), plimsoll(['whoami'])])).map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(provider.asked.filter((path) => path === '/token')).toHaveLength(1);
    expect(kept().accessToken).not.toBe(before.accessToken);
    expect(kept().refreshToken).not.toBe(before.refreshToken);
  });

  test('that the provider has ended is over, and says what to do', async () => {
    await plimsoll(['login']);
    change({ expiresAt: 0, refreshToken: 'ended' });
    expect(await plimsoll(['list'])).toMatchObject({ code: 1, err: expect.stringContaining('the login has ended: `plimsoll login`') });
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({});
    expect((await plimsoll(['list'])).code).toBe(1);
  });

  test('waits for another process that refreshes it, and not for one that was killed meanwhile', async () => {
    await plimsoll(['login']);
    change({ expiresAt: 0 });
    writeFileSync(`${file()}.lock`, '');
    utimesSync(`${file()}.lock`, 1, 1);
    expect((await plimsoll(['list'])).code).toBe(0);
  });

  test('goes after PLIMSOLL_TOKEN, and a token that is saved takes its place', async () => {
    await plimsoll(['login']);
    const env = { PLIMSOLL_TOKEN: await world.issuer.token({ sub: 'ci' }) };
    expect((await plimsoll(['whoami'], { env })).out).toContain('test/ci, a person');
    expect((await plimsoll(['whoami'])).out).toContain('ana, a person');
  });

  test('ends at the provider and here', async () => {
    await plimsoll(['login']);
    const { refreshToken } = kept();
    provider.asked.length = 0;
    expect(await plimsoll(['logout'])).toMatchObject({ code: 0, err: expect.stringContaining('logged out') });
    expect(provider.asked).toContain('/token/revocation');
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({});
    await plimsoll(['login']);
    change({ refreshToken, expiresAt: 0 });
    expect((await plimsoll(['list'])).err).toContain('the login has ended');
    expect(await plimsoll(['logout'])).toMatchObject({ code: 0, err: expect.stringContaining('nobody is logged in') });
  });

  test('is forgotten here also when the provider is away', async () => {
    await plimsoll(['login']);
    change({ issuer: 'http://127.0.0.1:1' });
    expect(await plimsoll(['logout'])).toMatchObject({ code: 3, err: expect.stringContaining('forgotten here, and not ended') });
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({});
  });
});

describe('an authentication that is too old', () => {
  const old = () =>
    new Problem('approval.mfaStale', 'too old', {
      headers: { 'www-authenticate': 'Bearer realm="plimsoll", error="insufficient_user_authentication", max_age="900"' },
    });

  test('is asked for anew: the person logs in again and the same is asked once more', async () => {
    await plimsoll(['login']);
    let asked = 0;
    world.policy = () => {
      asked += 1;
      if (asked === 1) throw old();
      return true;
    };
    // Long enough ago that the provider, which still knows the person, asks for the factors again.
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 1_200_000);
    const logins = provider.logins;
    provider.accessTokenSeconds = 3_600;
    const { code, err } = await plimsoll(['list'], { answer: '' });
    expect([code, err]).toEqual([0, expect.stringContaining('the API asks for an authentication of the last 15 min')]);
    expect(provider.logins).toBe(logins + 1);
  });

  test('is told to a program, and to a person who does not want to', async () => {
    await plimsoll(['login']);
    world.policy = () => {
      throw old();
    };
    const logins = provider.logins;
    expect(await plimsoll(['list'])).toMatchObject({ code: 1, err: expect.stringContaining('`plimsoll login --fresh` logs in again') });
    expect((await plimsoll(['list'], { answer: 'n' })).code).toBe(1);
    expect(provider.logins).toBe(logins);
  });

  test('becomes a new one by `login --fresh`, though the provider still knows the person', async () => {
    await plimsoll(['login']);
    const logins = provider.logins;
    await plimsoll(['login']);
    expect(provider.logins).toBe(logins);
    await plimsoll(['login', '--fresh']);
    expect(provider.logins).toBe(logins + 1);
  });
});

describe('a decision', () => {
  const statement = {
    waitingFor: { kind: 'approval', groups: ['sre'], missing: '1 of sre', statementDigest: someDigest, expiresAt: '2026-11-24T11:00:00Z' },
    statementDigest: someDigest,
  } as const;
  let id: string;

  beforeEach(async () => {
    world.releases.releases.clear();
    world.releases.told.length = 0;
    world.releases.viewChange = statement;
    const token = await world.issuer.token();
    const answer = (await (await world.call('POST', '/v1/releases', { body: releaseBody, token })).json()) as { id: string };
    id = answer.id;
  });

  const told = () => world.releases.told.at(-1)?.input as { readonly by: Caller; readonly proof?: DecisionProof };
  const claimsOf = (jwt = '') => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

  test('of a person who logged in by browser is vouched for by the provider, without being asked for', async () => {
    await plimsoll(['login']);
    const before = kept();
    const { code, err } = await plimsoll(['approve', id, '--reason', 'read'], { answer: 'y' });
    expect([code, err]).toEqual([0, expect.stringContaining('the provider is asked to vouch for this decision')]);
    expect(told()).toMatchObject({ by: { subject: 'ana' }, proof: { issuer: provider.url, publicKey: { kty: 'RSA' } } });
    expect(claimsOf(told().proof?.idToken)).toMatchObject({ nonce: someDigest, sub: 'ana', aud: cliClient });
    // It is for this decision alone: the login is what it was.
    expect(kept()).toEqual(before);
  });

  test('of a program, or with --no-sign, is not; --sign asks for it anyway', async () => {
    await plimsoll(['login']);
    const words = ['approve', id, '--statement', someDigest, '--reason', 'read'];
    await plimsoll(words);
    expect(told().proof).toBeUndefined();
    await plimsoll([...words, '--no-sign'], { answer: 'y' });
    expect(told().proof).toBeUndefined();
    expect((await plimsoll([...words, '--sign'])).code).toBe(0);
    expect(told().proof?.issuer).toBe(provider.url);
  });

  test('is refused when somebody else is logged in at the provider', async () => {
    await plimsoll(['login']);
    provider.person = { subject: 'ben', groups: ['sre'], amr: ['mfa'] };
    browser = new Browser();
    expect(await plimsoll(['approve', id, '--reason', 'read'], { answer: 'y' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('idToken.sub is "ben" and has to be ana'),
    });
    expect(world.releases.told).toEqual([]);
  });

  test('cannot be vouched for where there was no browser, and says so', async () => {
    await plimsoll(['login']);
    change({ browser: false });
    const words = ['approve', id, '--statement', someDigest, '--reason', 'read'];
    expect(await plimsoll([...words, '--sign'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('a login by --device cannot vouch'),
    });
    expect((await plimsoll(words, { answer: 'y' })).code).toBe(0);
    expect(told().proof).toBeUndefined();
    const env = { PLIMSOLL_TOKEN: await world.issuer.token() };
    expect(await plimsoll([...words, '--sign'], { env })).toMatchObject({ code: 2, err: expect.stringContaining('--sign needs') });
  });

  test('is vouched for by the local issuer too, whose tokens are for trying things out', async () => {
    const keyFile = join(home, 'key.json');
    // The port has to be known before the address is: the issuer's name is in its tokens.
    const probe = await startLocalIssuer({ port: 0, url: 'http://127.0.0.1', keyFile });
    const { port } = probe.address() as AddressInfo;
    await new Promise((done) => probe.close(done));
    const url = `http://127.0.0.1:${port}`;
    const local = await startLocalIssuer({ port, url, keyFile });
    const api = await startApi({}, [{ issuer: url, audience: 'plimsoll', proofAudience: 'plimsoll-decisions' }]);
    onTestFinished(async () => {
      local.close();
      await api.close();
    });
    api.releases.viewChange = statement;
    const env = { PLIMSOLL_API_URL: api.url, PLIMSOLL_ISSUER_URL: url };
    await plimsoll(['token', '--as', 'ana', '--group', 'sre', '--mfa', '--save'], { env });
    const answer = await api.call('POST', '/v1/releases', { body: releaseBody });
    const release = ((await answer.json()) as { id: string }).id;
    const words = ['approve', release, '--statement', someDigest, '--reason', 'read'];
    expect(await plimsoll([...words, '--sign'], { env })).toMatchObject({ code: 0 });
    expect(api.releases.told).toMatchObject([{ input: { by: { subject: 'ana', mfa: true }, proof: { issuer: url } } }]);
  });
});
