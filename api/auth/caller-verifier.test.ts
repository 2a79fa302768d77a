import { afterAll, beforeAll, expect, test } from 'vitest';
import { startIssuer, type TestIssuer } from '../../test/support/api-world.ts';
import { readConfig } from '../config.ts';
import { createCallerVerifier } from './caller-verifier.ts';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const verifier = (change: Record<string, unknown> = {}) =>
  createCallerVerifier(
    readConfig({ PLIMSOLL_CATALOG: 'c', PLIMSOLL_ISSUERS: JSON.stringify([{ issuer: issuer.url, audience: 'plimsoll', ...change }]) })
      .issuers,
  );

test('a good token is a caller', async () => {
  const token = await issuer.token({ sub: 'ana', groups: ['risk', 'sre'], amr: ['pwd', 'mfa'], auth_time: 1_700_000_000 });
  expect(await verifier().verify(token)).toEqual({
    subject: 'ana',
    kind: 'human',
    groups: ['risk', 'sre'],
    mfa: true,
    authenticatedAt: 1_700_000_000,
  });
});

test('what a token does not say counts against it', async () => {
  const token = await issuer.token({ groups: 'sre', kind: undefined });
  expect(await verifier().verify(token)).toMatchObject({ kind: 'machine', groups: [], mfa: false, authenticatedAt: null });
});

test('claims have the names the issuer gives them', async () => {
  const token = await issuer.token({ roles: ['sre'], amr: ['hwk'] });
  expect(await verifier({ groupsClaim: 'roles', kind: 'human', mfaMethods: ['hwk'] }).verify(token)).toMatchObject({
    kind: 'human',
    groups: ['sre'],
    mfa: true,
  });
});

test.each<[string, Parameters<TestIssuer['token']>[0]]>([
  ['expired', { expired: true }],
  ['forged', { forged: true }],
  ['for another audience', { aud: 'else' }],
  ['from another issuer', { iss: 'https://evil.example.com' }],
  ['without a subject', { sub: '' }],
  ['with a subject that breaks lines', { sub: 'ana\nroot' }],
])('a token %s is not accepted', async (_, claims) => {
  await expect(verifier().verify(await issuer.token(claims))).rejects.toMatchObject({ kind: 'caller.unknown' });
});

test('a token without a signature is not accepted', async () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'none' })}.${part({ iss: issuer.url, sub: 'ana', aud: 'plimsoll', exp: 9_999_999_999 })}.`;
  await expect(verifier().verify(token)).rejects.toMatchObject({ kind: 'caller.unknown' });
});

test('an algorithm outside the list is not accepted, even with the right key', async () => {
  await expect(verifier({ algorithms: ['RS256'] }).verify(await issuer.token())).rejects.toMatchObject({ kind: 'caller.unknown' });
});

test('keys that cannot be read are the issuer’s fault, not the caller’s', async () => {
  await expect(verifier({ jwksUri: 'http://127.0.0.1:1/keys' }).verify(await issuer.token())).rejects.toMatchObject({
    kind: 'issuer.unreachable',
  });
});
