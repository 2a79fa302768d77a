import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Caller, Resource } from '../../domain/caller.ts';
import { Access, createOpaAuthority } from './authority.ts';

const ana: Caller = { subject: 'ana', kind: 'human', groups: ['risk'], mfa: false, authenticatedAt: null };
const resource: Resource = { service: 'fraud-scorer', environment: 'production', team: 'risk', approverGroups: ['sre'] };

async function opaThatAnswers(status: number, body: string) {
  const seen: { url: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      seen.push({ url: request.url, body: text });
      response.statusCode = status;
      response.end(body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, authority: createOpaAuthority(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
}

test('OPA is asked with caller, action and resource, and its answer is the answer', async () => {
  const { authority, seen } = await opaThatAnswers(200, JSON.stringify({ result: { allow: true, code: 'A1', reason: 'member' } }));
  await expect(new Access(authority).require(ana, 'release.start', resource)).resolves.toBeUndefined();
  expect(seen[0]?.url).toBe('/v1/data/plimsoll/authz/decision');
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ input: { caller: ana, action: 'release.start', resource } });
});

test('a denial carries the reason', async () => {
  const { authority } = await opaThatAnswers(200, JSON.stringify({ result: { allow: false, code: 'A2', reason: 'ana is not in sre' } }));
  await expect(new Access(authority).require(ana, 'rollback.start', resource)).rejects.toMatchObject({
    kind: 'caller.forbidden',
    message: 'ana is not in sre',
  });
});

test.each<[string, number, string, string]>([
  ['a document that is not there', 200, '{}', 'policy.malformed'],
  ['an answer that is not JSON', 200, '<html>', 'policy.malformed'],
  ['a decision without a reason', 200, '{"result":{"allow":true}}', 'policy.malformed'],
  ['an error of OPA', 500, '{}', 'policy.unreachable'],
])('%s is "no"', async (_, status, body, kind) => {
  const { authority } = await opaThatAnswers(status, body);
  await expect(authority.decide(ana, 'release.read', resource)).rejects.toMatchObject({ kind });
});

test('nobody listening is "no"', async () => {
  await expect(createOpaAuthority('http://127.0.0.1:1').decide(ana, 'release.read', resource)).rejects.toMatchObject({
    kind: 'policy.unreachable',
  });
});
