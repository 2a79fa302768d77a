/** What the API says of itself, with an issuer, a policy and a Temporal that are values (test/support/api-world.ts). */
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { operations, startedId, useApi } from '../../test/support/api-calls.ts';

const world = useApi();

describe('documents', () => {
  test('the OpenAPI document is valid 3.1 and names exactly the routes the server has', async () => {
    const document = (await (await world().call('GET', '/openapi.json', { token: null })).json()) as Record<string, unknown>;
    const { valid, errors } = await new Validator().validate(document);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(document['openapi']).toBe('3.1.0');
    expect((await operations(world())).map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'GET /v1/dead-findings',
      'GET /v1/doctor',
      'GET /v1/environments/{environment}',
      'GET /v1/environments/{environment}/drift',
      'GET /v1/environments/{environment}/rescan',
      'GET /v1/environments/{environment}/strays',
      'GET /v1/login',
      'GET /v1/me',
      'GET /v1/previews/{id}',
      'GET /v1/previews/{id}/findings',
      'GET /v1/releases',
      'GET /v1/releases/{id}',
      'GET /v1/releases/{id}/counts',
      'GET /v1/releases/{id}/events',
      'GET /v1/releases/{id}/findings',
      'GET /v1/releases/{id}/verdict',
      'GET /v1/releases/{id}/verdict.svg',
      'GET /v1/services/{service}/environments/{environment}',
      'GET /v1/threats',
      'GET /v1/undelivered',
      'GET /v1/waivers',
      'POST /v1/dead-findings/redeliver',
      'POST /v1/environments/{environment}/resume',
      'POST /v1/environments/{environment}/stop',
      'POST /v1/previews',
      'POST /v1/releases',
      'POST /v1/releases/{id}/abort',
      'POST /v1/releases/{id}/approvals',
      'POST /v1/releases/{id}/hold',
      'POST /v1/releases/{id}/resume',
      'POST /v1/releases/{id}/undos/{name}/skip',
      'POST /v1/releases/{id}/withdraw',
      'POST /v1/rollbacks',
      'POST /v1/undelivered/{id}/discard',
      'POST /v1/undelivered/{id}/redeliver',
    ]);
    const documented = (await operations(world())).map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    const open = /^\w+ \/(docs|openapi\.json|releases|login\/callback|logout)/;
    expect(
      servedRoutes()
        .filter((route) => !open.test(route))
        .toSorted(),
    ).toEqual(documented.toSorted());
  });

  test('the page to read it comes from here alone', async () => {
    const page = await (await world().call('GET', '/docs', { token: null })).text();
    expect(page.match(/(?:src|href)="[^"]*"/g)?.every((link) => link.includes('"/docs/'))).toBe(true);
    const assets = ['assets/swagger-ui-bundle.js', 'assets/swagger-ui.css', 'start.js'];
    const sizes = assets.map(async (asset) => {
      const response = await world().call('GET', `/docs/${asset}`, { token: null });
      // Read to its end: an answer that nobody reads keeps its connection, and the API waits for that before it closes.
      return [response.status, (await response.arrayBuffer()).byteLength > 0];
    });
    expect(await Promise.all(sizes)).toEqual(assets.map(() => [200, true]));
    expect((await world().call('GET', '/docs/assets/package.json', { token: null })).status).toBe(404);
  });

  test('metrics count by route template, never by address', async () => {
    await world().call('GET', `/v1/releases/${await startedId(world())}`);
    const text = await (await world().call('GET', '/metrics', { token: null })).text();
    expect(text).toContain('http_route="/v1/releases/:id"');
    expect(text).not.toContain('fraud-scorer-production-');
  });
});

/** The router's own tree, four characters a level: `│   ├── /:id (GET, HEAD)`. */
function servedRoutes(): readonly string[] {
  const parts: string[] = [];
  return world()
    .app.getHttpAdapter()
    .getInstance()
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', path = '', methods = ''] = /^((?:[│├└ ][── ]{3})+)(\S+)(?: \(([^)]*)\))?$/u.exec(line) ?? [];
      if (path === '') return [];
      parts.splice(indent.length / 4 - 1, Infinity, path);
      const route = parts.join('').replace(/\/\//g, '/');
      return methods.split(', ').flatMap((method) => (method === '' || method === 'HEAD' ? [] : [`${method} ${route}`]));
    });
}
