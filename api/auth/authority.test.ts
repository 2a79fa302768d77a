import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Caller, Resource } from '../../domain/caller.ts';
import { digestText } from '../../domain/digest.ts';
import type { DayEntry } from '../../domain/ledger/refusals.ts';
import { Acts } from '../refusals/acts.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { Access, createOpaAuthority } from './authority.ts';

const ana: Caller = { subject: 'ana', kind: 'human', groups: ['risk'], mfa: false, authenticatedAt: null };
const resource: Resource = { service: 'fraud-scorer', environment: 'production', team: 'risk', approverGroups: ['sre'] };

const revision = digestText('policies');
const told: DayEntry[] = [];
const ledger = { refusals: { tell: async (entry: DayEntry) => void told.push(entry) } };
const acts = new Acts(ledger as unknown as ReleasesGateway, pino({ level: 'silent' }));
const revisions = join(mkdtempSync(join(tmpdir(), 'plimsoll-authority-')), 'revisions');
writeFileSync(revisions, `${revision}\n`);
const provenance = { bundles: { 'bundle.tar.gz': { revision } } };

async function opaThatAnswers(status: number, body: string, file = revisions) {
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
  return { seen, authority: createOpaAuthority(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, file) };
}

test('OPA is asked with caller, action and resource, and its answer is the answer', async () => {
  const { authority, seen } = await opaThatAnswers(
    200,
    JSON.stringify({ result: { allow: true, code: 'A1', reason: 'member' }, provenance }),
  );
  await expect(new Access(authority, acts).require(ana, 'release.start', resource)).resolves.toBeUndefined();
  expect(seen[0]?.url).toBe('/v1/data/plimsoll/authz/decision?provenance=true');
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ input: { caller: ana, action: 'release.start', resource } });
});

test('a denial carries the reason', async () => {
  const { authority } = await opaThatAnswers(
    200,
    JSON.stringify({ result: { allow: false, code: 'A2', reason: 'ana is not in sre' }, provenance }),
  );
  await expect(new Access(authority, acts).require(ana, 'rollback.start', resource)).rejects.toMatchObject({
    kind: 'caller.forbidden',
    message: 'ana is not in sre',
  });
});

test('which policies answer from when on is told to the ledger once, whatever they answer', async () => {
  expect(told.map((entry) => 'act' in entry && [entry.act, entry.about, entry.by])).toEqual([['policies in force', revision, null]]);
});

test('a list asks once about each distinct resource, and tells the ledger which policies answer, too', async () => {
  const asked: Resource[] = [];
  const authority = {
    decide: async (_caller: Caller, _action: string, about: Resource) => {
      asked.push(about);
      return { allow: about.approverGroups.includes('sre'), code: 'A1', reason: 'member', revision: 'a later one' };
    },
    ready: async () => undefined,
  };
  const readable = new Access(authority, acts).reader(ana, 'release.read');
  const others = { ...resource, approverGroups: ['ml-owners'] };
  expect(await Promise.all([resource, resource, others].map(readable))).toEqual([true, true, false]);
  expect(asked).toEqual([resource, others]);
  expect(told.at(-1)).toMatchObject({ act: 'policies in force', about: 'a later one' });
});

const allowed = { allow: true, code: 'A1', reason: 'member' };
const answeredBy = (bundles: object) => JSON.stringify({ result: allowed, provenance: { bundles } });

test.each<[string, number, string, string]>([
  ['a document that is not there', 200, '{}', 'policy.malformed'],
  ['an answer that is not JSON', 200, '<html>', 'policy.malformed'],
  ['a decision without a reason', 200, JSON.stringify({ result: { allow: true }, provenance }), 'policy.malformed'],
  ['a decision by nobody knows which policies', 200, JSON.stringify({ result: allowed }), 'policy.malformed'],
  ['a decision by other policies', 200, answeredBy({ b: { revision: digestText('x') } }), 'policy.unexpected'],
  ['a decision by two sets of policies', 200, answeredBy({ ...provenance.bundles, b: { revision: digestText('x') } }), 'policy.unexpected'],
  ['a decision without a bundle', 200, answeredBy({}), 'policy.unexpected'],
  ['an error of OPA', 500, '{}', 'policy.unreachable'],
])('%s is "no"', async (_, status, body, kind) => {
  const { authority } = await opaThatAnswers(status, body);
  await expect(authority.decide(ana, 'release.read', resource)).rejects.toMatchObject({ kind });
});

test('nobody listening is "no"', async () => {
  await expect(createOpaAuthority('http://127.0.0.1:1', revisions).decide(ana, 'release.read', resource)).rejects.toMatchObject({
    kind: 'policy.unreachable',
  });
});

test('an allow is "no" while nobody says which policies are expected, and counts once somebody does', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-authority-')), 'revisions');
  const { authority } = await opaThatAnswers(200, answeredBy(provenance.bundles), file);
  await expect(authority.decide(ana, 'release.read', resource)).rejects.toMatchObject({ kind: 'policy.unexpected' });
  writeFileSync(file, `${revision}\n`);
  expect(await authority.decide(ana, 'release.read', resource)).toEqual({ ...allowed, revision });
});
