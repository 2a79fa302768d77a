/** What has become of what was released, over HTTP. */
import { describe, expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import { useApi } from '../../test/support/api-calls.ts';
import { environmentYaml } from '../../test/support/api-world.ts';

const world = useApi({ 'environments/staging.yaml': environmentYaml.replace('name: production', 'name: staging') });

describe('a rescan', () => {
  const rescan = async (environment = 'production') => {
    const response = await world().call('GET', `/v1/environments/${environment}/rescan`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const finding = {
    place: 'production/model/fraud-scorer',
    release: 'fraud-scorer-production-1',
    fingerprint: digestText('finding'),
    rule: 'CKV_K8S_8',
    severity: 'low' as const,
    address: 'Deployment.fraud-scorer-a',
    message: 'no liveness probe',
  };

  test('is of the last night; before any there is no time of one, and where nothing serves nothing was looked at', async () => {
    world().releases.lastRescan = null;
    expect(await rescan()).toMatchObject({ status: 200, body: { environment: 'production', at: null, findings: [] } });
    const unknown = [{ place: 'production/infrastructure/platform', because: 'the commit is gone' }];
    const look = { environment: 'production', looked: 2, found: [finding], more: 1, unknown, moreUnknown: 0 };
    world().releases.lastRescan = { at: '2026-11-27T02:10:00Z', looks: [look] };
    expect(await rescan()).toEqual({
      status: 200,
      body: { environment: 'production', at: '2026-11-27T02:10:00Z', looked: 2, findings: [finding], more: 1, unknown, moreUnknown: 0 },
    });
    expect(await rescan('staging')).toMatchObject({ status: 200, body: { at: '2026-11-27T02:10:00Z', looked: 0, findings: [] } });
  });

  test('is for whoever may read strays, and of no environment that is not there', async () => {
    expect(await rescan('nowhere')).toMatchObject({ status: 404 });
    world().policy = (_, action) => action !== 'strays.read';
    expect(await rescan()).toMatchObject({ status: 403 });
  });
});

test('drift is of the last look, for whoever may read strays', async () => {
  const drift = async () => world().call('GET', '/v1/environments/production/drift');
  const [place, release] = ['production/infrastructure/platform', 'fraud-scorer-production-1'];
  const found = [{ place, release, address: 'aws_s3_bucket.models', action: 'update' as const }];
  const look = { environment: 'production', looked: 1, more: 0, unknown: [], moreUnknown: 0 };
  world().releases.lastDrift = { at: '2026-11-27T12:30:00Z', looks: [{ ...look, found }] };
  expect(await (await drift()).json()).toEqual({ ...look, at: '2026-11-27T12:30:00Z', drifts: found });
  world().policy = (_, action) => action !== 'strays.read';
  expect((await drift()).status).toBe(403);
});
