import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWorkspaces, sweepBeforeFirst, sweepWorkspaces } from './workspace.ts';

const newRoot = () => mkdtempSync(join(realpathSync(tmpdir()), 'plimsoll-work-'));
/** A process that has ended: its pid is nobody's for a while. */
const deadPid = () => spawnSync(process.execPath, ['--version']).pid;

test('a workspace is gone afterwards, also when the work breaks', async () => {
  const root = newRoot();
  const broken = createWorkspaces(root)('release', async (folder) => {
    expect(existsSync(folder)).toBe(true);
    throw new Error('broke');
  });
  await expect(broken).rejects.toThrow('broke');
  expect(readdirSync(root)).toEqual([]);
});

test('what a dead worker left is swept; what a living one works in stays', async () => {
  const root = newRoot();
  const left = `release-w${deadPid()}-abcdef`;
  mkdirSync(join(root, left));
  mkdirSync(join(root, 'nobody-knows'));
  await createWorkspaces(root)('release', async () => {
    expect(await sweepWorkspaces(root)).toEqual([left]);
    expect(readdirSync(root)).toHaveLength(2);
  });
});

test('a worker that begins sweeps what one with its own number left', async () => {
  const root = newRoot();
  const left = `release-w${process.pid}-abcdef`;
  for (const name of [left, `release-w${process.ppid}-abcdef`, 'nobody-knows']) mkdirSync(join(root, name));
  expect(await sweepWorkspaces(root)).toEqual([]);
  expect(await sweepBeforeFirst(root)).toEqual([left]);
  expect(readdirSync(root)).toHaveLength(2);
});

test.skipIf(process.platform !== 'linux')('a folder stays while a tool that outlived its worker is at work in it', async () => {
  const root = newRoot();
  const left = `release-w${deadPid()}-abcdef`;
  mkdirSync(join(root, left));
  const tool = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { cwd: join(root, left) });
  await once(tool, 'spawn');
  expect(await sweepWorkspaces(root)).toEqual([]);
  tool.kill('SIGKILL');
  await once(tool, 'exit');
  expect(await sweepWorkspaces(root)).toEqual([left]);
});
