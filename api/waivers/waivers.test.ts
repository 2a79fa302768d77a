/** Over HTTP, with a catalog whose files change under the API. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, startApi, waiverYaml } from '../../test/support/api-world.ts';

let world: ApiWorld;
const days = (number: number) => new Date(Date.now() + number * 86_400_000).toISOString().slice(0, 10);
const write = (name: string, from: string, until: string, more = '') =>
  writeFileSync(
    join(world.config.catalog, 'waivers', `${name}.yaml`),
    `${waiverYaml
      .replace('reports-are-public', name)
      .replace(/from: .*/, `from: ${from}`)
      .replace(/until: .*/, `until: ${until}`)}${more}`,
  );

beforeAll(async () => {
  world = await startApi();
  mkdirSync(join(world.config.catalog, 'waivers'));
});
afterAll(() => world.close());

const list = async () => {
  const response = await world.call('GET', '/v1/waivers');
  expect(response.status).toBe(200);
  return ((await response.json()) as { waivers: { name: string; state: string; daysLeft: number; owner: string }[] }).waivers;
};

test('without any the list is empty', async () => {
  expect(await list()).toEqual([]);
});

test('the first to end is first, ended ones before all, each with its days', async () => {
  write('later', days(-1), days(30));
  write('over', days(-10), days(-3));
  write('today', days(-1), days(0));
  write('to-come', days(2), days(40));
  expect((await list()).map(({ name, state, daysLeft }) => [name, state, daysLeft])).toEqual([
    ['over', 'ended', -3],
    ['today', 'holds', 0],
    ['later', 'holds', 30],
    ['to-come', 'not begun', 40],
  ]);
});

test('nobody reads waivers of services that they may not read', async () => {
  write('mine', days(-1), days(5), 'service: fraud-scorer\n');
  world.policy = (_, action, { service }) => !(action === 'service.read' && service === 'fraud-scorer');
  expect(await list()).toEqual([]);
  world.policy = () => true;
  expect((await list()).map(({ name }) => name)).toContain('mine');
});

test('a waiver that becomes wrong leaves the last right catalog, and is said in the log', async () => {
  const before = await list();
  write('mine', days(-1), days(200));
  expect(await list()).toEqual(before);
  expect(world.log.join('')).toMatch(/waivers\/mine\.yaml: until/);
});
