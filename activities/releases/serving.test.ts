/** Goal: what serves is told by parts, newest first, in pages that fit into messages. Method: a ledger in memory, and lists of Temporal that are written here. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { recordKeyOf, releaseChain } from '../../domain/ledger/chain.ts';
import type { Ended, EndKind } from '../../domain/ledger/ended.ts';
import type { NoticeTarget } from '../../domain/notice.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { Serving } from '../../domain/released/serving.ts';
import { orderOf } from '../../test/support/builders.ts';
import { endedReleasesOf } from '../../test/support/shelf.ts';
import { failure } from '../failure.ts';
import { createServingActivities, createServingReleases } from './serving.ts';

const webhook = (name: string): NoticeTarget => ({
  kind: 'webhook',
  name,
  url: 'https://hooks.example.com',
  secret: { variable: 'PLIMSOLL_NOTICE_A' },
});

interface End {
  readonly id: string;
  readonly hour: number;
  readonly kind?: EndKind;
  readonly service?: string;
  readonly environment?: string;
  readonly model?: boolean;
  readonly stack?: string;
}

const atHour = (hour: number): string => new Date(Date.UTC(2026, 10, 27, hour)).toISOString();

function endOf({ id, hour, kind = 'released', service = 'fraud-scorer', environment = 'production', model = false, stack }: End): Ended {
  const { model: itsModel, infrastructure, ...rest } = orderOf();
  const order = {
    ...rest,
    releaseId: id,
    service,
    environment,
    notices: [webhook('team')],
    ...(model && { model: itsModel }),
    ...(stack !== undefined &&
      infrastructure !== undefined && { infrastructure: { ...infrastructure, stack: { ...infrastructure.stack, name: stack } } }),
  } as ReleaseOrder;
  return { order, kind, at: atHour(hour) };
}

const catalog = mkdtempSync(join(tmpdir(), 'plimsoll-serving-'));
for (const folder of ['services', 'environments']) mkdirSync(join(catalog, folder));
const inCatalog = (path: string) => writeFileSync(join(catalog, path), '');
for (const name of ['fraud-scorer', 'churn-scorer', ...Array.from({ length: 7 }, (_, index) => `s${index}`)])
  inCatalog(`services/${name}.yaml`);
for (const name of ['production', 'staging']) inCatalog(`environments/${name}.yml`);

const listing = (runs: readonly unknown[]) =>
  ({
    workflow: {
      async *list() {
        for (const run of runs) yield await later(0, run);
      },
    },
  }) as unknown as Client;

const serving = (ends: readonly End[], change: Partial<Parameters<typeof createServingActivities>[0]> = {}) =>
  createServingActivities({ ended: endedReleasesOf(ends.map(endOf)).ended, client: listing([]), catalog, tell: [], ...change });

const served = (ends: readonly End[], tell: readonly NoticeTarget[] = []) => serving(ends, { tell }).findServing({});
const told = (found: readonly Serving[]) => found.map(({ place, releaseId }) => `${place}: ${releaseId}`);

test('the newest of each model and of each stack serves, whichever service released the stack', async () => {
  const found = await served([
    { id: 'newest', hour: 9, stack: 'platform', service: 'churn-scorer' },
    { id: 'both', hour: 8, model: true, stack: 'platform' },
    { id: 'older', hour: 7, model: true },
    { id: 'staged', hour: 6, model: true, environment: 'staging' },
  ]);
  expect(told(found)).toEqual([
    'production/infrastructure/platform: newest',
    'production/model/fraud-scorer: both',
    'staging/model/fraud-scorer: staged',
  ]);
  expect(found[0]).toMatchObject({ part: 'infrastructure', stack: 'platform', service: 'churn-scorer', team: 'risk', since: atHour(9) });
  expect(found[1]).toMatchObject({ part: 'model', stack: null, since: atHour(8) });
});

test('what was taken back, blocked or failed serves nothing, however new', async () => {
  const later = (['rolled back', 'blocked', 'failed'] as const).map((kind, index) => ({
    id: `no-${index}`,
    hour: 10 + index,
    kind,
    model: true,
  }));
  expect(told(await served([{ id: 'serves', hour: 1, model: true }, ...later]))).toEqual(['production/model/fraud-scorer: serves']);
});

test('what is not in the catalog any more is not looked after', async () => {
  const gone = [
    { id: 'retired', hour: 1, model: true, service: 'retired-scorer' },
    { id: 'elsewhere', hour: 1, model: true, environment: 'torn-down' },
  ];
  expect(told(await served([...gone, { id: 'one', hour: 1, model: true }]))).toEqual(['production/model/fraud-scorer: one']);
});

test('whoever hears of everything hears of it together with those of the environment, each once', async () => {
  const [one] = await served([{ id: 'one', hour: 1, model: true }], [webhook('security'), webhook('team')]);
  expect(one?.notices.map(({ name }) => name)).toEqual(['security', 'team']);
});

test('pages follow each other until the last, and each fits into a message', async () => {
  const ends = Array.from({ length: 7 }, (_, index) => ({ id: `release-${index}`, hour: index, model: true, service: `s${index}` }));
  const port = serving(ends, { pageMax: 1_000 });
  const found: Serving[] = [];
  let page: readonly Serving[] = [];
  do {
    page = await port.findServing({ after: found.at(-1)?.place });
    expect(JSON.stringify(page).length).toBeLessThan(1_100);
    found.push(...page);
  } while (page.at(-1)?.more === true);
  expect(found.map(({ releaseId }) => releaseId)).toEqual(ends.map(({ id }) => id));
});

test('a release that serves with both of its parts is one release', async () => {
  const { ended } = endedReleasesOf([endOf({ id: 'both', hour: 1, model: true, stack: 'platform' })]);
  expect((await createServingReleases(ended)()).map(({ order }) => order.releaseId)).toEqual(['both']);
});

test('a record that cannot be believed hides its own release, and no other; an outage hides none', async () => {
  const { shelf, ended } = endedReleasesOf([
    endOf({ id: 'changed', hour: 1, model: true, service: 'churn-scorer' }),
    endOf({ id: 'sound', hour: 1, model: true }),
  ]);
  shelf.forked = (what) => failure('ledger.forked', what);
  const key = recordKeyOf(releaseChain('changed'), 0);
  shelf.objects.set(key, (shelf.objects.get(key) ?? '').replace('churn-scorer', 'fraud-scorer'));
  const said: unknown[] = [];
  const logger = new DefaultLogger('ERROR', ({ meta }) => void said.push(meta));
  const found = await new MockActivityEnvironment({}, { logger }).run<[], readonly Ended[], () => Promise<readonly Ended[]>>(
    createServingReleases(ended),
  );
  expect(found.map(({ order }) => order.releaseId)).toEqual(['sound']);
  expect(said).toMatchObject([{ place: 'production/model/churn-scorer', unread: expect.stringContaining('was changed') as string }]);
  expect(await createServingActivities({ ended, client: listing([]), catalog, tell: [webhook('security')] }).findServing({})).toMatchObject(
    [
      {
        place: 'production/model/churn-scorer',
        part: 'model',
        service: 'churn-scorer',
        releaseId: '',
        unread: expect.any(String) as string,
      },
      { releaseId: 'sound' },
    ],
  );
  const away = { ...ended, at: () => Promise.reject(failure('ledger.unreachable', 'the ledger did not answer')) };
  await expect(createServingReleases(away)()).rejects.toMatchObject({ type: 'ledger.unreachable' });
});

describe('whoever has a stack in hand, or had it since', () => {
  const one = { id: 'one', hour: 8, stack: 'platform' };
  const runOf = (workflowId: string, stack: string) => ({
    workflowId,
    memo: { parts: { model: null, infrastructure: { stack, commit: 'c' }, rollback: false } },
  });

  async function successors(ends: readonly End[], client: Client) {
    const port = serving([one, ...ends], { client });
    const [found] = await port.findServing({});
    if (found === undefined) throw new Error('it serves');
    return await port.findSuccessors({ serving: found });
  }

  test('succeeds it, however it ended; also one that does not say what it has', async () => {
    const ended = [
      { id: 'earlier', hour: 7, stack: 'platform' },
      { id: 'back', hour: 9, kind: 'rolled back', stack: 'platform', model: true },
      { id: 'failed', hour: 10, kind: 'failed', stack: 'platform' },
      { id: 'model', hour: 11, model: true },
    ] as const;
    const asked: string[] = [];
    const client = {
      workflow: {
        async *list({ query }: { readonly query: string }) {
          asked.push(query);
          yield* await later(0, [runOf('open', 'platform'), runOf('elsewhere', 'network'), { workflowId: 'silent', memo: {} }]);
        },
      },
    } as unknown as Client;
    expect(await successors(ended, client)).toEqual({ open: ['open', 'silent'], ended: ['failed', 'back'] });
    expect(asked).toEqual(["WorkflowType = 'release' AND ReleaseEnvironment = 'production' AND ExecutionStatus = 'Running'"]);
  });

  test('is not known while Temporal does not answer: it is asked again', async () => {
    const client = {
      workflow: {
        list() {
          throw new Error('unavailable');
        },
      },
    } as unknown as Client;
    await expect(successors([], client)).rejects.toMatchObject({ type: 'temporal.unreachable' });
  });
});
