import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const files = { PLIMSOLL_CATALOG: 'catalog', PLIMSOLL_POLICY_REVISIONS: 'revisions' };
const right = { ...files, PLIMSOLL_ISSUER_URL: 'http://127.0.0.1:8081' };

test('what is left out has a local default', () => {
  expect(readConfig(right)).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    publicUrl: 'http://127.0.0.1:8080',
    temporal: { address: '127.0.0.1:7233', namespace: 'default', uiUrl: null },
    issuers: [{ issuer: 'http://127.0.0.1:8081', audience: 'plimsoll', algorithms: ['ES256', 'RS256'], kind: { claim: 'kind' } }],
  });
});

test('every mistake is reported at once, and no value is repeated', () => {
  const read = () => readConfig({ PLIMSOLL_PORT_API: 'eighty', PLIMSOLL_OPA_URL: 'ftp://secret', PLIMSOLL_TEMPORAL_ADDRESS: 'nowhere' });
  expect(read).toThrow(
    /PLIMSOLL_PORT_API.*PLIMSOLL_TEMPORAL_ADDRESS: host:port.*PLIMSOLL_OPA_URL.*PLIMSOLL_POLICY_REVISIONS.*PLIMSOLL_CATALOG/,
  );
  expect(read).not.toThrow(/secret/);
});

