/** When a lock is provably ours and its holder provably dead. Every doubt has to end in "no". */
import { hostname } from 'node:os';
import { NoSuchKey } from '@aws-sdk/client-s3';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCarriers, type Carriers as Processes } from '../../test/support/carrier.ts';
import { type Carriers, type Machine, thisMachine } from '../tool/machine.ts';
import { expiresSeconds, type Lease, type LeaseStore, markOf, standingOf } from './lease.ts';
import type { Lock } from './lock.ts';
import { isTakenUnder, type LockedDependencies, type LockedRoot, settle } from './locked.ts';

const at = '2026-11-24T12:00:00.000Z';
const lease: Lease = {
  releaseId: 'r',
  nonce: 'no-process-has-this',
  machine: 'here',
  worker: { pid: 7, start: '700' },
  operation: 'apply',
  startedAt: at,
  renewedAt: at,
  lockId: null,
  unwrittenState: null,
};
const after = (seconds: number) => new Date(Date.parse(at) + seconds * 1000);
const seen = (programs: readonly number[]): Carriers => ({ kind: 'seen', programs, others: [] });
/** A machine called `here` where the lease's worker lives, unless it began at another time. */
const machine = (carriers: Carriers, start = '700'): Machine => ({
  id: 'here',
  startOf: () => start,
  carriersOf: () => Promise.resolve(carriers),
});

describe('what an earlier Terraform is doing', () => {
  test('without its process it is over, whatever the time says', async () => {
    expect(await standingOf(lease, after(0), machine(seen([])))).toBe('over');
  });

  test('with its process and its worker it is at work, whatever the time says', async () => {
    expect(await standingOf(lease, after(expiresSeconds + 1), machine(seen([8])))).toBe('at work');
  });

  test('with its process alone it is orphaned', async () => {
    expect(await standingOf(lease, after(0), machine(seen([8]), '701'))).toBe('orphaned');
  });

  test('of a worker that nobody noted it counts as at work', async () => {
    expect(await standingOf({ ...lease, worker: null }, after(0), machine(seen([8])))).toBe('at work');
  });

  test.each([
    ['on another machine', { ...lease, machine: 'elsewhere' }, seen([])],
    ['on a machine that had no name', { ...lease, machine: null }, seen([])],
    ['on a machine that cannot be looked at', lease, { kind: 'unknown' }],
  ] as const)('%s it counts as at work until its lease has expired', async (_, lease, carriers) => {
    expect(await standingOf(lease, after(expiresSeconds - 1), machine(carriers, '701'))).toBe('at work');
    expect(await standingOf(lease, after(expiresSeconds + 1), machine(carriers, '701'))).toBe('over');
  });
});

describe.runIf(thisMachine.id !== null)('a Terraform whose worker was killed', () => {
  let processes: Processes;
  let kept: Lease | null;
  beforeEach(() => {
    processes = createCarriers();
  });
  afterEach(() => processes.end());

  const leases: Partial<LeaseStore> = {
    read: () => Promise.resolve(kept),
    drop: async () => {
      kept = null;
    },
  };
  const dependencies = { leases } as LockedDependencies;
  const stateS3 = { send: () => Promise.reject(new NoSuchKey({ message: 'no lock', $metadata: {} })) };
  const backend = { bucket: 'b', key: 'k', region: 'eu-west-1', lockTable: '', lockFile: true };
  const locked = { backend, stateS3 } as unknown as LockedRoot;

  async function orphan(operation: Lease['operation']): Promise<number> {
    kept = { ...lease, operation, nonce: processes.folder, machine: thisMachine.id, worker: { pid: process.pid, start: 'another' } };
    return await processes.start(markOf(kept.nonce));
  }

  /** Answers who was waited for. */
  async function settling(onWait: () => void = () => undefined): Promise<readonly unknown[]> {
    const waits: unknown[] = [];
    const environment = new MockActivityEnvironment();
    environment.on('heartbeat', (details: unknown) => {
      if (details === undefined) return;
      waits.push(details);
      onWait();
    });
    await environment.run(() => settle(dependencies, locked));
    expect(kept, 'the lease is gone').toBeNull();
    expect(await thisMachine.carriersOf(markOf(processes.folder)), 'and so is everything that carried it').toEqual(seen([]));
    return waits;
  }

  test('is ended while it plans, and nobody waits', async () => {
    await orphan('plan');
    expect(await settling()).toEqual([]);
    expect(processes.hasTidied()).toBe(true);
  });

  test('is waited for while it applies, and not asked to end', async () => {
    const pid = await orphan('apply');
    const waits = await settling(() => process.kill(pid, 'SIGKILL'));
    expect(waits).toContainEqual(expect.objectContaining({ waitingFor: lease.releaseId, operation: 'apply' }));
    expect(processes.hasTidied()).toBe(false);
  });
});

const lock: Lock = { id: 'l', who: `root@${hostname()}`, operation: 'OperationTypeApply', createdAt: after(1) };

test('a lock from this machine, of this operation, since the lease began is ours', () => {
  expect(isTakenUnder(lease, lock)).toBe(true);
});

test.each<[string, Partial<Lock>]>([
  ['another machine', { who: 'root@elsewhere' }],
  ['a machine whose name ends like ours', { who: `root@x${hostname()}` }],
  ['before the lease', { createdAt: after(-1) }],
  ['another operation', { operation: 'OperationTypePlan' }],
  ['a time nobody can read', { createdAt: new Date('soon') }],
])('a lock from %s is not', (_, difference) => {
  expect(isTakenUnder(lease, { ...lock, ...difference })).toBe(false);
});
