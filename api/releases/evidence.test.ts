/** The judgement of a release over HTTP: what is found in its record, and what is said where there is nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CountedInstant, parseCounts, writeCounts } from '../../domain/judge/counts.ts';
import type { Verdict } from '../../domain/judge/judge.ts';
import type { Json } from '../../domain/order.ts';
import { type ApiWorld, releaseBody, startApi } from '../../test/support/api-world.ts';
import { failVerdict, firstVerdict } from '../../test/support/verdicts.ts';
import { joinedCounts } from './evidence.ts';

let world: ApiWorld;
let id: string;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.releases.releases.clear();
  world.policy = () => true;
  const started = await world.call('POST', '/v1/releases', { body: releaseBody });
  id = ((await started.json()) as { id: string }).id;
});

interface Body {
  readonly kind?: string;
  readonly detail?: string;
  readonly advice?: string;
  readonly errors?: readonly { readonly field: string; readonly allowed: string }[];
  readonly weightPercent?: number;
  readonly decision?: string | null;
  readonly verdict?: Verdict;
  readonly steps?: readonly { readonly weightPercent: number; readonly decision: string | null }[];
}
const get = async (path: string) => {
  const response = await world.call('GET', `/v1/releases/${id}/${path}`);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
const getJson = async (path: string) => {
  const { status, text } = await get(path);
  return { status, body: JSON.parse(text) as Body };
};
const judged = (weightPercent: number, decision: string, verdict: Verdict, counts: readonly unknown[] = []) =>
  world.releases.record(id, 'verdict', { weightPercent, decision, verdict, counts } as unknown as Json);
const passVerdict: Verdict = { ...failVerdict, kind: 'pass', reason: 'no worse' };
const alone: Verdict = { ...firstVerdict, kind: 'pass' };

describe('the verdict', () => {
  test('of a release from before verdicts had a bound of detection is shown all the same', async () => {
    const metrics = failVerdict.metrics.map(({ noticedWithin: _later, ...metric }) => metric);
    judged(25, 'roll back', { ...failVerdict, metrics } as unknown as Verdict);
    const { status, body } = await getJson('verdict');
    expect(status).toBe(200);
    expect(body.verdict?.metrics.map(({ noticedWithin }) => noticedWithin)).toEqual(metrics.map(() => null));
  });

  test('of a closed release is what rolled it back, with what it was at each weight', async () => {
    judged(5, 'advance', passVerdict);
    judged(25, 'roll back', failVerdict);
    world.releases.change(id, { status: 'completed', outcome: 'rolled back' });
    const { status, body } = await getJson('verdict');
    expect(status).toBe(200);
    expect(body).toMatchObject({ weightPercent: 25, decision: 'roll back', at: '2026-11-24T10:00:00.000Z', verdict: failVerdict });
    expect(body.steps?.map(({ weightPercent, decision }) => [weightPercent, decision])).toEqual([
      [5, 'advance'],
      [25, 'roll back'],
    ]);
  });

  test('of a released one is the last comparison, not the look at the new version alone', async () => {
    judged(50, 'advance', passVerdict);
    judged(100, 'advance', alone);
    world.releases.change(id, { status: 'completed', outcome: 'released' });
    expect((await getJson('verdict')).body).toMatchObject({ weightPercent: 50, verdict: { reason: 'no worse' } });
    expect((await getJson('verdict?weightPercent=100')).body).toMatchObject({ weightPercent: 100, verdict: { stable: { requests: 0 } } });
  });

  test('while it is judged is the newest look, which nothing has followed yet', async () => {
    judged(5, 'advance', failVerdict);
    world.releases.change(id, { weightPercent: 25, heartbeats: [{ verdict: passVerdict, judge: {} }] });
    expect((await getJson('verdict')).body).toMatchObject({ weightPercent: 25, decision: null, at: null, verdict: { reason: 'no worse' } });
  });

  test('is found in a record of any length', async () => {
    for (let index = 0; index < 250; index += 1) world.releases.record(id, 'held');
    judged(5, 'advance', passVerdict);
    expect((await getJson('verdict')).body.weightPercent).toBe(5);
  });

  test.each([
    ['has no traffic yet', {}, 'it is fetching; the judge speaks while its new version has traffic'],
    ['ended before it had any', { status: 'completed', outcome: 'blocked' } as const, 'it is closed (blocked)'],
  ])('is 409 with a remedy where the release %s', async (_, change, because) => {
    // What a slot says that never got ready is no verdict.
    world.releases.record(id, 'verdict', { kind: 'not ready', because: 'image pull', evidence: [] });
    world.releases.change(id, change);
    const { status, body } = await getJson('verdict');
    expect([status, body.kind, body.detail]).toEqual([409, 'release.notJudged', `no verdict on ${id}: ${because}`]);
    expect(body.advice).toContain('wait until its new version has traffic');
  });

  test('at a weight that was not judged is 409 and names those that were; one that is none is 400', async () => {
    judged(5, 'advance', passVerdict);
    judged(25, 'advance', passVerdict);
    const { status, body } = await getJson('verdict?weightPercent=50');
    expect([status, body.errors?.[0]]).toMatchObject([409, { field: 'weightPercent', allowed: expect.stringContaining('5, 25') }]);
    expect((await getJson('verdict?weightPercent=101')).status).toBe(400);
    expect((await getJson('verdict?colour=red')).status).toBe(400);
  });

  test('of a judge from before there was evidence is none, and does not hide the release', async () => {
    const { kind, reason, metrics, canary, stable } = failVerdict;
    const earlier = { kind, reason, metrics, canary, stable } as unknown as Verdict;
    judged(5, 'advance', earlier);
    world.releases.viewChange = { verdict: earlier };
    expect((await getJson('verdict')).status).toBe(409);
    const shown = await world.call('GET', `/v1/releases/${id}`);
    world.releases.viewChange = {};
    expect(await shown.json()).toMatchObject({ releaseId: id, verdict: null });
  });
});

describe('the picture', () => {
  test('is SVG of the verdict that counts, or of a weight', async () => {
    judged(5, 'advance', passVerdict);
    judged(25, 'roll back', failVerdict);
    const { status, type, text } = await get('verdict.svg');
    expect([status, type]).toEqual([200, 'image/svg+xml']);
    expect(text).toContain(`${id} at 25 %`);
    expect((await get('verdict.svg?weightPercent=5')).text).toContain(`${id} at 5 %`);
  });

  test('runs nothing where it is opened', async () => {
    judged(5, 'advance', passVerdict);
    const response = await world.call('GET', `/v1/releases/${id}/verdict.svg`);
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'");
  });
});

describe('the counts', () => {
  const instant = (instantSeconds: number, requests: number, edgesSeconds = [0.1], weightPercent = 5): CountedInstant => {
    const pod = { pod: 'p', requests, errors: 0, atMost: [...edgesSeconds.map(() => requests), requests], quality: {} };
    return { sample: { instantSeconds, edgesSeconds, canary: [pod], stable: [pod] }, weightPercent };
  };

  test('are the slices that the verdicts name, as one recording, each instant once', async () => {
    const [one, two] = [world.keep(writeCounts([instant(0, 1), instant(5, 2)])), world.keep(writeCounts([instant(5, 2), instant(10, 9)]))];
    judged(5, 'advance', passVerdict, [one]);
    judged(25, 'roll back', failVerdict, [one, two]);
    const { status, type, text } = await get('counts');
    expect([status, type]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(parseCounts(text, 'answer')).toEqual([instant(0, 1), instant(5, 2), instant(10, 9)]);
  });

  test('of slices with other bucket edges keep every edge', () => {
    const [one, two] = [instant(0, 1, [0.1, 0.5]), instant(5, 2, [0.1, 0.25])];
    const text = joinedCounts([
      { name: 'one', text: writeCounts([one]) },
      { name: 'two', text: writeCounts([two]) },
    ]);
    expect(parseCounts(text, 'joined')).toEqual([one, two]);
  });

  test('that nobody recorded are 404 with a remedy', async () => {
    judged(5, 'advance', passVerdict);
    const { status, body } = await getJson('counts');
    expect([status, body.kind, body.advice]).toEqual([404, 'release.noCounts', expect.stringContaining('recorded with each verdict')]);
  });

  test('that are more than one answer may hold are refused, and not read', async () => {
    judged(5, 'advance', passVerdict, [{ ...world.keep('x'), bytes: 65 * 1024 * 1024 }]);
    expect((await getJson('counts')).body.detail).toContain('at most 67108864');
  });

  test('that are not in the store any more are an incident, not an empty answer', async () => {
    judged(5, 'advance', passVerdict, [{ digest: releaseBody.model.digest, bytes: 1 }]);
    expect((await getJson('counts')).body.kind).toBe('store.corrupt');
  });
});

test.each(['verdict', 'verdict.svg', 'counts'])('%s is read by those who may read the release, and by nobody else', async (path) => {
  judged(5, 'advance', passVerdict, [world.keep('x')]);
  world.policy = () => false;
  world.asked.length = 0;
  const { status, body } = await getJson(path);
  expect([status, body.kind, world.asked.map(({ action }) => action)]).toEqual([403, 'caller.forbidden', ['release.read']]);
});