describe('whose tokens are believed', () => {
  const people = { issuer: 'https://id.example.com', audience: 'plimsoll', kind: 'human' };
  const given = (...issuers: readonly unknown[]) => readConfig({ ...files, PLIMSOLL_ISSUERS: JSON.stringify(issuers) }).issuers;

  test('nobody’s, unless an issuer is named; and two ways to name them leave open which one counts', () => {
    expect(() => readConfig(files)).toThrow(/PLIMSOLL_ISSUERS: whose tokens are believed/);
    expect(() => readConfig({ ...right, PLIMSOLL_ISSUERS: JSON.stringify([people]) })).toThrow(/in exactly one way/);
  });

  test('several issuers come from a YAML file, or as JSON', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-config-')), 'issuers.yaml');
    writeFileSync(file, 'nothing: [');
    const read = (PLIMSOLL_ISSUERS_FILE: string) => readConfig({ ...files, PLIMSOLL_ISSUERS_FILE }).issuers;
    expect(() => read(file)).toThrow(/PLIMSOLL_ISSUERS_FILE: a readable YAML file/);
    expect(() => read(`${file}.gone`)).toThrow(/PLIMSOLL_ISSUERS_FILE: a readable YAML file/);
    writeFileSync(
      file,
      [
        '- { issuer: "https://id.example.com", audience: plimsoll, kind: human, mfa: { acr: ["urn:acme:loa:2"] } }',
        '- { issuer: "https://token.actions.githubusercontent.com", audience: plimsoll, kind: machine }',
      ].join('\n'),
    );
    const issuers = read(file);
    expect(issuers).toMatchObject([
      { ...people, algorithms: ['ES256', 'RS256'], mfa: { amr: ['mfa'], acr: ['urn:acme:loa:2'], authTime: 'auth_time' } },
      { kind: 'machine', claims: { subject: 'sub', groups: 'groups' }, keepKeysSeconds: 3600 },
    ]);
    expect(given(...issuers)).toEqual(issuers);
  });

  test.each<[string, readonly unknown[], RegExp]>([
    ['an algorithm whose key is secret', [{ ...people, algorithms: ['HS256'] }], /0\.algorithms\.0: one of ES256/],
    ['no algorithm', [{ ...people, algorithms: ['none'] }], /0\.algorithms\.0: one of ES256/],
    ['an issuer over http', [{ ...people, issuer: 'http://id.example.com' }], /0\.issuer: an https address/],
    ['keys over http', [{ ...people, jwksUri: 'http://id.example.com/keys' }], /0\.jwksUri: an https address/],
    ['a field that does not exist', [{ ...people, mfaMethods: ['mfa'] }], /mfaMethods: no such field/],
    ['keys that are kept for ever', [{ ...people, keepKeysSeconds: 1e9 }], /0\.keepKeysSeconds: at most a day/],
    ['nobody', [], /PLIMSOLL_ISSUERS: at least one issuer/],
    ['a login of machines', [{ ...people, kind: 'machine', login: { clientId: 'cli' } }], /0\.login: left out/],
    [
      'an ID token for somebody else',
      [{ ...people, login: { clientId: 'cli', bearer: 'id' } }],
      /0\.audience: the same as login\.clientId/,
    ],
    [
      'two places for the page’s login',
      [
        { ...people, page: { clientId: 'page' } },
        { ...people, issuer: 'https://other.example.com', subjectPrefix: 'b/', page: { clientId: 'page' } },
      ],
      /page at one issuer alone/,
    ],
    ['a login that says nobody', [{ ...people, login: { clientId: 'cli', scopes: ['email'] } }], /0\.login\.scopes: scopes with openid/],
    ['one issuer twice', [people, { ...people, kind: 'machine' }], /https:\/\/id\.example\.com is there twice/],
    [
      'two providers that may both have an ana',
      [people, { ...people, issuer: 'https://other.example.com' }],
      /a subjectPrefix of its own for each issuer of people/,
    ],
  ])('%s is refused', (_, issuers, message) => {
    expect(() => given(...issuers)).toThrow(message);
  });

  test('a page needs a key for its cookies, and without an issuer that has one there is none', () => {
    const issuers = JSON.stringify([{ ...people, page: { clientId: 'page' } }]);
    const read = (PLIMSOLL_SESSION_KEY: string | undefined) => readConfig({ ...files, PLIMSOLL_ISSUERS: issuers, PLIMSOLL_SESSION_KEY });
    const key = Buffer.alloc(32, 7).toString('base64');
    expect(read(key).page).toEqual({ sessionKey: Uint8Array.from(Buffer.alloc(32, 7)), clientSecret: undefined });
    expect(() => read(undefined)).toThrow(/PLIMSOLL_SESSION_KEY: what cookies of the page are encrypted with/);
    for (const wrong of ['short', Buffer.alloc(16).toString('base64')])
      expect(() => read(wrong)).toThrow(/PLIMSOLL_SESSION_KEY: 32 random/);
    expect(readConfig({ ...right, PLIMSOLL_SESSION_KEY: key }).page).toBeNull();
  });

  test('what the page keeps secret comes from files as well, in one way each', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-config-'));
    const fileOf = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const PLIMSOLL_ISSUERS = JSON.stringify([{ ...people, page: { clientId: 'page' } }]);
    const mounted = {
      PLIMSOLL_SESSION_KEY_FILE: fileOf('session-key', `${key}\n`),
      PLIMSOLL_PAGE_CLIENT_SECRET_FILE: fileOf('client-secret', 'hush\n'),
    };
    const read = (more: Readonly<Record<string, string>>) => readConfig({ ...files, PLIMSOLL_ISSUERS, ...mounted, ...more }).page;
    expect(read({})).toEqual({ sessionKey: Uint8Array.from(Buffer.alloc(32, 7)), clientSecret: 'hush' });
    expect(() => read({ PLIMSOLL_SESSION_KEY: key })).toThrow(/PLIMSOLL_SESSION_KEY: left out, or PLIMSOLL_SESSION_KEY_FILE/);
    expect(() => read({ PLIMSOLL_SESSION_KEY_FILE: join(folder, 'gone') })).toThrow(/PLIMSOLL_SESSION_KEY_FILE: a readable file: ENOENT/);
    expect(() => read({ PLIMSOLL_SESSION_KEY_FILE: fileOf('empty', '\n') })).toThrow(/a file that is not empty/);
    expect(() => read({ PLIMSOLL_SESSION_KEY_FILE: fileOf('short', 'c2hvcnQ=') })).toThrow(/PLIMSOLL_SESSION_KEY_FILE: 32 random/);
  });

  test('what is not JSON is refused', () => {
    expect(() => readConfig({ ...files, PLIMSOLL_ISSUERS: '[' })).toThrow(/PLIMSOLL_ISSUERS: JSON/);
  });
});

test.each([
  ['store', 'PLIMSOLL_STORE_BUCKET'],
  ['ledger', 'PLIMSOLL_LEDGER_BUCKET'],
] as const)('the bucket of the %s is left out, or named with its region', (name, variable) => {
  expect(readConfig(right)[name]).toBeNull();
  const bucket = { [variable]: `plimsoll-${name}` };
  const read = { bucket: `plimsoll-${name}`, region: 'eu-west-1', endpoint: undefined };
  expect(readConfig({ ...right, ...bucket, AWS_REGION: 'eu-west-1' })).toMatchObject({ store: null, ledger: null, [name]: read });
  expect(() => readConfig({ ...right, ...bucket })).toThrow(/AWS_REGION: the region of PLIMSOLL_STORE_BUCKET and PLIMSOLL_LEDGER_BUCKET/);
});
