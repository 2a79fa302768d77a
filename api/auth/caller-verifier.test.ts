import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Machine } from '../../domain/machine.ts';
import { startIssuer, type TestIssuer } from '../../test/support/issuer.ts';
import { readConfig } from '../config.ts';
import { createCallerVerifier } from './caller-verifier.ts';
import { createTrust } from './trust.ts';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

let machines: readonly Machine[] = [];
const verifierOf = (...issuers: readonly Record<string, unknown>[]) =>
  createCallerVerifier(
    createTrust(readConfig({ PLIMSOLL_CATALOG: 'c', PLIMSOLL_POLICY_REVISIONS: 'r', PLIMSOLL_ISSUERS: JSON.stringify(issuers) }).issuers),
    () => machines,
  );
const verifier = (change: Record<string, unknown> = {}) => verifierOf({ issuer: issuer.url, audience: 'plimsoll', ...change });
const unknown = (because: string) => ({ kind: 'caller.unknown', message: expect.stringContaining(because) });

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
  const token = await issuer.token({ roles: ['sre'], oid: 'a1' });
  const configured = verifier({ claims: { subject: 'oid', groups: 'roles' }, kind: 'human', subjectPrefix: 'acme/' });
  expect(await configured.verify(token)).toMatchObject({ subject: 'acme/a1', kind: 'human', groups: ['sre'] });
});

describe('a second factor is what the issuer’s configuration says it is, and nothing else', () => {
  const acr = 'urn:acme:loa:2';
  test.each<[string, Record<string, unknown>, Record<string, unknown>, boolean]>([
    ['the usual word in amr', {}, { amr: ['pwd', 'mfa'] }, true],
    ['a password alone', {}, { amr: ['pwd'] }, false],
    ['no word at all', {}, {}, false],
    ['amr that is not a list', {}, { amr: 'mfa' }, false],
    ['a key in hand, where that is proof', { amr: ['hwk'] }, { amr: ['hwk'] }, true],
    ['the usual word, where another one is proof', { amr: ['hwk'] }, { amr: ['mfa'] }, false],
    ['a level of assurance', { acr: [acr] }, { acr }, true],
    ['a level of assurance that is no proof here', {}, { acr }, false],
    ['a lower level', { amr: [], acr: [acr] }, { acr: 'urn:acme:loa:1', amr: ['mfa'] }, false],
  ])('%s', async (_, mfa, claims, proved) => {
    expect(await verifier({ mfa }).verify(await issuer.token(claims))).toMatchObject({ mfa: proved });
  });
});

describe('when somebody authenticated is what the token says, if it can be true', () => {
  const now = () => Math.floor(Date.now() / 1000);
  test('under the name that the issuer gives it', async () => {
    const before = now() - 60;
    const token = await issuer.token({ last_login: before });
    expect(await verifier({ mfa: { authTime: 'last_login' } }).verify(token)).toMatchObject({ authenticatedAt: before });
  });

  test.each<[string, unknown]>([
    ['lies ahead', now() + 3600],
    ['is text', String(now())],
    ['is a fraction', now() - 0.5],
    ['is nothing', null],
  ])('a time that %s is no time', async (_, time) => {
    expect(await verifier().verify(await issuer.token({ auth_time: time }))).toMatchObject({ authenticatedAt: null });
  });
});

