/** Over HTTP: notices that told nobody, delivered after all or let go, by whoever looks after the installation. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { listedNotice } from '../../domain/undelivered.ts';
import { type ApiWorld, startApi } from '../../test/support/api-world.ts';
import { strayNotice } from '../../test/support/notices.ts';
import type { undeliveredPage } from './schemas.ts';

type UndeliveredPage = z.infer<typeof undeliveredPage>;

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
const kept = listedNotice({ ...strayNotice, since: '2026-11-27T10:00:00.000Z', because: 'paging answered with status 503' });
beforeEach(() => {
  world.policy = () => true;
  world.releases.stillRefused = null;
  world.releases.acts.length = 0;
  world.releases.kept.clear();
  world.releases.kept.set(kept.id, kept);
});

const say = async (what: string, body?: object, id = kept.id) => {
  const response = await world.call('POST', `/v1/undelivered/${id}/${what}`, body === undefined ? {} : { body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const acts = () => world.releases.acts.map(({ act, about, because }) => ({ act, about, because }));

test('a notice is listed with who should have heard what, since when, and why they did not', async () => {
  const response = await world.call('GET', '/v1/undelivered');
  expect(await response.json()).toEqual({ notices: [kept], nextPageToken: null });
});

test('what does not fit one page is on the next, to the last', async () => {
  world.releases.kept.set('another', { ...kept, id: 'another' });
  const page = async (query: string) => (await (await world.call('GET', `/v1/undelivered?pageSize=1${query}`)).json()) as UndeliveredPage;
  const first = await page('');
  const last = await page(`&pageToken=${first.nextPageToken}`);
  expect([...first.notices, ...last.notices].map(({ id }) => id)).toEqual([kept.id, 'another']);
  expect(last.nextPageToken).toBeNull();
});

test('one that is taken now is gone, and that somebody did it is recorded', async () => {
  expect(await say('redeliver')).toEqual({ status: 200, body: { state: 'delivered', because: null } });
  await expect.poll(acts).toEqual([{ act: 'redelivered a notice', about: kept.id, because: null }]);
  expect(await say('redeliver')).toMatchObject({
    status: 404,
    body: { kind: 'notice.unknown', errors: [{ field: 'id', value: kept.id }] },
  });
});

test('one that is not taken stays, with why, and nothing was done', async () => {
  world.releases.stillRefused = 'paging did not answer';
  expect(await say('redeliver')).toEqual({ status: 200, body: { state: 'waiting', because: 'paging did not answer' } });
  expect([world.releases.kept.size, acts()]).toEqual([1, []]);
});

test('one is let go with a reason and not without', async () => {
  expect(await say('discard', {})).toMatchObject({ status: 400 });
  expect(await say('discard', { reason: 'the release is over' })).toMatchObject({ status: 200, body: { state: 'discarded' } });
  await expect.poll(acts).toEqual([{ act: 'discarded a notice', about: kept.id, because: 'the release is over' }]);
});

test('whoever may read them may not settle them', async () => {
  world.policy = (_, action) => action === 'notice.read';
  expect([await say('redeliver'), await say('discard', { reason: 'r' })]).toMatchObject([{ status: 403 }, { status: 403 }]);
  expect(await say('redeliver', undefined, '%2e%2e%2freleases')).toMatchObject({ status: 400 });
});
