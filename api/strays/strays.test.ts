/** What no release explains, over HTTP. */
import { describe, expect, test } from 'vitest';
import { useApi } from '../../test/support/api-calls.ts';
import { environmentYaml } from '../../test/support/api-world.ts';

const world = useApi({ 'environments/staging.yaml': environmentYaml.replace('name: production', 'name: staging') });

describe('strays', () => {
  const strays = async (environment = 'production') => {
    const response = await world().call('GET', `/v1/environments/${environment}/strays`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const stray = {
    kind: 'no release' as const,
    workload: 'Pod/debug',
    pods: 1,
    release: null,
    because: 'it names no release',
    since: 'today',
  };

  test('are those of the last look at that environment; before any look there is no time of one', async () => {
    world().releases.lastLook = null;
    expect(await strays()).toMatchObject({ status: 200, body: { environment: 'production', at: null, strays: [] } });
    const look = { environment: 'production', cluster: 'ml', namespace: 'models', strays: [stray], more: 2, unknown: null };
    world().releases.lastLook = { at: '2026-11-27T12:00:00Z', looks: [look] };
    const body = { environment: 'production', at: '2026-11-27T12:00:00Z', strays: [stray], more: 2, unknown: null };
    expect(await strays(), 'a look from before anybody read a trail').toEqual({ status: 200, body: { ...body, aws: null } });
    const read = { account: '111122223333', writes: [], more: 3, unknown: 'AccessDenied' };
    const accounts = [{ ...read, environments: ['staging', 'production'], readUntil: null }];
    world().releases.lastLook = { at: '2026-11-27T12:00:00Z', looks: [look], accounts };
    expect(await strays()).toEqual({ status: 200, body: { ...body, aws: read } });
    expect(await strays('staging')).toMatchObject({ status: 200, body: { at: null } });
  });

  test('are not for everybody, and of no environment that is not there', async () => {
    expect(await strays('nowhere')).toMatchObject({ status: 404 });
    world().policy = (_, action) => action !== 'strays.read';
    expect(await strays()).toMatchObject({ status: 403 });
  });
});
