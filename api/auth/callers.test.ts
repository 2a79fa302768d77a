/** Who may ask for what over HTTP, with an issuer, a policy and a Temporal that are values (test/support/api-world.ts). */
import { describe, expect, test } from 'vitest';
import { bodyOf, operations, start, startedId, useApi } from '../../test/support/api-calls.ts';
import { releaseBody } from '../../test/support/api-world.ts';
import { Problem } from '../http/problem.ts';

const world = useApi();

describe('who asks', () => {
  test.each<[string, () => Promise<string | null>]>([
    ['no token', async () => null],
    ['an expired token', () => world().issuer.token({ expired: true })],
    ['a forged token', () => world().issuer.token({ forged: true })],
    ['a token for somebody else', () => world().issuer.token({ aud: 'another-service' })],
    ['a token of another issuer', () => world().issuer.token({ iss: 'https://evil.example.com' })],
    ['no JWT at all', async () => 'a.b.c'],
  ])('%s is 401 with a challenge, and OPA is not even asked', async (_, token) => {
    const response = await world().call('GET', '/v1/releases', { token: await token() });
    expect([response.status, (await bodyOf(response))['kind']]).toEqual([401, 'caller.unknown']);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="plimsoll"/);
    expect(world().asked).toEqual([]);
  });

  test('every route but health and documents is closed without a token and asks OPA with one', async () => {
    const id = await startedId(world());
    world().policy = () => false;
    const { order } = world().releases.releases.get(id) ?? {};
    if (order !== undefined) await world().releases.previews.start(order);
    for (const { method, path } of await operations(world())) {
      if (/^\/(healthz|readyz|metrics|v1\/login|v1\/me)$/.test(path)) continue;
      const concrete = path
        .replace('{id}', id)
        .replace('{name}', 'restore%20traffic')
        .replace('{service}', 'fraud-scorer')
        .replace('{environment}', 'production');
      const body = method === 'POST' ? { body: bodyFor(path) } : {};
      const closed = await world().call(method, concrete, { ...body, token: null });
      expect([method, path, closed.status]).toEqual([method, path, 401]);
      world().asked.length = 0;
      const response = await world().call(method, concrete, body);
      expect([method, path, world().asked.length > 0]).toEqual([method, path, true]);
      // A list is never refused: it holds what the caller may read.
      const empty = {
        '/v1/releases': { releases: [], nextPageToken: null },
        '/v1/waivers': { waivers: [] },
        '/v1/threats': { threats: [], nextPageToken: null },
      };
      const expected =
        method === 'GET' && path in empty
          ? empty[path as keyof typeof empty]
          : {
              status: 403,
              kind: 'caller.forbidden',
              detail: `ana is not in ${/^\/v1\/(environments\/|doctor$|undelivered|dead-findings)/.test(path) ? '*' : 'risk'}`,
            };
      expect([method, path, await response.json()]).toEqual([method, path, expect.objectContaining(expected)]);
    }
    expect(world().releases.told).toEqual([]);
  });

  test('who one is, is said to oneself: with how long ago, and without a policy', async () => {
    expect((await world().call('GET', '/v1/me', { token: null })).status).toBe(401);
    const at = Math.floor(Date.now() / 1000) - 90;
    const token = await world().issuer.token({ sub: 'ana', groups: ['risk'], amr: ['mfa'], auth_time: at });
    const me = await bodyOf(await world().call('GET', '/v1/me', { token }));
    expect(me).toMatchObject({
      subject: 'ana',
      kind: 'human',
      groups: ['risk'],
      mfa: true,
      authenticatedAt: new Date(at * 1000).toISOString(),
    });
    expect(me['authenticationAgeSeconds']).toBeGreaterThanOrEqual(90);
    expect(await bodyOf(await world().call('GET', '/v1/me'))).toMatchObject({ authenticatedAt: null, authenticationAgeSeconds: null });
    expect(world().asked).toEqual([]);
  });

  test('where people log in is said to everybody: nowhere, unless an issuer is configured for it', async () => {
    expect(await (await world().call('GET', '/v1/login', { token: null })).json()).toEqual({ logins: [] });
  });

  test('OPA away is 503 and nothing happens: no answer is "no"', async () => {
    world().policy = () => {
      throw new Problem('policy.unreachable', 'OPA does not answer');
    };
    const response = await start(world());
    expect([response.status, (await bodyOf(response))['kind'], world().releases.releases.size]).toEqual([503, 'policy.unreachable', 0]);
  });

  test('a list holds only what the caller may read, decided by OPA twice: by team and by release', async () => {
    await start(world());
    expect(await (await world().call('GET', '/v1/releases?service=fraud-scorer&phase=fetching&requester=ana')).json()).toMatchObject({
      releases: [{ service: 'fraud-scorer' }],
    });
    expect(world().releases.queries).toEqual([
      "WorkflowType = 'release' AND ReleaseService = 'fraud-scorer' AND ReleasePhase = 'fetching' AND ReleaseRequester = 'ana' AND ReleaseTeam IN ('risk')",
    ]);
  });

  test.each(['pageSize=101', 'pageSize=x', 'phase=sleeping', "requester=a'b", 'pageToken=$$', 'colour=blue'])(
    'the filter %s is refused',
    async (query) => {
      expect((await world().call('GET', `/v1/releases?${query}`)).status).toBe(400);
    },
  );

  test('no token is ever logged', async () => {
    const token = await world().issuer.token();
    await start(world(), {}, token);
    await world().call('GET', '/v1/releases/nobody', { token });
    expect(world().log.join('')).toContain('"release":"nobody"');
    expect(world().log.join('')).not.toContain(token.slice(0, 20));
  });
});

function bodyFor(path: string): unknown {
  if (path === '/v1/releases' || path === '/v1/previews') return releaseBody;
  if (path === '/v1/rollbacks')
    return { service: 'fraud-scorer', environment: 'production', to: 'previous', reason: 'r', incident: 'INC-1' };
  if (path.endsWith('/approvals')) return { decision: 'approve', statementDigest: releaseBody.model.digest, reason: 'r' };
  return { reason: 'r' };
}
