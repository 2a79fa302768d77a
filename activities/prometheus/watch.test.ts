/** The watch against a Prometheus that is a function of time: outages, silence, retries and cancellation. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseCounts } from '../../domain/judge/counts.ts';
import type { Judge, JudgeState } from '../../domain/judge/judge.ts';
import { statisticalJudge } from '../../domain/judge/statistical.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { MetricsWorld, start, watchInput } from '../../test/support/metrics-world.ts';
import { failure } from '../failure.ts';
import { createPrometheusActivities } from './prometheus.ts';

let world: MetricsWorld;
let store: ReturnType<typeof createMemoryStore>;
/** The real judge, and what it was asked. */
let asked: { readonly atDeadline: number[]; readonly begun: Parameters<Judge['begin']>[0][] };
let logged: string[];
let metrics: ReturnType<typeof createPrometheusActivities>;

const listening = (): Judge => ({
  ...statisticalJudge,
  begin: (plan) => {
    asked.begun.push(plan);
    return statisticalJudge.begin(plan);
  },
  verdict: (state, atDeadline) => {
    if (atDeadline === true) asked.atDeadline.push(Date.now() / 1000 - start);
    return statisticalJudge.verdict(state, atDeadline);
  },
});

beforeEach(() => {
  vi.useFakeTimers({ now: start * 1000 });
  world = new MetricsWorld();
  store = createMemoryStore();
  logged = [];
  asked = { atDeadline: [], begun: [] };
  metrics = createPrometheusActivities({ source: world.source, store, judge: listening() });
});
afterEach(() => {
  vi.useRealTimers();
});

const attempt = (info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {}) =>
  new MockActivityEnvironment(info, { logger: new DefaultLogger('WARN', ({ message }) => logged.push(message)) });

/** Runs an activity while the clock runs as fast as it can; answers when it ended. */
async function timed<T>(work: () => Promise<T>, environment = attempt()) {
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  const result = environment.run<[], T, () => Promise<T>>(work).then(
    (value) => ({ value, seconds: Date.now() / 1000 - start, error: undefined }),
    (error: unknown) => ({ value: undefined, seconds: Date.now() / 1000 - start, error }),
  );
  const over = new AbortController();
  void result.then(() => over.abort());
  while (!over.signal.aborted) await vi.advanceTimersByTimeAsync(500);
  return { ...(await result), beats };
}
const watched = (changes: Partial<typeof watchInput> = {}, environment?: MockActivityEnvironment) =>
  timed(() => metrics.watchCanary({ ...watchInput, ...changes }), environment);
const afterSeconds = (seconds: number, change: () => void) => setTimeout(change, seconds * 1000);

describe('a watch', () => {
  test('comes back with a pass, not before its minimum time', async () => {
    const { value, seconds } = await watched();
    expect(value?.verdict.kind).toBe('pass');
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThan(40);
  });

  test('comes back with a fail at once', async () => {
    world.errorShare = 0.5;
    const { value, seconds } = await watched();
    expect(value?.verdict).toMatchObject({ kind: 'fail', reason: expect.stringContaining('requests') as string });
    expect(seconds).toBeLessThan(12);
  });

  test("asks for the environment's series alone", async () => {
    await watched();
    expect(world.selectors.filter((selector) => !selector.includes('namespace="models"'))).toEqual([]);
  });

  test('looks at each instant of its grid once, and a little behind the clock', async () => {
    await watched();
    const looked = world.instants.filter((instant) => instant > start);
    expect(looked).toEqual(looked.map((_, index) => start + (index + 1) * 5));
    expect(Math.max(...looked)).toBeLessThanOrEqual(Date.now() / 1000 - 1);
  });

  test('looks no more often than there are scrapes', async () => {
    world.spacingSeconds = 15;
    await watched({ minimumSeconds: 45 });
    const looked = world.instants.filter((instant) => instant > start);
    expect(looked).toEqual(looked.map((_, index) => (looked[0] ?? 0) + index * 15));
    expect(looked.length).toBeGreaterThanOrEqual(3);
    // One grid looks for the beginning of the old version; the others are polls.
    expect(new Set(world.grids.map(({ stepSeconds }) => stepSeconds))).toEqual(new Set([900, 15]));
  });

  test('is heard from at least every five seconds, also between slow polls', async () => {
    const { beats } = await watched({ pollSeconds: 30, minimumSeconds: 60, atMostSeconds: 120 });
    expect(beats.length).toBeGreaterThanOrEqual(12);
    expect(beats.at(-1)).toMatchObject({ judge: { version: 2 }, verdict: { kind: 'pass' } });
  });

  test('ends when it is cancelled', async () => {
    const environment = attempt();
    const work = watched({}, environment);
    await vi.advanceTimersByTimeAsync(3_000);
    environment.cancel();
    expect((await work).error).toMatchObject({ name: 'CancelledFailure' });
    expect(Date.now() / 1000 - start).toBeLessThan(5);
  });
});