describe('a token is not accepted', () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  test.each<[string, string, () => Parameters<TestIssuer['token']>[0]]>([
    ['expired', '"exp"', () => ({ expired: true })],
    ['expired by a second', '"exp"', () => ({ exp: seconds() - 1 })],
    ['not yet valid', '"nbf"', () => ({ nbf: seconds() + 60 })],
    ['forged', 'signature verification failed', () => ({ forged: true })],
    ['for another audience', '"aud"', () => ({ aud: 'else' })],
    ['from another issuer', 'not one of ours', () => ({ iss: 'https://evil.example.com' })],
    ['without a subject', 'its subject', () => ({ sub: '' })],
    ['with a subject that breaks lines', 'its subject', () => ({ sub: 'ana\nroot' })],
    ['with the subject of a machine', 'as those of machines', () => ({ sub: 'machine/fraud-ci' })],
    ['that vouches for a decision', 'one decision', () => ({ nonce: `sha256:${'ab'.repeat(32)}` })],
    ['with a subject that is a list', 'its subject', () => ({ sub: ['ana'] as unknown as string })],
  ])('%s', async (_, because, claims) => {
    await expect(verifier().verify(await issuer.token(claims()))).rejects.toMatchObject(unknown(because));
  });

  test('without a signature', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ iss: issuer.url, sub: 'ana', aud: 'plimsoll', exp: 9_999_999_999 })}.`;
    await expect(verifier().verify(token)).rejects.toMatchObject({ kind: 'caller.unknown' });
  });

  test('signed with the public key as if it were a secret', async () => {
    for (const secret of [JSON.stringify(issuer.publicKey()), String(issuer.publicKey().x)]) {
      const token = await new SignJWT({ sub: 'ana', kind: 'human' })
        .setProtectedHeader({ alg: 'HS256', kid: issuer.publicKey().kid ?? '' })
        .setIssuer(issuer.url)
        .setAudience('plimsoll')
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(secret));
      await expect(verifier().verify(token)).rejects.toMatchObject(unknown('"alg"'));
    }
  });

  test('by an algorithm outside the list, even with the right key', async () => {
    await expect(verifier({ algorithms: ['RS256'] }).verify(await issuer.token())).rejects.toMatchObject(unknown('"alg"'));
  });

  test('by the key of another issuer that is trusted too', async () => {
    const other = await startIssuer();
    const both = verifierOf(
      { issuer: issuer.url, audience: 'plimsoll', kind: 'human' },
      { issuer: other.url, audience: 'plimsoll', kind: 'human', subjectPrefix: 'b/' },
    );
    await expect(both.verify(await other.token({ iss: issuer.url }))).rejects.toMatchObject({ kind: 'caller.unknown' });
    expect(await both.verify(await other.token())).toMatchObject({ subject: 'b/ana' });
    await other.close();
  });
});

test('a clock that is a little ahead of ours does no harm', async () => {
  const token = await issuer.token({ nbf: Math.floor(Date.now() / 1000) + 3 });
  expect(await verifier().verify(token)).toMatchObject({ subject: 'ana' });
});

describe('a machine', () => {
  const entry = (match: Machine['match']): Machine => ({
    name: 'fraud-ci',
    issuer: issuer.url,
    match,
    subject: 'machine/fraud-ci',
    groups: ['risk'],
  });
  const build = { sub: 'repo:acme@1/fraud@2:ref:refs/heads/main', repository_id: '2', ref: 'refs/heads/main' };
  const machine = () => verifier({ kind: 'machine' });

  test('is what the catalog says of the token, and never more: no group, no second factor, no time of its own', async () => {
    machines = [entry({ repository_id: ['2'], ref: ['refs/heads/main'] })];
    const boasting = { ...build, kind: 'human', groups: ['sre'], amr: ['mfa'], auth_time: 1_700_000_000 };
    expect(await machine().verify(await issuer.token(boasting))).toEqual({
      subject: 'machine/fraud-ci',
      kind: 'machine',
      groups: ['risk'],
      mfa: false,
      authenticatedAt: null,
    });
  });

  test('that the catalog does not know is refused, with what the token says and what entries expect', async () => {
    machines = [entry({ sub: ['repo:acme/fraud:ref:refs/heads/main'] })];
    await expect(machine().verify(await issuer.token(build))).rejects.toMatchObject({
      kind: 'machine.unknown',
      status: 403,
      message: expect.stringContaining("GitHub's old format"),
      errors: [{ field: 'token.sub', value: build.sub, allowed: 'repo:acme/fraud:ref:refs/heads/main (fraud-ci)' }],
    });
    machines = [];
    await expect(machine().verify(await issuer.token(build))).rejects.toMatchObject({ kind: 'machine.unknown', errors: [] });
  });

  test('needs a good token first, whatever it says', async () => {
    machines = [entry({ repository_id: ['2'] })];
    await expect(machine().verify(await issuer.token({ ...build, forged: true }))).rejects.toMatchObject({ kind: 'caller.unknown' });
    await expect(machine().verify(await issuer.token({ ...build, aud: 'sts.amazonaws.com' }))).rejects.toMatchObject(unknown('"aud"'));
  });

  test('of an entry is a machine of that issuer alone: an entry makes no person', async () => {
    machines = [entry({ repository_id: ['2'] })];
    expect(await verifier({ kind: 'human' }).verify(await issuer.token(build))).toMatchObject({ subject: build.sub, groups: ['risk'] });
  });
});

describe('the keys of an issuer', () => {
  let own: TestIssuer;
  const minutes = 60_000;
  const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
  const asked = (change: Record<string, unknown> = {}) => verifierOf({ issuer: own.url, audience: 'plimsoll', ...change });

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    own = await startIssuer();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await own.close();
  });

  test('are read once for many tokens, and again after ten minutes', async () => {
    const one = asked();
    for (let index = 0; index < 3; index += 1) await one.verify(await own.token());
    expect(own.reads).toBe(1);
    later(11 * minutes);
    await one.verify(await own.token());
    expect(own.reads).toBe(2);
  });

  test('may change: a new one is looked for, and the old one is believed no longer', async () => {
    const one = asked();
    const old = await own.token();
    await one.verify(old);
    await own.rotate();
    // Looking for every unknown key would let anybody make us ask without end.
    await expect(one.verify(await own.token())).rejects.toMatchObject(unknown('no applicable key'));
    later(minutes);
    expect(await one.verify(await own.token())).toMatchObject({ subject: 'ana' });
    await expect(one.verify(old)).rejects.toMatchObject({ kind: 'caller.unknown' });
  });

  test('are believed for the stated time while the issuer does not answer, and not a second longer', async () => {
    const one = asked({ keepKeysSeconds: 1_800 });
    await one.verify(await own.token());
    own.broken = true;
    later(30 * minutes);
    expect(await one.verify(await own.token())).toMatchObject({ subject: 'ana' });
    later(1_000);
    await expect(one.verify(await own.token())).rejects.toMatchObject({ kind: 'issuer.unreachable' });
    own.broken = false;
    later(minutes);
    expect(await one.verify(await own.token())).toMatchObject({ subject: 'ana' });
  });

  test('that nobody has seen are neither believed nor refused while the issuer does not answer', async () => {
    const one = asked();
    await one.verify(await own.token());
    own.broken = true;
    await own.rotate();
    later(minutes);
    await expect(one.verify(await own.token())).rejects.toMatchObject({ kind: 'issuer.unreachable' });
  });

  test('are not asked for again and again while the issuer does not answer', async () => {
    const one = asked();
    own.broken = true;
    for (let index = 0; index < 3; index += 1)
      await expect(one.verify(await own.token())).rejects.toMatchObject({ kind: 'issuer.unreachable' });
    expect(own.reads).toBe(0);
    own.broken = false;
    later(minutes);
    await one.verify(await own.token());
    expect(own.reads).toBe(1);
  });

  test('are asked for a second later where none was read yet: nobody would be served meanwhile', async () => {
    const one = asked();
    own.broken = true;
    await expect(one.verify(await own.token())).rejects.toMatchObject({ kind: 'issuer.unreachable' });
    own.broken = false;
    later(1_000);
    expect(await one.verify(await own.token())).toMatchObject({ subject: 'ana' });
    // Where some were read, they serve, and the issuer is left alone.
    own.broken = true;
    later(11 * minutes);
    await one.verify(await own.token());
    own.broken = false;
    later(1_000);
    await one.verify(await own.token());
    expect(own.reads).toBe(1);
  });

  test('may be at an address of their own, where discovery is not asked', async () => {
    own.discovery = {};
    await expect(asked().verify(await own.token())).rejects.toMatchObject({ kind: 'issuer.unreachable' });
    expect(await asked({ jwksUri: `${own.url}/elsewhere` }).verify(await own.token())).toMatchObject({ subject: 'ana' });
  });

  test.each<[string, () => Record<string, unknown>]>([
    ['of another issuer', () => ({ issuer: 'https://evil.example.com', jwks_uri: `${own.url}/keys` })],
    ['with keys that could be changed on their way', () => ({ issuer: own.url, jwks_uri: 'http://keys.example.com/' })],
    ['without keys', () => ({ issuer: own.url })],
  ])('are not taken from a discovery document %s', async (_, discovery) => {
    own.discovery = discovery();
    await expect(asked().verify(await own.token())).rejects.toMatchObject({ kind: 'issuer.unreachable' });
    expect(own.reads).toBe(0);
  });

  test('that cannot be read are the issuer’s fault, not the caller’s', async () => {
    await expect(asked({ jwksUri: 'http://127.0.0.1:1/keys' }).verify(await own.token())).rejects.toMatchObject({
      kind: 'issuer.unreachable',
    });
  });
});
