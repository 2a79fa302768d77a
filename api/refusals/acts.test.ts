/** What is told to the ledger of what somebody does beside releases, over HTTP. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ApiWorld, environmentYaml, startApi } from '../../test/support/api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
beforeEach(() => {
  world.releases.stops.clear();
  world.policy = () => true;
});

const say = async (what: 'stop' | 'resume', sub: string) =>
  await world.call('POST', `/v1/environments/production/${what}`, {
    token: await world.issuer.token({ sub, groups: ['sre'] }),
    body: { reason: 'errors everywhere' },
  });

test('the catalog that an API begins with is told, and another one when it is read', async () => {
  const told = () => world.releases.acts.filter(({ act }) => act === 'catalog in force');
  expect(told()).toMatchObject([{ by: null, about: expect.stringMatching(/^sha256:/), because: null }]);
  writeFileSync(join(world.config.catalog, 'environments/another.yaml'), environmentYaml.replace('name: production', 'name: another'));
  await world.call('GET', '/v1/environments/another');
  await world.call('GET', '/v1/environments/another');
  expect(told()).toHaveLength(2);
  expect(new Set(told().map(({ about }) => about)).size).toBe(2);
});

test('who stops a line and who resumes it is told, with the reason; saying it twice is saying it once', async () => {
  world.releases.acts.length = 0;
  await say('stop', 'sam');
  await say('stop', 'sam');
  await say('resume', 'olga');
  expect(world.releases.acts).toMatchObject([
    { act: 'stopped the line', by: { subject: 'sam' }, about: 'production', because: 'errors everywhere' },
    { act: 'resumed the line', by: { subject: 'olga' }, about: 'production', because: 'errors everywhere' },
  ]);
});

test('a ledger that is away keeps nobody from stopping a line, and the log has what is lost', async () => {
  const { tell } = world.releases.refusals;
  world.releases.refusals.tell = () => Promise.reject(new Error('no Temporal'));
  try {
    expect((await say('stop', 'sam')).status).toBe(200);
  } finally {
    world.releases.refusals.tell = tell;
  }
  expect(world.log.join('\n')).toContain('an act is not in the ledger');
});
