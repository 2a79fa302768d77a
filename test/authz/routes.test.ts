/** Every route has its row, asks what the row says, and is in the golden table that people review. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../domain/caller.ts';
import { type ApiWorld, releaseBody, startApi } from '../support/api-world.ts';
import { besides, open, routes } from './routes.ts';

let world: ApiWorld;
let id: string;
beforeAll(async () => {
  world = await startApi();
  const started = await world.call('POST', '/v1/releases', { body: releaseBody });
  id = ((await started.json()) as { id: string }).id;
  const { order } = world.releases.releases.get(id) ?? {};
  if (order !== undefined) await world.releases.previews.start(order);
});
afterAll(() => world.close());

test('the rows are the routes of the API, each once', async () => {
  const { paths } = (await (await world.call('GET', '/openapi.json', { token: null })).json()) as { paths: Record<string, object> };
  const served = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
  expect([...routes.map(({ route }) => route), ...open].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    served.toSorted((a, b) => (a < b ? -1 : 1)),
  );
});

test.each(routes)('$route asks about $action and nothing else', async ({ route, action, body }) => {
  world.policy = () => false;
  world.asked.length = 0;
  const [method = '', path = ''] = route.split(' ');
  const concrete = path
    .replace('{id}', id)
    .replace('{name}', 'restore%20traffic')
    .replace('{service}', 'fraud-scorer')
    .replace('{environment}', 'production');
  await world.call(method as 'GET' | 'POST', concrete, body === undefined ? {} : { body });
  expect(new Set(world.asked.map((asked) => asked.action))).toEqual(new Set([action]));
});

describe('the golden table', () => {
  const golden = readFileSync('test/golden/authz/matrix.md', 'utf8');

  test('has a row for every route', () => {
    expect([...routes, ...besides].filter(({ route, action }) => !golden.includes(`| ${route} | ${action} |`))).toEqual([]);
  });

  test('has a row for every action, also one that no route asks about yet', () => {
    expect(actions.filter((action) => !new RegExp(`\\| ${action.replace('.', '\\.')} \\|`).test(golden))).toEqual([]);
  });
});
