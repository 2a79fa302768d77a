/** Freezes and a stopped line, over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { recordEnd } from '../../test/support/api-calls.ts';
import { type ApiWorld, environmentYaml, releaseBody, startApi } from '../../test/support/api-world.ts';

const longFreeze = `freeze: [{ name: audit, reason: the auditors are here, start: "2020-01-01T00:00", end: "2120-01-01T00:00", timeZone: Europe/Berlin }]`;

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi({ 'environments/frozen.yaml': `${environmentYaml.replace('name: production', 'name: frozen')}${longFreeze}\n` });
});
afterAll(() => world.close());
beforeEach(() => {
  world.releases.releases.clear();
  world.releases.stops.clear();
  world.ledger.objects.clear();
  world.policy = () => true;
});

const as = (sub: string) => world.issuer.token({ sub, groups: ['sre'] });
const say = async (what: 'stop' | 'resume', sub: string, environment = 'production') => {
  const response = await world.call('POST', `/v1/environments/${environment}/${what}`, {
    token: await as(sub),
    body: { reason: 'errors everywhere' },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const ask = async (change: object = {}) => {
  const response = await world.call('POST', '/v1/releases', { body: { ...releaseBody, ...change } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('a line', () => {
  test('that is free says so; one that is stopped says by whom, and takes no new release', async () => {
    expect(await (await world.call('GET', '/v1/environments/production')).json()).toEqual({
      environment: 'production',
      obstacles: [],
      nextFreezes: [],
    });
    expect(await say('stop', 'sam')).toMatchObject({
      status: 200,
      body: { obstacles: [{ kind: 'stopped', by: 'sam', reason: 'errors everywhere' }] },
    });
    expect(await ask()).toMatchObject({ status: 409, body: { kind: 'line.stopped', detail: expect.stringContaining('sam') as string } });
    expect(world.releases.releases.size).toBe(0);
  });

  test('that is stopped still answers for a release that was asked for before, and lets one go back', async () => {
    const { body } = await ask();
    await recordEnd(world, String(body['id']));
    await say('stop', 'sam');
    expect(await ask()).toMatchObject({ status: 200, body: { id: body['id'], obstacles: [{ kind: 'stopped' }] } });
    const back = { service: 'fraud-scorer', environment: 'production', to: body['id'], reason: 'errors', incident: 'INC-1' };
    expect((await world.call('POST', '/v1/rollbacks', { body: back, token: await as('oncall') })).status).toBe(202);
  });

  test('is stopped once: by the same person again is the same stop, by another one it is told whose it is', async () => {
    await say('stop', 'sam');
    expect((await say('stop', 'sam')).status).toBe(200);
    expect(await say('stop', 'sue')).toMatchObject({ status: 409, body: { kind: 'line.stopped' } });
    expect(world.releases.stops.get('production')?.by.subject).toBe('sam');
  });

  test('that somebody resumes just as it is stopped is never said to be stopped', async () => {
    const { line } = world.releases;
    onTestFinished(() => void Object.assign(world.releases, { line }));
    Object.assign(world.releases, { line: { ...line, stop: async () => false } });
    expect(await say('stop', 'sam')).toMatchObject({ status: 409, body: { kind: 'line.notStopped' } });
  });

  test('is resumed by another person than the one who stopped it, and only while it is stopped', async () => {
    expect(await say('resume', 'sue')).toMatchObject({ status: 409, body: { kind: 'line.notStopped' } });
    await say('stop', 'sam');
    expect(await say('resume', 'sam')).toMatchObject({ status: 403, body: { kind: 'line.samePerson' } });
    expect(world.releases.refused.at(-1)).toMatchObject({ by: { subject: 'sam' }, refusal: 'line.samePerson' });
    expect(await say('resume', 'sue')).toMatchObject({ status: 200, body: { obstacles: [] } });
    expect((await ask()).status).toBe(202);
  });

  test('is for those whom the policy lets, of an environment that there is', async () => {
    world.policy = (_, action) => action !== 'line.stop';
    expect((await say('stop', 'sam')).status).toBe(403);
    expect(world.asked.at(-1)).toMatchObject({
      action: 'line.stop',
      resource: { environment: 'production', approverGroups: ['sre', 'ml-owners'] },
    });
    expect(await say('stop', 'sam', 'moon')).toMatchObject({ status: 404, body: { kind: 'catalog.unknown' } });
  });
});

describe('a hotfix that is to pass freezes', () => {
  const override = { reason: 'payments are refused', ticket: 'INC-4711' };

  test('is asked for by whoever the policies let, and is not told that it will wait for a freeze', async () => {
    expect(await ask({ environment: 'frozen', override })).toMatchObject({ status: 202, body: { obstacles: [] } });
    expect(world.asked.slice(-2).map(({ action }) => action)).toEqual(['release.start', 'release.override']);
    world.policy = (_, action) => action !== 'release.override';
    expect(await ask({ environment: 'frozen', override: { ...override, ticket: 'INC-4712' } })).toMatchObject({ status: 403 });
    expect(await ask({ environment: 'frozen' })).toMatchObject({ status: 202 });
  });

  test('needs a ticket and a reason, and is refused while the line is stopped', async () => {
    const errors = [{ field: 'override.ticket' }];
    expect(await ask({ override: { reason: override.reason } })).toMatchObject({ status: 400, body: { errors } });
    expect(await ask({ override: { ticket: override.ticket } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'override.reason' }] },
    });
    await say('stop', 'sam', 'frozen');
    expect(await ask({ environment: 'frozen', override })).toMatchObject({ status: 409, body: { kind: 'line.stopped' } });
  });
});

describe('a freeze', () => {
  test('is shown with the line, in the answer to whoever asks for a release, and while that waits', async () => {
    const freeze = { kind: 'freeze', name: 'audit', reason: 'the auditors are here', until: '2119-12-31T23:00:00.000Z' };
    expect(await (await world.call('GET', '/v1/environments/frozen')).json()).toMatchObject({ obstacles: [freeze] });
    const asked = await ask({ environment: 'frozen' });
    expect(asked).toMatchObject({ status: 202, body: { obstacles: [freeze] } });
    const id = String(asked.body['id']);
    expect(await (await world.call('GET', `/v1/releases/${id}`)).json()).toMatchObject({ obstacles: [freeze] });
    world.releases.change(id, { status: 'completed' });
    expect(await (await world.call('GET', `/v1/releases/${id}`)).json()).toMatchObject({ obstacles: [] });
  });
});
