/**
 * Goal: what GuardDuty hands out when it is asked is told as if a message had brought it, once.
 * Method: the SDK's own client on answers as they come over the wire, made from events that AWS documents; Temporal is a list.
 */
import { readFileSync } from 'node:fs';
import { GuardDutyClient } from '@aws-sdk/client-guardduty';
import { type Client, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import type { BackstopAnswer } from '../../domain/threats/backstop.ts';
import type { ReceivedThreat } from '../../domain/threats/told.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { type BackstopDependencies, createBackstopActivities } from './backstop.ts';
import { readEvent } from './event.ts';

type Detail = Record<string, unknown> & { id: string };
const detailOf = (name: string) =>
  (JSON.parse(readFileSync(new URL(`../../test/fixtures/guardduty/${name}.json`, import.meta.url), 'utf8')) as { detail: Detail }).detail;
const runtime = detailOf('eks-runtime');
const unreadable = { ...runtime, id: '0badf00d' };
/** Over the wire of the API times of processes are numbers. */
const overTheWire = (detail: Detail): Detail => {
  const service = detail['service'] as Record<string, unknown>;
  return detail === unreadable || service['runtimeDetails'] === undefined
    ? detail
    : { ...detail, service: { ...service, runtimeDetails: { process: { name: 'xmr', startTime: 1_732_440_000 } } } };
};
const since = '2026-11-27T09:00:00.000Z';

interface Asked {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

function given(
  details: readonly Detail[],
  change: Partial<BackstopDependencies> & { detectors?: readonly string[]; pageMax?: number } = {},
) {
  const asked: Asked[] = [];
  const signals: { workflowId: string; signalArgs: [ReceivedThreat] }[] = [];
  const memos = new Map<string, object>();
  const broken = { temporal: undefined as Error | undefined };
  const { detectors = ['d1'], pageMax = 50, ...more } = change;
  const answerTo = (path: string, body: Record<string, unknown>): object => {
    if (path === '/detector') return { detectorIds: detectors };
    if (path.endsWith('/get'))
      return { findings: details.filter(({ id }) => (body['findingIds'] as string[]).includes(id)).map(overTheWire) };
    const first = Number(body['nextToken'] ?? 0);
    const end = first + pageMax;
    return { findingIds: details.slice(first, end).map(({ id }) => id), nextToken: end < details.length ? String(end) : '' };
  };
  const guardDuty = new GuardDutyClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    requestHandler: {
      handle: async ({ path, body }: { path: string; body?: string }) => {
        const question = JSON.parse(body ?? '{}') as Record<string, unknown>;
        asked.push({ path, body: question });
        return { response: { statusCode: 200, headers: {}, body: Buffer.from(JSON.stringify(answerTo(path, question))) } };
      },
    } as never,
  });
  const client = {
    workflow: {
      getHandle: (id: string) => ({
        describe: async () => {
          if (memos.has(id)) return { memo: { threat: memos.get(id) } };
          throw new WorkflowNotFoundError('none', id, undefined);
        },
      }),
      signalWithStart: async (_: string, options: (typeof signals)[number]) => {
        if (broken.temporal !== undefined) throw broken.temporal;
        signals.push(options);
      },
    },
  };
  const store = createMemoryStore();
  const activities = createBackstopActivities({
    guardDuty,
    client: client as unknown as Client,
    store,
    wanted: { drill: false, notices: [] },
    ...more,
  });
  const activity = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR', () => undefined) });
  const look = () => activity.run<[], BackstopAnswer, () => Promise<BackstopAnswer>>(() => activities.tellMissed({ since }));
  return { asked, signals, memos, broken, store, look };
}

