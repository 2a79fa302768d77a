/** When a lock is provably ours and its holder provably dead. Every doubt has to end in "no". */
import { execFileSync, spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findHolder, machineId, nonceVariable } from './holder.ts';
import { expiresSeconds, isAlive, type Lease } from './lease.ts';
import type { Lock } from './lock.ts';
import { isTakenUnder } from './locked.ts';

const at = '2026-11-24T12:00:00.000Z';
const lease: Lease = {
  releaseId: 'r',
  nonce: 'no-process-has-this',
  machine: 'elsewhere',
  operation: 'apply',
  startedAt: at,
  renewedAt: at,
  lockId: null,
  unwrittenState: null,
};
const after = (seconds: number) => new Date(Date.parse(at) + seconds * 1000);

test('a holder on another machine counts as alive until its lease has expired', async () => {
  expect(await isAlive(lease, after(expiresSeconds - 1))).toBe(true);
  expect(await isAlive(lease, after(expiresSeconds + 1))).toBe(false);
});

test.runIf(process.platform === 'linux')('a holder on this machine is asked for by its process, whatever the time says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-holder-'));
  const nonce = `test-${process.pid}`;
  const here: Lease = { ...lease, nonce, machine: await machineId() };
  expect(await isAlive(here, after(0))).toBe(false);
  // Any program will do, as long as it is called terraform.
  await copyFile(execFileSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).trim(), join(folder, 'terraform'));
  const child = spawn(join(folder, 'terraform'), ['60'], { env: { [nonceVariable]: nonce }, stdio: 'ignore' });
  try {
    await new Promise((started) => child.once('spawn', started));
    await expect.poll(() => findHolder(nonce)).toEqual({ terraform: [child.pid], others: [] });
    expect(await isAlive(here, after(expiresSeconds + 1))).toBe(true);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
  await expect.poll(() => isAlive(here, after(0))).toBe(false);
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
