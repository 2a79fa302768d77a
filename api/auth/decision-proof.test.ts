import { importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../domain/caller.ts';
import { someDigest } from '../../test/support/api-world.ts';
import { startIssuer, type TestIssuer } from '../../test/support/issuer.ts';
import { readConfig } from '../config.ts';
import { createProofVerifier } from './decision-proof.ts';
import { createTrust } from './trust.ts';

const otherDigest = `sha256:${'cd'.repeat(32)}` as const;
const ana: Caller = { subject: 'ana', kind: 'human', groups: ['sre'], mfa: false, authenticatedAt: null };

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

function verifier(change: Record<string, unknown> = {}) {
  const config = { issuer: issuer.url, audience: 'plimsoll', kind: 'human', login: { clientId: 'cli' }, ...change };
  return createProofVerifier(
    createTrust(readConfig({ PLIMSOLL_CATALOG: 'c', PLIMSOLL_POLICY_REVISIONS: 'r', PLIMSOLL_ISSUERS: JSON.stringify([config]) }).issuers),
  );
}
const signed = (claims: Parameters<TestIssuer['token']>[0] = {}) => issuer.token({ sub: 'ana', aud: 'cli', nonce: someDigest, ...claims });

test('the proof is the token and the key that verifies it, without the issuer', async () => {
  const idToken = await signed();
  const { proof, by } = await verifier().verify(idToken, someDigest, ana);
  expect(by).toEqual(ana);
  expect(proof).toEqual({
    issuer: issuer.url,
    idToken,
    publicKey: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
    subject: { claim: 'sub', prefix: '' },
  });
  const { payload } = await jwtVerify(idToken, await importJWK({ ...proof.publicKey }, 'ES256'));
  expect(payload['nonce']).toBe(someDigest);
});

describe('what the token vouches for has to be this decision', () => {
  test.each<[string, Parameters<TestIssuer['token']>[0], string, string]>([
    ['another statement', { nonce: otherDigest }, 'idToken.nonce', `is "${otherDigest}" and has to be ${someDigest}`],
    ['no statement', { nonce: undefined }, 'idToken.nonce', `is missing and has to be ${someDigest}`],
    ['somebody else', { sub: 'ben' }, 'idToken.sub', 'is "ben" and has to be ana'],
  ])('%s is named', async (_, claims, field, message) => {
    await expect(verifier().verify(await signed(claims), someDigest, ana)).rejects.toMatchObject({
      kind: 'approval.unproven',
      message: expect.stringContaining(message),
      errors: [{ field }],
    });
  });

  test('both differences are named at once', async () => {
    await expect(verifier().verify(await signed({ nonce: 'x', sub: 'ben' }), someDigest, ana)).rejects.toMatchObject({
      errors: [
        { field: 'idToken.nonce', value: 'x' },
        { field: 'idToken.sub', value: 'ben' },
      ],
    });
  });
});

describe('the token has to be a good one', () => {
  test.each<[string, Parameters<TestIssuer['token']>[0], string]>([
    ['expired', { expired: true }, '"exp"'],
    ['forged', { forged: true }, 'signature verification failed'],
    ['made for the API, as every caller has one', { aud: 'plimsoll' }, '"aud"'],
    ['of another issuer', { iss: 'https://evil.example.com' }, 'not one of ours'],
    ['of a machine', { sub: 'machine/ci' }, 'machines'],
  ])('one that is %s proves nothing', async (_, claims, because) => {
    await expect(verifier().verify(await signed(claims), someDigest, ana)).rejects.toMatchObject({
      kind: 'approval.unproven',
      message: expect.stringContaining(because),
    });
  });

  test('of an issuer whose client is known: none can vouch where nobody logs in', async () => {
    await expect(verifier({ login: undefined }).verify(await signed(), someDigest, ana)).rejects.toMatchObject({
      kind: 'approval.unproven',
    });
    const named = verifier({ login: undefined, proofAudience: 'decisions' });
    expect((await named.verify(await signed({ aud: 'decisions' }), someDigest, ana)).by).toEqual(ana);
  });

  test('and an issuer that does not answer is not the caller’s fault', async () => {
    await expect(verifier({ jwksUri: 'http://127.0.0.1:1/' }).verify(await signed(), someDigest, ana)).rejects.toMatchObject({
      kind: 'issuer.unreachable',
    });
  });
});

describe('the authentication behind it counts for the caller when it is newer', () => {
  const now = Math.floor(Date.now() / 1000);
  const old: Caller = { ...ana, mfa: true, authenticatedAt: now - 7_200 };
  test.each<[string, Caller, Record<string, unknown>, Pick<Caller, 'mfa' | 'authenticatedAt'>]>([
    ['a newer one', old, { amr: ['mfa'], auth_time: now - 5 }, { mfa: true, authenticatedAt: now - 5 }],
    ['a second factor where there was none', ana, { amr: ['mfa'], auth_time: now - 5 }, { mfa: true, authenticatedAt: now - 5 }],
    ['an older one', old, { amr: ['mfa'], auth_time: now - 9_000 }, { mfa: true, authenticatedAt: now - 7_200 }],
    ['a newer one without a second factor', old, { amr: ['pwd'], auth_time: now - 5 }, { mfa: true, authenticatedAt: now - 7_200 }],
    ['one that does not say when', ana, { amr: ['mfa'] }, { mfa: false, authenticatedAt: null }],
  ])('%s', async (_, by, claims, expected) => {
    expect((await verifier().verify(await signed(claims), someDigest, by)).by).toMatchObject(expected);
  });
});