describe('what GuardDuty has', () => {
  test('and nothing has brought is told as its event would be, and kept as evidence', async () => {
    const { signals, store, look } = given([runtime, detailOf('s3-unusual-place'), detailOf('role-credentials-outside')]);
    expect(await look()).toEqual({ kind: 'looked', told: 3, known: 0, malformed: 0 });
    const event = readEvent(JSON.stringify({ source: 'aws.guardduty', 'detail-type': 'GuardDuty Finding', detail: runtime }));
    const [first] = signals;
    if (first === undefined) throw new Error('nobody was told');
    const [{ threat: told }] = first.signalArgs;
    const { evidence, ...threat } = told;
    expect({ kind: 'threat', threat }, 'the very words of the event').toEqual(event);
    expect(first.workflowId).toBe(`finding/${runtime.id}`);
    expect(readEvent((await store.get(evidence)).toString())).toEqual(event);
    expect(signals.map(({ signalArgs }) => signalArgs[0])).toMatchObject([
      { threat: { about: { cluster: 'ml-production' } }, drill: false, notices: [] },
      { threat: { about: { buckets: ['acme-models'], sessions: ['notebook'] } } },
      { threat: { about: { sessions: ['fraud-scorer-production-0123456789ab'] } } },
    ]);
  });

  test('is asked for by pages, from when it is said on, and without what counts for nothing or is archived', async () => {
    const { asked, look } = given([runtime, detailOf('s3-unusual-place')], { pageMax: 1 });
    await look();
    expect(asked.map(({ path }) => path)).toEqual([
      '/detector',
      '/detector/d1/findings',
      '/detector/d1/findings/get',
      '/detector/d1/findings',
      '/detector/d1/findings/get',
    ]);
    expect(asked[1]?.body).toMatchObject({
      findingCriteria: {
        criterion: {
          updatedAt: { greaterThanOrEqual: Date.parse(since) },
          severity: { greaterThanOrEqual: 4 },
          'service.archived': { equals: ['false'] },
        },
      },
      sortCriteria: { attributeName: 'updatedAt', orderBy: 'ASC' },
    });
  });

  test('and its workflow has heard already is told again only where there is news', async () => {
    const { signals, memos, look } = given([runtime]);
    const heard = { updatedAt: runtime['updatedAt'], count: 2, severity: 8 };
    memos.set(`finding/${runtime.id}`, heard);
    expect(await look()).toMatchObject({ told: 0, known: 1 });
    memos.set(`finding/${runtime.id}`, { ...heard, severity: 5 });
    expect(await look()).toMatchObject({ told: 1, known: 0 });
    memos.set(`finding/${runtime.id}`, { anything: 'else' });
    expect(await look()).toMatchObject({ told: 1, known: 0 });
    expect(signals).toHaveLength(2);
  });

  test('that is no finding is counted, and keeps no other from being told', async () => {
    const { signals, look } = given([{ ...runtime, id: 'hunter2' }, unreadable, runtime]);
    expect(await look()).toEqual({ kind: 'looked', told: 1, known: 0, malformed: 2 });
    expect(signals).toHaveLength(1);
  });

  test('is asked for again where Temporal or GuardDuty does not answer', async () => {
    const { broken, look } = given([runtime]);
    broken.temporal = new ServiceError('gone');
    await expect(look()).rejects.toMatchObject({ type: 'temporal.unreachable' });
    const refusing = { send: () => Promise.reject(Object.assign(new Error('secret'), { name: 'AccessDeniedException' })) };
    await expect(given([], { guardDuty: refusing }).look()).rejects.toMatchObject({
      type: 'guardduty.unreachable',
      message: 'GuardDuty did not answer: AccessDeniedException',
    });
  });
});

describe('nobody is asked', () => {
  test('where no queue says that findings are wanted, or no detector makes any; and the answer says so', async () => {
    const without = given([runtime], { wanted: null });
    expect(await without.look()).toEqual({ kind: 'off', because: 'PLIMSOLL_FINDINGS_QUEUE is not set' });
    expect(without.asked).toEqual([]);
    expect(await given([runtime], { detectors: [] }).look()).toEqual({ kind: 'off', because: 'this region has no detector' });
  });
});
