/**
 * Terraform under its lock: the lease is written before and dropped after, what an earlier holder left is put in
 * order first. A holder that lives is waited for; a dead one's lock is given back.
 *
 * Where a worker died and its Terraform did not, the operation decides. An apply is waited for: interrupting it
 * taints what it was making, and a second interrupt loses the state. A plan has changed nothing and nobody reads
 * its answer, so it is ended: it may be waiting for a lock itself, and would keep everybody for minutes.
 */
import { access, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context, log } from '@temporalio/activity';
import type { StateBackend } from '../../domain/catalog.ts';
import { isFailure } from '../failure.ts';
import { endCarriers, leaseVariable } from '../tool/machine.ts';
import type { BlobStore } from '../tool/store.ts';
import { type Locking, pushStateArgs, unlockArgs } from './arguments.ts';
import type { Root, RunTerraform } from './command.ts';
import { type Lease, type LeaseStore, markOf, renewSeconds, standingOf } from './lease.ts';
import { type Lock, type LockClients, readLock } from './lock.ts';
import { planGraceSeconds } from './plan.ts';

export interface LockedDependencies {
  readonly terraform: RunTerraform;
  readonly leases: LeaseStore;
  readonly store: BlobStore;
  /** How long somebody else's lock is waited for. */
  readonly lockTimeoutSeconds: number;
}

/**
 * One Terraform waits for a lock no longer than this; then we look whose it is, and start it again. Where the reply
 * to its own locking got lost, Terraform waits for itself, and only once it has ended is that lock provably nobody's.
 */
const terraformWaitsSecondsMax = 15;

export const waiting = ({ lockTimeoutSeconds }: Pick<LockedDependencies, 'lockTimeoutSeconds'>): Locking => ({
  kind: 'wait',
  seconds: Math.min(terraformWaitsSecondsMax, lockTimeoutSeconds),
});

export interface LockedRoot extends LockClients {
  readonly root: Root;
  readonly backend: StateBackend;
  readonly releaseId: string;
}

/** Between two looks at a holder that still lives. */
const lookSeconds = 2;
/** A machine that dies before we have read the lock's id leaves a lock we cannot prove to be ours: look often. */
const lockLookMilliseconds = 250;
/** For an unlock or a state push: seconds in practice, each is one or two calls. */
const repairTimeoutSeconds = 300;

/** `root` has to be initialised. Afterwards no lease is left, and no lock of ours. */
export async function settle(dependencies: LockedDependencies, locked: LockedRoot): Promise<void> {
  const { leases } = dependencies;
  let lease = await leases.read(locked.backend);
  while (lease !== null && (await mustBeWaitedFor(lease))) {
    Context.current().heartbeat({ waitingFor: lease.releaseId, operation: lease.operation, since: lease.startedAt });
    await Context.current().sleep(lookSeconds * 1000);
    lease = await leases.read(locked.backend);
  }
  if (lease === null) return;
  log.warn('an earlier Terraform of ours has nobody to work for: putting its lock in order', { lease });
  // Also where only plugins are left: nothing else would ever end them.
  await endCarriers(markOf(lease.nonce), planGraceSeconds);
  const lock = await readLock(locked, locked.backend);
  // A worker that was killed just after Terraform had its lock could not note the id any more.
  if (lock !== null && (lease.lockId === null ? isTakenUnder(lease, lock) : lock.id === lease.lockId))
    await unlock(dependencies, locked, lock.id);
  if (lease.unwrittenState !== null) await pushState(dependencies, locked, lease.unwrittenState);
  await leases.drop(locked.backend, lease.nonce);
}

async function mustBeWaitedFor(lease: Lease): Promise<boolean> {
  const standing = await standingOf(lease, new Date());
  return standing === 'at work' || (standing === 'orphaned' && lease.operation === 'apply');
}

async function unlock({ terraform }: LockedDependencies, { root }: LockedRoot, lockId: string): Promise<void> {
  // 1: already unlocked, or one of its two places was: whoever plans next finds out which.
  await terraform(root, { args: unlockArgs(lockId), timeoutSeconds: repairTimeoutSeconds, answers: [0, 1] });
}

