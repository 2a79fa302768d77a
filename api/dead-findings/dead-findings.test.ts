/** Over HTTP: findings that told nobody, listed, and told after all by whoever looks after the installation. */
import { beforeEach, expect, test } from 'vitest';
import { useApi } from '../../test/support/api-calls.ts';
import { Problem } from '../http/problem.ts';

const world = useApi();

const dead = { messageId: 'm1', since: '2026-11-27T10:00:00.000Z', received: 6, told: false };
const finding = { id: 'f00d', type: 'Execution:Runtime/NewBinaryExecuted', severity: 8 };
const none = { ...dead, messageId: 'm2', finding: null, malformed: 'body: not an object' };
beforeEach(() => {
  world().releases.acts.length = 0;
  world().releases.dead = { off: null, messages: [{ ...dead, finding, malformed: null }, none], more: false };
});

const list = () => world().call('GET', '/v1/dead-findings');
const redeliver = () => world().call('POST', '/v1/dead-findings/redeliver');
const acts = () => world().releases.acts.map(({ act, about, because }) => ({ act, about, because }));

test('to list them tells none of them', async () => {
  for (const listed of [await list(), await list()])
    expect(await listed.json()).toMatchObject({ messages: [{ finding, told: false }, none], more: false });
  expect(acts()).toEqual([]);
});

test('what is a finding is told on demand, and that somebody did it is recorded; what is none stays', async () => {
  expect(await (await redeliver()).json()).toMatchObject({ messages: [{ finding, told: true }, { told: false }] });
  await expect.poll(acts).toEqual([{ act: 'told a dead finding', about: 'f00d', because: null }]);
  expect(await (await list()).json()).toMatchObject({ messages: [none] });
});

test('whoever may read them may not have them told, and whom the policies do not let learns nothing', async () => {
  world().policy = (_, action) => action === 'notice.read';
  expect([(await list()).status, (await redeliver()).status]).toEqual([200, 403]);
  world().policy = () => false;
  expect((await list()).status).toBe(403);
  expect(world().releases.dead.messages).toHaveLength(2);
});

test('a worker that does not answer is no empty list', async () => {
  world().releases.broken = new Problem('queue.unreachable', 'no worker of the queue `control` answered in time');
  expect(await (await list()).json()).toMatchObject({ status: 503, kind: 'queue.unreachable' });
});
