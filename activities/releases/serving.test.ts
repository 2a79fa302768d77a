/** Goal: what serves is told by parts, newest first, in pages that fit into messages. Method: lists of Temporal that are written here. */
import { setTimeout as later } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { digestText } from '../../domain/digest.ts';
import type { NoticeTarget } from '../../domain/notice.ts';
import type { Serving } from '../../domain/released/serving.ts';
import { createServingActivities, createServingReleases } from './serving.ts';

const webhook = (name: string): NoticeTarget => ({
  kind: 'webhook',
  name,
  url: 'https://hooks.example.com',
  secret: { variable: 'PLIMSOLL_NOTICE_A' },
});

interface Ended {
  readonly id: string;
  readonly hour: number;
  readonly service?: string;
  readonly environment?: string;
  readonly model?: boolean;
  readonly stack?: string;
  readonly rollback?: boolean;
}

const runOf = ({ id, hour, service = 'fraud-scorer', environment = 'production', model = false, stack, rollback = false }: Ended) => ({
  workflowId: id,
  closeTime: hour < 0 ? undefined : new Date(Date.UTC(2026, 10, 27, hour)),
  typedSearchAttributes: {
    getAll: () =>
      Object.entries({ ReleaseService: service, ReleaseEnvironment: environment, ReleaseTeam: 'risk' }).map(([name, value]) => ({
        key: { name },
        value,
      })),
  },
  memo: {
    parts: {
      model: model ? { version: '1', digest: digestText(id), image: 'image' } : null,
      infrastructure: stack === undefined ? null : { stack, commit: 'c' },
      rollback,
    },
    notices: [webhook('team')],
  },
});

const listing = (runs: readonly unknown[]) =>
  ({
    workflow: {
      async *list() {
        for (const run of runs) yield await later(0, run);
      },
    },
  }) as unknown as Client;

const servingOf = (runs: readonly Ended[], tell: readonly NoticeTarget[] = []) =>
  createServingActivities({ client: listing(runs.map(runOf)), tell }).findServing({});

const told = (serving: readonly Serving[]) => serving.map(({ place, releaseId }) => `${place}: ${releaseId}`);

test('the newest of each model and of each stack serves, whichever service released the stack', async () => {
  const serving = await servingOf([
    { id: 'newest', hour: 9, stack: 'platform', service: 'churn-scorer' },
    { id: 'both', hour: 8, model: true, stack: 'platform' },
    { id: 'older', hour: 7, model: true },
    { id: 'staged', hour: 6, model: true, environment: 'staging' },
  ]);
  expect(told(serving)).toEqual([
    'production/infrastructure/platform: newest',
    'production/model/fraud-scorer: both',
    'staging/model/fraud-scorer: staged',
  ]);
});

test('after a rollback the version that came back serves, and not the one that was taken back', async () => {
  const serving = await servingOf([
    { id: 'back', hour: 9, model: true, rollback: true },
    { id: 'taken-back', hour: 8, model: true },
  ]);
  expect(told(serving)).toEqual(['production/model/fraud-scorer: back']);
});

test('one that still tidies up, or is from before parts were kept, is no answer', async () => {
  const client = listing([{ ...runOf({ id: 'old', hour: 9 }), memo: {} }, runOf({ id: 'open', hour: -1, model: true })]);
  expect(await createServingActivities({ client, tell: [] }).findServing({})).toEqual([]);
});

test('whoever hears of everything hears of it together with those of the environment, each once', async () => {
  const [serving] = await servingOf([{ id: 'one', hour: 1, model: true }], [webhook('security'), webhook('team')]);
  expect(serving?.notices.map(({ name }) => name)).toEqual(['security', 'team']);
});

test('pages follow each other until the last, and each fits into a message', async () => {
  const runs = Array.from({ length: 7 }, (_, index) => runOf({ id: `release-${index}`, hour: index, model: true, service: `s${index}` }));
  const serving = createServingActivities({ client: listing(runs), tell: [], pageMax: 1_000 });
  const found: Serving[] = [];
  let page: readonly Serving[] = [];
  do {
    page = await serving.findServing({ after: found.at(-1)?.place });
    expect(JSON.stringify(page).length).toBeLessThan(1_100);
    found.push(...page);
  } while (page.at(-1)?.more === true);
  expect(found.map(({ releaseId }) => releaseId)).toEqual(runs.map(({ workflowId }) => workflowId));
});

test('a release that serves with both of its parts is one release', async () => {
  const serving = createServingReleases(listing([runOf({ id: 'both', hour: 1, model: true, stack: 'platform' })]));
  expect((await serving()).map(({ workflowId }) => workflowId)).toEqual(['both']);
});

test('a Temporal that does not answer is a failure that is tried again', async () => {
  const client = {
    workflow: {
      list() {
        throw new Error('unavailable');
      },
    },
  } as unknown as Client;
  await expect(createServingActivities({ client, tell: [] }).findServing({})).rejects.toMatchObject({ type: 'temporal.unreachable' });
});

test('whoever has the stack in hand, or had it since, succeeds it; also one that does not say what it has', async () => {
  const runs = {
    "ExecutionStatus = 'Running'": [
      runOf({ id: 'open', hour: -1, stack: 'platform' }),
      runOf({ id: 'elsewhere', hour: -1, stack: 'network' }),
    ],
    "CloseTime > '2026-11-27T08:00:00.000Z'": [
      runOf({ id: 'back', hour: 9, stack: 'platform', model: true }),
      runOf({ id: 'one', hour: 8, stack: 'platform' }),
      { ...runOf({ id: 'silent', hour: 10 }), memo: {} },
      runOf({ id: 'model', hour: 11, model: true }),
    ],
  };
  const asked: string[] = [];
  const client = {
    workflow: {
      async *list({ query }: { readonly query: string }) {
        asked.push(query);
        for (const [end, found] of Object.entries(runs)) if (query.endsWith(end)) yield* await later(0, found);
      },
    },
  } as unknown as Client;
  const [serving] = await servingOf([{ id: 'one', hour: 8, stack: 'platform' }]);
  if (serving === undefined) throw new Error('it serves');
  const successors = await createServingActivities({ client, tell: [] }).findSuccessors({ serving });
  expect(successors).toEqual({ open: ['open'], ended: ['silent', 'back'] });
  expect(asked.every((query) => query.startsWith("WorkflowType = 'release' AND ReleaseEnvironment = 'production' AND "))).toBe(true);
});
