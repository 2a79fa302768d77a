/**
 * The seam on a real Temporal, in a namespace of its own, so that no other worker answers: what is started
 * once, listed, asked, told, refused and closed there.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Caller } from '../../domain/caller.ts';
import { releaseBody, writeCatalog } from '../../test/support/api-world.ts';
import { abortUpdate, approveUpdate, holdUpdate, taskQueues } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { loadCatalog } from '../catalog/load.ts';
import { resolveOrder } from '../catalog/resolve-order.ts';
import { listQuery } from '../releases/list-query.ts';
import type { ReleasesGateway } from './releases-gateway.ts';
import { createTemporalGateway } from './temporal-gateway.ts';

const address = process.env['PLIMSOLL_TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
const namespace = `api-${randomUUID().slice(0, 8)}`;
const inTheClear = { namespace, tls: null, apiKeyFile: undefined };
const catalog = loadCatalog(writeCatalog(), {});
const ana: Caller = { subject: 'ana', kind: 'human', groups: ['risk'], mfa: true, authenticatedAt: null };
const ben: Caller = { ...ana, subject: 'ben', groups: ['sre'] };
const orderOf = (attempt: number) => resolveOrder(catalog, { ...releaseBody, attempt }, ana);

/** IndexedValueType of Temporal's API. */
const typeNumbers = { TEXT: 1, KEYWORD: 2, INT: 3, DOUBLE: 4, BOOL: 5, DATETIME: 6, KEYWORD_LIST: 7 } as const;

let gateway: ReleasesGateway;
let connection: Connection;
let native: NativeConnection;
let worker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  connection = await Connection.connect({ address });
  const { workflowService, operatorService } = connection;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } });
  const attributes = Object.fromEntries(Object.values(searchAttributes).map(({ name, type }) => [name, typeNumbers[type]]));
  // The server's own view of its namespaces is some seconds old.
  await vi.waitFor(() => operatorService.addSearchAttributes({ namespace, searchAttributes: attributes }), {
    timeout: 100_000,
    interval: 500,
  });
  native = await NativeConnection.connect({ address });
  worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: taskQueues.releases,
    workflowsPath: fileURLToPath(new URL('../../test/support/stub-release.ts', import.meta.url)),
  });
  running = worker.run();
  gateway = createTemporalGateway({ ...inTheClear, address });
  await vi.waitFor(async () => gateway.list(listQuery({ service: 'x' }), 1, undefined), { timeout: 60_000, interval: 500 });
});

afterAll(async () => {
  await gateway.close();
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
});

test('a release is started once and can be described, asked and listed', async () => {
  const order = orderOf(1);
  const id = order.releaseId;
  // The new attributes reach the frontend a little later than the operator's answer.
  await vi.waitFor(async () => expect(await gateway.start(order)).toBeTypeOf('boolean'), { timeout: 60_000, interval: 1_000 });
  expect(await gateway.start(order)).toBe(false);
  expect(await gateway.describe(id)).toMatchObject({
    id,
    status: 'running',
    phase: 'fetching',
    requester: 'ana',
    team: 'risk',
    approverGroups: ['sre', 'ml-owners'],
    outcome: null,
  });
  expect(await gateway.view(id)).toMatchObject({ releaseId: id });
  expect((await gateway.records(id, 0, 10)).map(({ sequence }) => sequence)).toEqual([1, 2]);
  await vi.waitFor(
    async () =>
      expect((await gateway.list(listQuery({ service: 'fraud-scorer', requester: 'ana' }), 10, undefined)).releases).toMatchObject([
        { id },
      ]),
    { timeout: 100_000, interval: 200 },
  );
});

test('what the workflow refuses is a problem of its kind; what it does not finish is accepted', async () => {
  const { releaseId: id } = orderOf(1);
  const decision = { statementDigest: releaseBody.model.digest, reason: 'r' };
  await expect(gateway.tell(id, approveUpdate, { ...decision, by: ana }, randomUUID())).rejects.toMatchObject({
    kind: 'approval.notCounted',
    message: 'ana asked for this release',
  });
  expect(await gateway.tell(id, approveUpdate, { ...decision, by: ben }, randomUUID())).toMatchObject({
    kind: 'done',
    view: { releaseId: id },
  });
  expect(await gateway.tell(id, holdUpdate, { by: ben, reason: 'r' }, randomUUID())).toEqual({ kind: 'accepted' });
});

test('pages follow each other by the server’s own token, and a made-up token is the caller’s mistake', async () => {
  for (const attempt of [2, 3]) await gateway.start(orderOf(attempt));
  const query = listQuery({ service: 'fraud-scorer', running: true });
  await vi.waitFor(async () => expect((await gateway.list(query, 10, undefined)).releases).toHaveLength(3), {
    timeout: 100_000,
    interval: 200,
  });
  const first = await gateway.list(query, 2, undefined);
  const second = await gateway.list(query, 2, first.nextPageToken ?? '');
  expect(new Set([...first.releases, ...second.releases].map(({ id }) => id)).size).toBe(3);
  await expect(gateway.list(query, 2, '0123456789abcdef.bm9uc2Vuc2U')).rejects.toMatchObject({ kind: 'request.invalid' });
  await expect(gateway.list(listQuery({ service: 'other' }), 2, first.nextPageToken ?? '')).rejects.toMatchObject({
    kind: 'request.invalid',
  });
});

test('a closed release still answers, takes nothing more, and its id is not free again', async () => {
  const order = orderOf(1);
  const id = order.releaseId;
  await gateway.tell(id, abortUpdate, { by: ben, reason: 'r' }, randomUUID());
  await vi.waitFor(
    async () => expect(await gateway.describe(id)).toMatchObject({ status: 'completed', phase: 'closed', outcome: 'cancelled' }),
    {
      timeout: 100_000,
      interval: 200,
    },
  );
  expect(await gateway.records(id, -1, 10)).toHaveLength(3);
  expect(await gateway.start(order)).toBe(false);
  await expect(gateway.tell(id, abortUpdate, { by: ben, reason: 'r' }, randomUUID())).rejects.toMatchObject({ kind: 'release.wrongPhase' });
});

test('what is not there is not there', async () => {
  expect(await gateway.describe('fraud-scorer-production-000000000000')).toBeUndefined();
  await expect(gateway.view('fraud-scorer-production-000000000000')).rejects.toMatchObject({ kind: 'release.unknown' });
});

test('a Temporal that is away is said to be, within its deadline', async () => {
  const away = createTemporalGateway({ ...inTheClear, address: '127.0.0.1:1' });
  const before = Date.now();
  await expect(away.ready()).rejects.toMatchObject({ kind: 'temporal.unreachable' });
  expect(Date.now() - before).toBeLessThan(10_000);
  await away.close();
});

test('a checkup finds the namespace and its attributes, and names those that another namespace has not', async () => {
  expect(await gateway.checkup.temporal()).toMatchObject([
    { check: 'temporal', ok: true, found: 'keeps what has ended for 1 days' },
    { check: 'search attributes', ok: true },
  ]);
  const bare = createTemporalGateway({ ...inTheClear, address, namespace: 'temporal-system' });
  const [, attributes] = await bare.checkup.temporal();
  await bare.close();
  expect(attributes).toMatchObject({ ok: false, found: expect.stringContaining('ReleaseService') as string });
});
