/** Over HTTP: what GuardDuty has found, for whoever may read a release that it is about, and on the release itself. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ListedThreat, listedThreat, type ReachedRelease } from '../../domain/threats/listed.ts';
import { type ApiWorld, releaseBody, startApi } from '../../test/support/api-world.ts';
import { threatOf } from '../../test/support/threats.ts';
import type { ThreatPage } from '../temporal/threats.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
beforeEach(() => {
  world.policy = () => true;
  world.releases.detected.length = 0;
});

const reached = (releaseId: string, change: Partial<ReachedRelease> = {}): ReachedRelease => ({
  releaseId,
  service: 'fraud-scorer',
  environment: 'production',
  team: 'risk',
  state: 'told',
  ...change,
});
const found = (id: string, ...releases: ReachedRelease[]) => world.releases.detected.push(listedThreat(threatOf({ id }), releases));
const list = async (query = '') => {
  const response = await world.call('GET', `/v1/threats${query}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { threats: ListedThreat[] }).threats;
};
const ids = async (query?: string) => (await list(query)).map(({ id }) => id);

test('a finding names the releases that it is about and what became of each, incidents first', async () => {
  found('f1', reached('r-1'), reached('r-2', { state: 'incident' }));
  expect(await list()).toMatchObject([
    { id: 'f1', releases: [{ releaseId: 'r-2', state: 'incident' }, { releaseId: 'r-1' }], moreReleases: 0 },
  ]);
});

test('service, environment and release have to fit one release of it, and incidents can be asked for alone', async () => {
  found('f1', reached('r-1'), reached('r-2', { service: 'ranker', environment: 'staging' }));
  found('f2', reached('r-3', { state: 'incident' }));
  expect(await ids('?service=ranker&environment=staging')).toEqual(['f1']);
  expect(await ids('?service=ranker&environment=production')).toEqual([]);
  expect(await ids('?release=r-1')).toEqual(['f1']);
  expect(await ids('?state=incident')).toEqual(['f2']);
});

test('whoever may read one of its releases sees that one, and how many they do not see', async () => {
  found('f1', reached('r-1'), reached('r-2', { service: 'ranker', team: 'growth' }));
  found('f2', reached('r-3', { service: 'ranker', team: 'growth' }));
  found('f3');
  world.policy = (_caller, _action, { team }) => team === 'risk';
  expect(await list()).toMatchObject([{ id: 'f1', releases: [{ releaseId: 'r-1' }], moreReleases: 1 }]);
});

test('what does not fit one page is on the next, also behind a page of which the caller may read nothing', async () => {
  found('f1', reached('r-1', { team: 'growth' }));
  found('f2', reached('r-2'));
  world.policy = (_caller, _action, { team }) => team === 'risk';
  const page = async (query: string) => (await (await world.call('GET', `/v1/threats?pageSize=1${query}`)).json()) as ThreatPage;
  const first = await page('');
  expect(first.threats).toEqual([]);
  expect(await page(`&pageToken=${first.nextPageToken}`)).toMatchObject({ threats: [{ id: 'f2' }], nextPageToken: null });
});

test('one about no release is for whoever reads everything', async () => {
  found('f1');
  expect(await ids()).toEqual(['f1']);
  world.policy = (_caller, _action, { team }) => team !== '*';
  expect(await ids()).toEqual([]);
});

test('a release that was released shows what it was opened again for; one under way does not ask', async () => {
  const started = await world.call('POST', '/v1/releases', { body: releaseBody });
  const { id } = (await started.json()) as { id: string };
  found('f1', reached(id, { state: 'incident' }));
  found('f2', reached(id));
  const incidents = async () => ((await (await world.call('GET', `/v1/releases/${id}`)).json()) as { incidents: object[] }).incidents;
  expect(await incidents()).toEqual([]);
  world.releases.change(id, { status: 'completed', phase: 'closed', outcome: 'released' });
  expect(await incidents()).toMatchObject([{ id: 'f1', type: 'Execution:Runtime/NewBinaryExecuted' }]);
});
