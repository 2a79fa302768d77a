/** The stream's rules, with time as a value: each pause runs the next step of the story. */
import { expect, test } from 'vitest';
import { releaseBody, writeCatalog } from '../../test/support/api-world.ts';
import { FakeReleases } from '../../test/support/fake-releases.ts';
import { failVerdict } from '../../test/support/verdicts.ts';
import { loadCatalog } from '../catalog/load.ts';
import { resolveOrder } from '../catalog/resolve-order.ts';
import { releaseEvents } from './events.ts';

const order = resolveOrder(loadCatalog(writeCatalog(), {}), { ...releaseBody, attempt: 1 }, { subject: 'ana', kind: 'human' });
const id = order.releaseId;
const verdict = (requests: number) => ({ ...failVerdict, canary: { requests, errors: 0, p99Seconds: 0.1 } });

/** Each pause carries out one step; after the last one the reader goes away. */
async function stream(steps: readonly ((releases: FakeReleases) => void)[], after = -1) {
  const releases = new FakeReleases();
  releases.put(order, {});
  releases.record(id, 'requested');
  let now = 0;
  let asked = 0;
  const gone = new AbortController();
  const counting = {
    describe: releases.describe.bind(releases),
    records: (...args: [string, number, number]) => (asked++, releases.records(...args)),
  };
  const left = [...steps];
  const pause = async (milliseconds: number) => {
    now += milliseconds;
    const step = left.shift();
    if (step === undefined) gone.abort();
    else step(releases);
  };
  const lines: string[] = [];
  for await (const text of releaseEvents(counting, id, after, gone.signal, { pollMs: 1_000, heartbeatMs: 15_000, now: () => now, pause }))
    lines.push(
      text
        .split('\n')
        .filter((line) => !line.startsWith('data'))
        .join(' ')
        .trim(),
    );
  return { lines, asked };
}

test('records come in order, then the end, and the worker is asked only when something happened', async () => {
  const { lines, asked } = await stream([
    () => {},
    () => {},
    (releases) => releases.record(id, 'fetched'),
    (releases) => {
      releases.record(id, 'closed');
      releases.change(id, { status: 'completed' });
    },
  ]);
  expect(lines).toEqual([
    ': connected',
    'id: 0 event: dev.plimsoll.release.requested.0.1.0',
    'event: state',
    'id: 1 event: dev.plimsoll.source.fetched.0.1.0',
    'id: 2 event: dev.plimsoll.release.closed.0.1.0',
    'event: state',
    'event: end',
  ]);
  expect(asked).toBe(3);
});

test('a watch shows each new look once, without an id', async () => {
  const { lines } = await stream([
    (releases) => releases.change(id, { heartbeats: ['other', { verdict: verdict(10), judge: {} }] }),
    () => {},
    (releases) => releases.change(id, { heartbeats: [{ verdict: verdict(20), judge: {} }] }),
  ]);
  expect(lines.filter((line) => line === 'event: progress')).toHaveLength(2);
});

test('silence is broken every 15 s, so that no proxy cuts the stream', async () => {
  const { lines } = await stream(Array.from({ length: 31 }, () => () => {}));
  expect(lines.filter((line) => line === ': still here')).toHaveLength(2);
});

test('a resumed stream begins after the last id; a long record comes in several questions', async () => {
  const many = (releases: FakeReleases) => {
    for (let index = 1; index < 250; index += 1) releases.record(id, 'verdict');
  };
  const { lines } = await stream([many], 0);
  const ids = lines.flatMap((line) => /^id: (\d+)/.exec(line)?.[1] ?? []);
  expect(ids).toEqual(Array.from({ length: 249 }, (_, index) => String(index + 1)));
});