describe('silence', () => {
  test.each(['a', 'b'] as const)('of slot %s never passes', async (slot) => {
    world.silences.push({ slot, fromSeconds: start - 600, toSeconds: start + 600 });
    const { value, seconds } = await watched({ deadline: true });
    expect(value?.verdict.kind).toBe('not enough');
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(asked.atDeadline, 'no last look at nothing').toEqual([]);
  });

  test.each(['a', 'b'] as const)('of slot %s takes a pass back', async (slot) => {
    world.silences.push({ slot, fromSeconds: start + 20, toSeconds: start + 600 });
    const { value } = await watched();
    expect(value?.verdict).toMatchObject({
      kind: 'not enough',
      reason: expect.stringContaining(`no metrics of slot ${slot} since`) as string,
    });
    expect(value?.verdict.metrics.filter(({ guarded }) => guarded).every(({ answer }) => answer === 'pass')).toBe(true);
  });

  test('of one version lets neither of them count: afterwards both have counted as long', async () => {
    world.silences.push({ slot: 'a', fromSeconds: start + 10, toSeconds: start + 40 });
    const { value } = await watched({ minimumSeconds: 55 });
    const { canary, stable } = value?.verdict ?? {};
    // The old version had requests in the five seconds between the first instant and the new one's first request.
    expect(stable?.requests).toBe((canary?.requests ?? 0) * 9 + 5 * 90);
    expect(canary?.requests).toBe(((value?.judge.lastInstantSeconds ?? 0) - start) * 10);
  });

  test('longer than a slice does not make the next one count twice', async () => {
    const first = await watched({ minimumSeconds: 15 });
    world.silences.push({ slot: 'b', fromSeconds: start + 25, toSeconds: start + 95 });
    const second = await watched({ judge: first.value?.judge ?? null, minimumSeconds: 60 });
    expect(second.value?.verdict.reason).toContain('no metrics of slot b');
    const third = await watched({ judge: second.value?.judge ?? null });
    expect(third.value?.verdict.canary.requests).toBe(((third.value?.judge.lastInstantSeconds ?? 0) - start) * 10);
  });
});

describe('an outage of Prometheus', () => {
  test('is borne, what was missed is read, and no request is lost', async () => {
    afterSeconds(8, () => {
      world.down = true;
    });
    afterSeconds(28, () => {
      world.down = false;
    });
    const { value } = await watched({ minimumSeconds: 50 });
    expect(value?.verdict.kind).toBe('pass');
    expect(value?.verdict.canary.requests).toBe(((value?.judge.lastInstantSeconds ?? 0) - start) * 10);
    expect(world.instants).toContain(start + 15);
  });

  test('at the beginning loses no request either', async () => {
    world.down = true;
    afterSeconds(12, () => {
      world.down = false;
    });
    const { value } = await watched();
    expect(value?.verdict.kind).toBe('pass');
    expect(value?.verdict.canary.requests).toBe(((value?.judge.lastInstantSeconds ?? 0) - start) * 10);
  });

  test('that lasts until the end passes nothing on what was before, and keeps no counts', async () => {
    afterSeconds(30, () => {
      world.down = true;
    });
    const { value } = await watched({ minimumSeconds: 50, deadline: true });
    expect(value).toMatchObject({ verdict: { kind: 'not enough', reason: 'Prometheus did not answer: Error' }, counts: null });
    expect(asked.atDeadline).toEqual([]);
  });

  test('without a single answer is a failure that Temporal shows and tries again', async () => {
    world.down = true;
    const { error, seconds } = await watched();
    expect(error).toMatchObject({ type: 'metrics.unreachable', nonRetryable: false });
    expect(seconds).toBeGreaterThanOrEqual(60);
  });
});

