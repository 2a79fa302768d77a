import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCallerVerifier } from '../../../api/auth/caller-verifier.ts';
import { createProofVerifier } from '../../../api/auth/decision-proof.ts';
import { createTrust } from '../../../api/auth/trust.ts';
import { readConfig } from '../../../api/config.ts';
import { keyFrom, refuseProduction, startIssuer } from './issuer.ts';

const keyFile = join(mkdtempSync(join(tmpdir(), 'plimsoll-issuer-')), 'issuer-key.json');
let server: Awaited<ReturnType<typeof startIssuer>>;
let url: string;

beforeAll(async () => {
  // The port has to be known before the address is: the issuer's name is in its tokens.
  const probe = await startIssuer({ port: 0, url: 'http://127.0.0.1', keyFile });
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  url = `http://127.0.0.1:${port}`;
  server = await startIssuer({ port, url, keyFile });
});
afterAll(() => server.close());

const ask = (body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(`${url}/token`, { method: 'POST', headers, body: JSON.stringify(body) });
const trust = () => createTrust(readConfig({ PLIMSOLL_CATALOG: 'c', PLIMSOLL_POLICY_REVISIONS: 'r', PLIMSOLL_ISSUER_URL: url }).issuers);
const verifier = () => createCallerVerifier(trust(), () => []);

test('a token says who was named, and the API believes it', async () => {
  const response = await ask({ subject: 'ana', groups: ['risk'], mfa: true });
  const { access_token: token, expires_in: seconds } = (await response.json()) as { access_token: string; expires_in: number };
  expect(seconds).toBe(3600);
  expect(await verifier().verify(token)).toMatchObject({
    subject: 'ana',
    kind: 'human',
    groups: ['risk'],
    mfa: true,
    authenticatedAt: expect.any(Number),
  });
});

test('a token for another audience is for somebody else', async () => {
  const { access_token: token } = (await (await ask({ subject: 'ana', audience: 'else' })).json()) as { access_token: string };
  await expect(verifier().verify(token)).rejects.toMatchObject({ kind: 'caller.unknown' });
});

test('an ID token for a statement vouches for that decision, and opens no door', async () => {
  const digest = `sha256:${'ab'.repeat(32)}` as const;
  const answer = await ask({ subject: 'ana', mfa: true, audience: 'plimsoll-decisions', nonce: digest });
  const { access_token: idToken } = (await answer.json()) as { access_token: string };
  const by = { subject: 'ana', kind: 'human', groups: ['sre'], mfa: false, authenticatedAt: null } as const;
  expect(await createProofVerifier(trust()).verify(idToken, digest, by)).toMatchObject({
    proof: { issuer: url, idToken },
    by: { mfa: true },
  });
  const nosy = (await (await ask({ subject: 'ana', nonce: digest })).json()) as { access_token: string };
  await expect(verifier().verify(nosy.access_token)).rejects.toMatchObject({ kind: 'caller.unknown' });
});

test('discovery leads to the keys, and the private part is not among them', async () => {
  const discovery = (await (await fetch(`${url}/.well-known/openid-configuration`)).json()) as { issuer: string; jwks_uri: string };
  expect(discovery.issuer).toBe(url);
  const { keys } = (await (await fetch(discovery.jwks_uri)).json()) as { keys: Record<string, unknown>[] };
  expect(keys).toMatchObject([{ kty: 'EC', alg: 'ES256', kid: expect.any(String) }]);
  expect(keys[0]).not.toHaveProperty('d');
});

test('the key outlives the process, and only its owner may read it', async () => {
  expect((await keyFrom(keyFile)).public.kid).toBe((await keyFrom(keyFile)).public.kid);
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(keyFile, 'utf8')).toContain('"d"');
});

test.each([
  ['an unknown field', { subject: 'ana', admin: true }, 400],
  ['no subject', {}, 400],
  ['a subject that breaks lines', { subject: 'a\nb' }, 400],
])('%s is refused', async (_, body, status) => {
  expect((await ask(body)).status).toBe(status);
});

test('a web page cannot fetch a token: neither as a form nor under a name of its own', async () => {
  expect((await ask({ subject: 'ana' }, { 'content-type': 'text/plain' })).status).toBe(415);
  const status = await new Promise((done) => {
    request(`${url}/token`, { method: 'POST', headers: { host: 'evil.example.com', 'content-type': 'application/json' } }, (response) =>
      done(response.statusCode),
    ).end('{"subject":"ana"}');
  });
  expect(status).toBe(403);
});

test.each([
  ['in production', { NODE_ENV: 'production' }, 'http://127.0.0.1:8081'],
  ['under a name that others can reach', {}, 'https://id.example.com'],
  ['beside real issuers', { PLIMSOLL_ISSUERS: '[{}]' }, 'http://127.0.0.1:8081'],
  ['beside real issuers of a file', { PLIMSOLL_ISSUERS_FILE: 'issuers.yaml' }, 'http://127.0.0.1:8081'],
])('it does not start %s', (_, env, address) => {
  expect(() => refuseProduction(env, address)).toThrow('does not start here');
  expect(() => refuseProduction({}, 'http://localhost:8081')).not.toThrow();
});