async function pushState(
  dependencies: LockedDependencies,
  { root }: LockedRoot,
  blob: NonNullable<Lease['unwrittenState']>,
): Promise<void> {
  const file = join(root.workspace, 'unwritten.tfstate');
  await writeFile(file, await dependencies.store.get(blob), { mode: 0o600 });
  await dependencies.terraform(root, { args: pushStateArgs(file, waiting(dependencies)), timeoutSeconds: repairTimeoutSeconds });
}

/**
 * Runs `work` with the environment that marks its Terraform as ours; again while that one fails for want of the
 * lock, without which it has done nothing.
 */
export async function underLease<T>(
  dependencies: LockedDependencies,
  locked: LockedRoot,
  operation: Lease['operation'],
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + dependencies.lockTimeoutSeconds * 1000;
  for (;;) {
    await settle(dependencies, locked);
    try {
      return await underOneLease(dependencies, locked, operation, work);
    } catch (error) {
      if (!isFailure(error, 'terraform.locked')) throw error;
      if (Date.now() >= deadline && !(await isOwnLockLeft(dependencies, locked))) throw error;
      await Context.current().sleep(lookSeconds * 1000);
    }
  }
}

/** A lease stays behind when a lock of ours does: settling gives it back. */
async function isOwnLockLeft({ leases }: LockedDependencies, { backend }: LockedRoot): Promise<boolean> {
  const lease = await leases.read(backend);
  return lease !== null && lease.lockId !== null && (await standingOf(lease, new Date())) === 'over';
}

async function underOneLease<T>(
  dependencies: LockedDependencies,
  locked: LockedRoot,
  operation: Lease['operation'],
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const { leases } = dependencies;
  const keeper = keep(leases, locked, await leases.take(locked.backend, locked.releaseId, operation));
  try {
    return await work({ [leaseVariable]: keeper.nonce });
  } finally {
    await close(dependencies, locked, await keeper.stop());
  }
}

/**
 * Our Terraform may be waiting for somebody else's lock, and that one must never be noted as ours. This machine
 * runs one operation on a state at a time (the lease), so a lock from here and since then is the one.
 */
export const isTakenUnder = (lease: Lease, lock: Lock): boolean =>
  lock.who.endsWith(`@${hostname()}`) &&
  lock.createdAt.getTime() >= Date.parse(lease.startedAt) &&
  lock.operation.toLowerCase() === `operationtype${lease.operation}`;

/** Renews the lease, and notes the lock's id as soon as Terraform has it. */
function keep(leases: LeaseStore, locked: LockedRoot, first: Lease) {
  let lease = first;
  let renewAt = Date.now() + renewSeconds * 1000;
  const ended = new AbortController();
  const look = async () => {
    const lock = lease.lockId === null ? await readLock(locked, locked.backend) : null;
    const lockId = lock !== null && isTakenUnder(lease, lock) ? lock.id : null;
    if (lockId === null && Date.now() < renewAt) return;
    lease = { ...lease, lockId: lockId ?? lease.lockId };
    await leases.write(locked.backend, lease);
    renewAt = Date.now() + renewSeconds * 1000;
  };
  const looking = (async () => {
    while (!ended.signal.aborted) {
      await look().catch((error: unknown) => log.warn('a lease was not renewed', { error: String(error) }));
      await sleep(lockLookMilliseconds, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  return {
    nonce: first.nonce,
    stop: async (): Promise<Lease> => {
      ended.abort();
      await looking;
      return lease;
    },
  };
}

/** The lease goes when nothing of this run is left; otherwise it stays as the proof that whoever comes next needs. */
async function close({ leases, store }: LockedDependencies, locked: LockedRoot, lease: Lease): Promise<void> {
  const unwritten = await unwrittenStateOf(locked.root);
  if (unwritten !== null) {
    await leases.write(locked.backend, { ...lease, unwrittenState: await store.put(unwritten) });
    return;
  }
  if ((await standingOf(lease, new Date())) !== 'over') return;
  if (lease.lockId !== null && (await readLock(locked, locked.backend))?.id === lease.lockId) return;
  await leases.drop(locked.backend, lease.nonce);
}

/** Written by Terraform beside the code when its backend does not answer at the end. */
async function unwrittenStateOf({ folder }: Root): Promise<Buffer | null> {
  const file = join(folder, 'errored.tfstate');
  try {
    await access(file);
  } catch {
    return null;
  }
  return await readFile(file);
}
