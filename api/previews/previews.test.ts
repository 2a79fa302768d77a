/** What a release would be, over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { laneIdOf } from '../../domain/lane.ts';
import { serviceLaneOf } from '../../domain/order.ts';
import { type ApiWorld, environmentYaml, releaseBody, someDigest, startApi } from '../../test/support/api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
beforeEach(() => {
  world.releases.previewed.clear();
  world.releases.lanes.clear();
  world.releases.stops.clear();
  world.policy = () => true;
});

const { reason: _, ...body } = releaseBody;
const ask = async () => {
  const response = await world.call('POST', '/v1/previews', { body });
  return { status: response.status, location: response.headers.get('location'), id: ((await response.json()) as { id: string }).id };
};
const show = async (id: string) => {
  const response = await world.call('GET', `/v1/previews/${id}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('a branch that is not merged', () => {
  test('is previewed where the environment says so', async () => {
    const open = await startApi({ 'environments/production.yaml': `${environmentYaml}previews: { branches: ["feature/*"] }\n` });
    onTestFinished(() => open.close());
    const asked = (branch: string) => open.call('POST', '/v1/previews', { body: { ...body, branch } });
    expect((await asked('feature/wider')).status).toBe(202);
    expect([...open.releases.previewed.values()].map(({ order }) => order.source.refs)).toEqual([['feature/wider']]);
    const refused = await asked('wider');
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { kind: 'request.invalid', errors: [{ field: 'branch', value: 'wider', allowed: 'feature/*' }] },
    ]);
  });

  test('is not previewed where the environment says nothing', async () => {
    const response = await world.call('POST', '/v1/previews', { body: { ...body, branch: 'main' } });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { errors: [{ field: 'branch', allowed: expect.stringContaining('environments/production.yaml') }] },
    ]);
    expect(world.releases.previewed.size).toBe(0);
  });

  test('is not released: only a preview takes a branch', async () => {
    expect((await world.call('POST', '/v1/releases', { body: { ...releaseBody, branch: 'main' } })).status).toBe(400);
  });
});

describe('a preview', () => {
  test('is asked for without a reason, starts no release, and is another one each time', async () => {
    const [first, second] = [await ask(), await ask()];
    expect(first).toMatchObject({ status: 202, location: `/v1/previews/${first.id}` });
    expect(first.id).toMatch(/^fraud-scorer-production-[0-9a-f]{12}$/);
    expect(second.id).not.toBe(first.id);
    expect(world.releases.releases.size).toBe(0);
  });

  test('of a hotfix that is to pass freezes is for whoever may ask for one', async () => {
    const override = { reason: 'payments are refused', ticket: 'INC-4711' };
    const previewed = async () => (await world.call('POST', '/v1/previews', { body: { ...body, override } })).status;
    expect(await previewed()).toBe(202);
    world.policy = (_caller, action) => action !== 'release.override';
    expect([await previewed(), world.releases.previewed.size]).toEqual([403, 1]);
  });

  test('says who would have to approve, what is in the way, and who is in the lanes', async () => {
    const { id } = await ask();
    expect((await show(id)).body).toMatchObject({
      status: 'running',
      approval: null,
      obstacles: [],
      lanes: [{ lane: 'service/fraud-scorer/production', heldBy: null, waiting: 0 }],
    });
    const preview = world.releases.previewed.get(id);
    if (preview === undefined) throw new Error('the preview was started');
    preview.status = 'completed';
    preview.view = {
      ...preview.view,
      gate: {
        kind: 'approval needed',
        violations: [],
        because: ['production'],
        policyDigest: someDigest,
        findingsDigest: someDigest,
        findingsCount: 0,
        seats: [{ groups: ['security'], count: 1 }],
      },
    };
    world.releases.lanes.set(laneIdOf(serviceLaneOf(preview.order)), {
      holder: { releaseId: 'r-1', urgency: 'normal' },
      waiting: [{ releaseId: 'r-2', urgency: 'normal' }],
    });
    await world.call('POST', '/v1/environments/production/stop', { body: { reason: 'errors' } });
    expect((await show(id)).body).toMatchObject({
      status: 'completed',
      approval: '1 of sre or ml-owners, 1 of security',
      obstacles: [{ kind: 'stopped' }],
      lanes: [{ heldBy: 'r-1', waiting: 1 }],
    });
  });

  test('is for those whom the policy lets; one that is not there is 404', async () => {
    const { id } = await ask();
    world.policy = (caller, action) => action !== 'release.preview';
    expect((await show(id)).status).toBe(403);
    expect((await ask()).status).toBe(403);
    expect(await show('fraud-scorer-production-000000000000')).toMatchObject({ status: 404, body: { kind: 'release.unknown' } });
  });
});