describe('from slice to slice', () => {
  const resumedFrom = (details: unknown) => attempt({ heartbeatDetails: JSON.parse(JSON.stringify(details)) as unknown, attempt: 2 });

  test('a watch that lost its worker goes on where the heartbeat says, and says what it would have said', async () => {
    const whole = await watched({ minimumSeconds: 40 });
    vi.setSystemTime(start * 1000);
    const first = await watched({ minimumSeconds: 15 });
    const details = first.beats.at(-1) as { readonly judge: JudgeState };
    await vi.advanceTimersByTimeAsync(12_000);
    const again = await watched({ minimumSeconds: 40 }, resumedFrom(details));
    expect(world.instants).toContain(details.judge.lastInstantSeconds + 5);
    // The minimum is counted from the first attempt's beginning.
    expect(again.seconds).toBeLessThan(45);
    expect(JSON.stringify(again.value?.judge)).toBe(JSON.stringify(whole.value?.judge));
    expect(JSON.stringify(again.value?.verdict)).toBe(JSON.stringify(whole.value?.verdict));
    expect(again.value?.counts, 'the whole slice is kept, the first attempt with it').toEqual(whole.value?.counts);
  });

  test('the state is handed on, and a new weight has to show anew what promotion needs', async () => {
    const first = await watched();
    const judge = first.value?.judge ?? null;
    const same = await watched({ judge, minimumSeconds: 0 });
    expect(same.value?.verdict.kind).toBe('pass');
    expect(same.value?.verdict.canary.requests).toBeGreaterThanOrEqual(first.value?.verdict.canary.requests ?? Infinity);
    const next = await watched({ judge, nextStep: true, minimumSeconds: 0, atMostSeconds: 3 });
    expect(next.value?.verdict.kind).toBe('not enough');
  });

  test('a poll that holds two weights is dropped', async () => {
    const first = await watched();
    const changedAt = Date.now() / 1000;
    const next = await watched({ judge: first.value?.judge ?? null, nextStep: true });
    const csv = (await store.get(next.value?.counts ?? { digest: 'sha256:', bytes: 0 })).toString('utf8');
    const [base] = parseCounts(csv, 'counts.csv');
    expect(base?.sample.instantSeconds).toBeGreaterThan(changedAt - 1);
    expect(base?.sample.instantSeconds).toBeLessThanOrEqual(changedAt + 5);
  });

  test('the last look is taken once, at the end, and only where the slice ends at the deadline', async () => {
    const short = {
      minimumSeconds: 60,
      atMostSeconds: 20,
      promotes: true,
      objectives: { ...watchInput.objectives, minimumRequests: 1_000_000 },
    };
    await watched(short);
    expect(asked.atDeadline).toEqual([]);
    vi.setSystemTime(start * 1000);
    await watched({ ...short, deadline: true });
    expect(asked.atDeadline).toHaveLength(1);
    expect(asked.atDeadline[0]).toBeGreaterThanOrEqual(20);
  });

  test('at 100 % the same judgement goes on without the old version', async () => {
    const first = await watched();
    const last = await watched({ judge: first.value?.judge ?? null, nextStep: true, live: null, weightPercent: 100 });
    expect(last.value?.verdict).toMatchObject({ kind: 'pass', metrics: [{ stable: null }, { stable: null }] });
    expect(asked.begun).toHaveLength(1);
  });
});

