/** The installation over HTTP and in the terminal. */
import picocolors from 'picocolors';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { reportText } from '../../cli/doctor.ts';
import { failed, passed } from '../../domain/checkup.ts';
import { type ApiWorld, startApi } from '../../test/support/api-world.ts';
import { Problem } from '../http/problem.ts';
import type { InstallationReport } from './schemas.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
beforeEach(() => {
  world.releases.checkups.length = 0;
  world.releases.broken = undefined;
  world.policy = () => true;
  world.ledger.broken = undefined;
});

const look = async () => {
  const response = await world.call('GET', '/v1/doctor');
  return { status: response.status, body: (await response.json()) as InstallationReport };
};

test('it is looked at for whoever asks, with what the catalog says of each environment and each store once', async () => {
  expect(await look()).toMatchObject({
    status: 200,
    body: { healthy: true, checks: [{ check: 'temporal' }, { check: 'policies' }, { check: 'reading' }] },
  });
  const [request] = world.releases.checkups;
  expect(request?.environments).toMatchObject([
    { name: 'production', backends: [{ bucket: 'acme-tfstate' }], queues: { tools: 'tools', watch: 'watch' } },
  ]);
  expect(JSON.stringify(request)).not.toContain('secretsmanager');
});

test('one look that finds something wrong makes all of it unhealthy', async () => {
  world.releases.found = [passed('policies', 'OPA', 'they are'), failed('guardduty', 'production', 'no detector')];
  const { body } = await look();
  expect(body.healthy).toBe(false);
  const text = reportText(body, picocolors.createColors(false));
  expect(text.split('\n').slice(-5)).toEqual([
    expect.stringMatching(/^wrong guardduty +production: no detector$/),
    expect.stringContaining('threat-detection'),
    '',
    '1 of 4 looks found something wrong',
    '',
  ]);
});

test('without Temporal that is the answer, beside what the API looks at by itself', async () => {
  world.releases.broken = new Problem('temporal.unreachable', 'Temporal does not answer');
  expect(await look()).toMatchObject({
    status: 200,
    body: {
      healthy: false,
      checks: [
        { check: 'temporal', found: 'Temporal does not answer' },
        { check: 'reading', ok: true },
      ],
    },
  });
});

test('an API that may not read the ledger is not right, whatever the workers say', async () => {
  world.releases.found = [];
  world.ledger.broken = new Problem('ledger.unreachable', 'the ledger did not answer: NoSuchBucket');
  const { body } = await look();
  expect([body.healthy, body.checks.filter(({ ok }) => !ok)]).toMatchObject([
    false,
    [{ check: 'reading', found: 'the ledger did not answer: NoSuchBucket' }],
  ]);
});

test('whom the policies do not let learns nothing', async () => {
  world.policy = (_, action) => action !== 'installation.read';
  expect((await look()).status).toBe(403);
  expect(world.releases.checkups).toEqual([]);
});
