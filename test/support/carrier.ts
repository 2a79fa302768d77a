/** Programs that carry a mark, as a worker starts them: a shell under the program's name, in a group of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { leaseVariable, type Mark, thisMachine } from '../../activities/tool/machine.ts';

/** Leaves a file `tidied` when it is asked to end; its child does not hear that, as plugins do not. */
export const tidy = "trap 'echo > tidied; exit 0' INT; sleep 300 & echo ready; wait";
export const stubborn = "trap '' INT; sleep 300 & echo ready; wait";

export interface Carriers {
  readonly folder: string;
  /** Answers its number when it and its child run. */
  start(mark: Mark, script?: string): Promise<number>;
  hasTidied(): boolean;
  /** Nothing of what was started outlives a test. */
  end(): void;
}

export function createCarriers(): Carriers {
  const shell = execFileSync('sh', ['-c', 'command -v sh'], { encoding: 'utf8' }).trim();
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-carrier-'));
  const started: ChildProcess[] = [];
  return {
    folder,
    async start(mark, script = tidy) {
      const file = join(folder, mark.program);
      if (!existsSync(file)) symlinkSync(shell, file);
      const env = { PATH: process.env['PATH'], [leaseVariable]: mark.token };
      const child = spawn(file, ['-c', script], { argv0: 'sh', cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
      started.push(child);
      await once(child.stdout, 'data');
      const both = { kind: 'seen', programs: [child.pid], others: [expect.any(Number)] };
      await expect.poll(() => thisMachine.carriersOf(mark)).toEqual(both);
      return child.pid ?? 0;
    },
    hasTidied: () => existsSync(join(folder, 'tidied')),
    end() {
      for (const { pid } of started) {
        try {
          process.kill(-(pid ?? 0), 'SIGKILL');
        } catch {
          // The test has ended it.
        }
      }
      rmSync(folder, { recursive: true });
    },
  };
}