describe('a release from before', () => {
  const plain: JudgeState = { version: 1, lastInstantSeconds: start - 100, canary: { requests: 5 } };

  test('is judged from the beginning: the plain rule kept no evidence', async () => {
    const { value } = await watched({ judge: plain, nextStep: true });
    expect(value).toMatchObject({ judge: { version: 2 }, verdict: { kind: 'pass' } });
    expect(asked.begun).toMatchObject([{ instantSeconds: start - 5 }]);
  });

  test('is judged from the beginning in the middle of a slice, too', async () => {
    const environment = attempt({ heartbeatDetails: { startedAtSeconds: start, judge: plain }, attempt: 2 });
    expect((await watched({}, environment)).value).toMatchObject({ judge: { version: 2 }, verdict: { kind: 'pass' } });
  });

  test('is judged by the defaults where its order says nothing', async () => {
    const { release, prometheus, series, candidate, live, judge, nextStep, pollSeconds, minimumSeconds, atMostSeconds } = watchInput;
    const objectives = {
      errors: { marginRatio: 1.05, marginPoints: 5, limitPercent: 5 },
      latency: { guardedBucketsMs: [100], marginRatio: 1.25, limitPercent: 50 },
      minimumRequests: 100,
    };
    const earlier = {
      release,
      prometheus,
      series,
      candidate,
      live,
      objectives,
      judge,
      nextStep,
      pollSeconds,
      minimumSeconds,
      atMostSeconds,
    };
    const { value, error } = await timed(() => metrics.watchCanary(earlier as never));
    expect(error).toBeUndefined();
    expect(value?.verdict.canary.requests).toBeGreaterThan(0);
    expect(asked.begun[0]).toMatchObject({
      promotes: true,
      plannedSeconds: 3600,
      objectives: {
        errors: { marginRatio: 1.5, marginPoints: 5 },
        latency: { marginFactor: 1.25, limitMs: 100 },
        risk: { rollback: 0.01 },
      },
    });
  });
});

describe('what is kept', () => {
  test('are the raw counts of every instant, from the one that the slice began at', async () => {
    const { value } = await watched();
    const csv = (await store.get(value?.counts ?? { digest: 'sha256:', bytes: 0 })).toString('utf8');
    const instants = parseCounts(csv, 'counts.csv');
    const from = instants[0]?.sample.instantSeconds ?? 0;
    expect(instants.map(({ sample }) => sample.instantSeconds)).toEqual(instants.map((_, index) => from + index * 5));
    expect(instants.at(-1)?.sample.instantSeconds).toBe(value?.judge.lastInstantSeconds);
    expect(instants.at(-1)).toMatchObject({
      weightPercent: 10,
      sample: { canary: [{ pod: 'new' }], stable: [{ pod: 'old-0' }, { pod: 'old-1' }] },
    });
  });

  test.each<[string, () => void]>([
    [
      'Prometheus refuses to give it again',
      () => {
        world.refusesRanges = true;
      },
    ],
    [
      'the store does not answer',
      () => {
        store.put = () => Promise.reject(failure('store.unreachable', 'the store did not answer'));
      },
    ],
  ])('is nothing where %s, and the verdict stands', async (_, breakIt) => {
    breakIt();
    expect((await watched()).value).toMatchObject({ verdict: { kind: 'pass' }, counts: null });
    expect(logged).toContain('the counts of this slice are not kept');
  });

  test('stays below 32 KiB in heartbeats and answers, with as much to judge as a catalog may ask for', async () => {
    world.latency = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${0.0123 * (index + 1)}`, (index + 1) / 13.3]));
    world.scores = { '0.1': 0.11, '0.2': 0.23, '0.3': 0.37, '0.4': 0.51 };
    const ratios = { toleranceRatio: 1.1, marginRatio: 1.5 };
    const quality = [
      {
        ...ratios,
        kind: 'histogram',
        name: 'a-name-of-forty-characters-which-is-a-lot',
        series: 'scores',
        edges: [0.1, 0.2, 0.3, 0.4],
        worse: 'both',
      },
    ] as const;
    const weights = { errors: 0.4, latency: 0.4, quality: 0.2 };
    const { value, beats } = await watched({
      objectives: { ...watchInput.objectives, latency: { ...watchInput.objectives.latency, guardedBucketsMs: 'auto' }, quality, weights },
      pollSeconds: 1,
      minimumSeconds: 300,
      atMostSeconds: 300,
    });
    const bytes = (details: unknown) => Buffer.byteLength(JSON.stringify(details));
    expect(value?.verdict.trace.length).toBeGreaterThan(10);
    expect(Math.max(...beats.map(bytes), bytes(value))).toBeLessThan(32 * 1024);
  });
});
