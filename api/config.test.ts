import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const right = { PLIMSOLL_CATALOG: 'catalog', PLIMSOLL_ISSUER_URL: 'http://127.0.0.1:8081' };

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
  expect(read).toThrow(/PLIMSOLL_PORT_API.*PLIMSOLL_TEMPORAL_ADDRESS: host:port.*PLIMSOLL_OPA_URL.*PLIMSOLL_CATALOG/);
  expect(read).not.toThrow(/secret/);
});

test('nobody’s tokens are believed unless an issuer is named', () => {
  expect(() => readConfig({ PLIMSOLL_CATALOG: 'catalog' })).toThrow(/PLIMSOLL_ISSUERS: whose tokens are believed/);
});

test('issuers come as JSON; an algorithm whose key is secret is refused', () => {
  const issuers = (algorithm: string) =>
    JSON.stringify([{ issuer: 'https://id.example.com', audience: 'plimsoll', kind: 'human', algorithms: [algorithm] }]);
  expect(readConfig({ ...right, PLIMSOLL_ISSUERS: issuers('RS256') }).issuers).toMatchObject([{ kind: 'human', algorithms: ['RS256'] }]);
  for (const algorithm of ['HS256', 'none'])
    expect(() => readConfig({ ...right, PLIMSOLL_ISSUERS: issuers(algorithm) })).toThrow(/algorithms/);
  expect(() => readConfig({ ...right, PLIMSOLL_ISSUERS: '[' })).toThrow(/PLIMSOLL_ISSUERS: JSON/);
});

test('the store of counts is left out, or named with its region', () => {
  expect(readConfig(right).store).toBeNull();
  const bucket = { PLIMSOLL_STORE_BUCKET: 'plimsoll-store' };
  expect(readConfig({ ...right, ...bucket, AWS_REGION: 'eu-west-1' }).store).toEqual({
    bucket: 'plimsoll-store',
    region: 'eu-west-1',
    endpoint: undefined,
  });
  expect(() => readConfig({ ...right, ...bucket })).toThrow(/AWS_REGION: the region of PLIMSOLL_STORE_BUCKET/);
});
