/** Decisions as a workflow records them, with tokens that a key really signs: what is altered is named with its record. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { digestText } from '../domain/digest.ts';
import { linked } from '../domain/ledger/chain.ts';
import { verifyChain } from '../domain/ledger/verify.ts';
import { recordOf } from '../domain/record.ts';
import { keyPair, signWith, storedChain, trusting } from '../test/support/chains.ts';
import { providerKeysIn, withDecisions } from './decisions.ts';

const issuer = 'https://login.example.com';
const statementDigest = digestText('the statement');
const at = '2026-11-27T10:00:00.000Z';
const seconds = Date.parse(at) / 1000;
const ledgerKeys = keyPair();

let provider: Awaited<ReturnType<typeof generateKeyPair>>;
let stranger: typeof provider;
beforeAll(async () => {
  [provider, stranger] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
});

const token = (claims: JWTPayload = {}, by = provider) =>
  new SignJWT({ sub: 'sam', nonce: statementDigest, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
    .setIssuer(issuer)
    .setIssuedAt(seconds - 30)
    .setExpirationTime(claims.exp ?? seconds + 300)
    .sign(by.privateKey);

const proof = async (claims: JWTPayload = {}, change: object = {}) => ({
  issuer,
  idToken: await token(claims),
  publicKey: await exportJWK(provider.publicKey),
  subject: { claim: 'sub', prefix: 'corp/' },
  ...change,
});

const decision = (given: object | undefined, subject = 'corp/sam') => ({
  decision: 'approve',
  by: { subject },
  reason: 'read it',
  statementDigest,
  ...(given !== undefined && { proof: given }),
});

async function checked(data: readonly object[], keys?: Parameters<typeof withDecisions>[2]) {
  const records = [recordOf('good', { runId: 'run', sequence: 0, claim: true }, 'requested', at, {})].map((record) => linked(record, null));
  for (const one of data) {
    const writer = { runId: 'run', sequence: records.length, claim: false };
    records.push(linked(recordOf('good', writer, 'decided', at, one as never), records.at(-1)?.hash ?? null));
  }
  const stored = await storedChain('good', records, { by: signWith(ledgerKeys) });
  return withDecisions(verifyChain(stored, trusting(ledgerKeys)), stored.records, keys);
}

const faultsOf = async (given: object, subject?: string) => (await checked([decision(given, subject)])).faults;

test('a decision that its provider vouches for is counted, and one without a proof is no fault', async () => {
  const { intact, notes, faults } = await checked([decision(await proof()), decision(undefined, 'corp/olga')]);
  expect({ intact, faults }).toEqual({ intact: true, faults: [] });
  expect(notes).toEqual(['1 of 2 decisions are vouched for by the provider']);
});

test('a chain without decisions has nothing to say of them', async () => {
  expect(await checked([])).toMatchObject({ intact: true, notes: [] });
});

test('a token is checked as of the moment when it was used, not as of today', async () => {
  expect(await faultsOf(await proof({ exp: seconds + 1 }))).toEqual([]);
  expect(await faultsOf(await proof({ exp: seconds - 600 }))).toMatchObject([{ kind: 'unproven decision', sequence: 1 }]);
});

describe('a decision is named as unproven', () => {
  test.each<[string, () => Promise<object>, RegExp]>([
    [
      'whose token is signed by somebody else',
      async () => proof({}, { idToken: await token({}, stranger) }),
      /signature verification failed/,
    ],
    ['whose token is of another issuer', () => proof({}, { issuer: 'https://else.example.com' }), /"iss"/],
    [
      'whose token vouches for another statement',
      () => proof({ nonce: digestText('another') }),
      /vouches for sha256:.*the record says sha256:/,
    ],
    ['whose token vouches for none', () => proof({ nonce: undefined }), /vouches for undefined/],
    ['whose token is another person’s', () => proof({ sub: 'mallory' }), /the token is of corp\/mallory, and the record says corp\/sam/],
    ['whose key is a secret', () => proof({}, { publicKey: { kty: 'oct', k: 'c2VjcmV0' } }), /proves nothing/],
    ['without a key', () => proof({}, { publicKey: {} }), /proves nothing/],
    ['without a token', () => proof({}, { idToken: '' }), /proves nothing/],
  ])('%s', async (_what, given, because) => {
    const [fault, ...others] = await faultsOf(await given());
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ kind: 'unproven decision', sequence: 1, what: expect.stringMatching(because) as string });
  });

  test('by a person of another provider, whose subjects have another beginning', async () => {
    expect(await faultsOf(await proof(), 'sam')).toMatchObject([{ what: expect.stringContaining('the record says sam') }]);
  });
});

describe('keys that whoever verifies brings', () => {
  async function jwks(key = provider.publicKey): Promise<string> {
    const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-jwks-')), 'jwks.json');
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(key)), kid: 'key-1', alg: 'ES256' }] }));
    return file;
  }

  test('count instead of the key in the record', async () => {
    const keys = await providerKeysIn(await jwks());
    expect(await checked([decision(await proof({}, { publicKey: {} }))], keys)).toMatchObject({ intact: true });
    // Whoever can write a record can put a key of their own beside a token of their own.
    const forged = await proof({}, { idToken: await token({}, stranger), publicKey: await exportJWK(stranger.publicKey) });
    expect(await checked([decision(forged)])).toMatchObject({ intact: true });
    expect(await checked([decision(forged)], keys)).toMatchObject({ intact: false, faults: [{ kind: 'unproven decision' }] });
  });

  test('that cannot be read are wrong usage', async () => {
    await expect(providerKeysIn('/nowhere/jwks.json')).rejects.toThrow('ENOENT');
    const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-jwks-')), 'jwks.json');
    writeFileSync(file, '{"keys":"none"}');
    await expect(providerKeysIn(file)).rejects.toThrow('a JWKS is needed');
  });
});
