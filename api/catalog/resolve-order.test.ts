import { describe, expect, test } from 'vitest';
import type { ReleaseRequest } from '../../domain/order.ts';
import { environmentYaml, releaseBody, serviceYaml, writeCatalog } from '../../test/support/api-world.ts';
import { Problem } from '../http/problem.ts';
import { loadCatalog } from './load.ts';
import { resolveOrder, resolveRollback } from './resolve-order.ts';

const catalog = loadCatalog(writeCatalog(), {});
const ana = { subject: 'ana', kind: 'human' } as const;
const request: ReleaseRequest = { ...releaseBody, attempt: 1 };
const infrastructure = { stack: 'platform', variables: { replicas_max: 12 } };

const problemOf = (make: () => unknown): Problem => {
  try {
    make();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('an order holds everything the workflow will need', () => {
  const order = resolveOrder(catalog, { ...request, infrastructure }, ana);
  expect(order).toMatchObject({
    team: 'risk',
    urgency: 'normal',
    requester: ana,
    source: { repository: 'https://example.com/ml-platform', refs: ['main'], commit: request.source.commit },
    infrastructure: { stack: { name: 'platform', backend: { lockTable: 'acme-tflock' } }, variables: { replicas_max: 12 } },
    model: { version: '2026.11.3', chart: { path: 'infra/helm/model-service' }, objectives: { minimumRequests: 200 } },
    approvals: { quorum: [{ groups: ['sre', 'ml-owners'], count: 1 }] },
    catalogDigest: expect.stringMatching(/^sha256:/),
  });
  expect(order.releaseId).toMatch(/^fraud-scorer-production-[0-9a-f]{12}$/);
});

test('a release that is to pass freezes is a hotfix, and its order says why', () => {
  const override = { reason: 'payments are refused', ticket: 'INC-4711' };
  expect(resolveOrder(catalog, { ...request, override }, ana)).toMatchObject({ urgency: 'hotfix', override });
  expect(resolveOrder(catalog, request, ana)).not.toHaveProperty('override');
});

test('a strategy other than a canary is in the order of a model, and of nothing else', () => {
  const blueGreen = loadCatalog(writeCatalog({ 'services/fraud-scorer.yaml': `${serviceYaml}strategy: blue-green\n` }), {});
  const order = resolveOrder(blueGreen, request, ana);
  expect(order.strategy).toBe('blue-green');
  expect(resolveOrder(catalog, request, ana)).not.toHaveProperty('strategy');
  const { model: _, ...without } = request;
  expect(resolveOrder(blueGreen, { ...without, infrastructure }, ana)).not.toHaveProperty('strategy');
  expect(resolveRollback(blueGreen, order, { incident: 'INC-1', reason: 'errors', attempt: 1 }, ana)).not.toHaveProperty('strategy');
});

test('who is told is in the order, with names of secrets; where nobody is, nothing is', () => {
  const notices = [{ kind: 'slack', name: 'chat', url: { variable: 'PLIMSOLL_NOTICE_CHAT' } }] as const;
  const yaml = `${environmentYaml}notices: ${JSON.stringify(notices)}\n`;
  expect(resolveOrder(loadCatalog(writeCatalog({ 'environments/production.yaml': yaml }), {}), request, ana).notices).toEqual(notices);
  expect(resolveOrder(catalog, request, ana)).not.toHaveProperty('notices');
});

test('the digest of the catalog changes with what the order came from, and only with that', () => {
  const digest = (yaml: string) =>
    resolveOrder(loadCatalog(writeCatalog({ 'environments/production.yaml': yaml }), {}), request, ana).catalogDigest;
  const before = digest(environmentYaml);
  expect(digest(`# a comment\n${environmentYaml}`)).toBe(before);
  expect(digest(environmentYaml.replace('[sre, ml-owners]', '[sre]'))).not.toBe(before);
});

describe('what cannot be ordered is refused with its field', () => {
  test.each<[string, Partial<ReleaseRequest>, string, string, RegExp]>([
    ['an unknown service', { service: 'x' }, 'catalog.unknown', 'service', /one of fraud-scorer/],
    ['an unknown environment', { environment: 'x' }, 'catalog.unknown', 'environment', /one of production/],
    [
      'an unknown stack',
      { infrastructure: { stack: 'x', variables: {} } },
      'catalog.unknown',
      'infrastructure.stack',
      /one of elsewhere, platform/,
    ],
    ['no part at all', { model: undefined }, 'request.invalid', 'infrastructure', /neither/],
    [
      'two repositories',
      { infrastructure: { stack: 'elsewhere', variables: {} } },
      'request.invalid',
      'infrastructure.stack',
      /one after the other/,
    ],
    [
      'a secret in the body',
      { infrastructure: { stack: 'platform', variables: { feature_store_password: 'hunter2' } } },
      'request.invalid',
      'infrastructure.variables.feature_store_password',
      /Secrets Manager/,
    ],
    [
      'variables without end',
      { infrastructure: { stack: 'platform', variables: { list: 'x'.repeat(30_000) } } },
      'request.invalid',
      'infrastructure.variables',
      /at most 24576 bytes/,
    ],
  ])('%s', (_, change, kind, field, allowed) => {
    const problem = problemOf(() => resolveOrder(catalog, { ...request, ...change }, ana));
    expect([problem.kind, problem.errors[0]?.field]).toEqual([kind, field]);
    expect(problem.errors[0]?.allowed).toMatch(allowed);
    expect(JSON.stringify(problem.errors)).not.toContain('hunter2');
  });

  test('parts that share no ref', () => {
    const own = environmentYaml.replace('root: infra/terraform', 'root: infra/terraform, refs: [infra]');
    const problem = problemOf(() =>
      resolveOrder(loadCatalog(writeCatalog({ 'environments/production.yaml': own }), {}), { ...request, infrastructure }, ana),
    );
    expect(problem.errors[0]?.allowed).toMatch(/shares a ref/);
  });
});

test('a rollback keeps the model as it was released, takes the environment as it is now, and leaves infrastructure alone', () => {
  const former = resolveOrder(catalog, { ...request, infrastructure }, ana);
  const now = loadCatalog(
    writeCatalog({ 'environments/production.yaml': environmentYaml.replace('namespace: models', 'namespace: moved') }),
    {},
  );
  const asked = { incident: 'INC-1', reason: 'errors', attempt: 1 };
  const order = resolveRollback(now, former, asked, { subject: 'oncall', kind: 'human' });
  expect(order).toMatchObject({ urgency: 'rollback', model: former.model, source: former.source, cluster: { namespace: 'moved' } });
  expect(order.rollback).toEqual({ to: former.releaseId, incident: 'INC-1' });
  expect(order.infrastructure).toBeUndefined();
  expect(order.releaseId).not.toBe(former.releaseId);
  expect(resolveRollback(now, former, { ...asked, reason: 'other words' }, ana).releaseId).toBe(order.releaseId);
  expect(resolveRollback(now, former, { ...asked, incident: 'INC-2' }, ana).releaseId).not.toBe(order.releaseId);
});

test('a release of infrastructure alone cannot be gone back to', () => {
  const former = resolveOrder(catalog, { ...request, model: undefined, infrastructure }, ana);
  expect(problemOf(() => resolveRollback(catalog, former, { incident: 'i', reason: 'r', attempt: 1 }, ana)).errors[0]?.field).toBe('to');
});
