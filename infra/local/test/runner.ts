/**
 * The programs of a test run. They are in groups of their own: Ctrl-C reaches us alone, and we end them with
 * everything they started before anything of it can get lost.
 */
import { spawn } from 'node:child_process';
import { endTree, identify, type ProcessIdentity } from '../processes.ts';

export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
}

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its output is a report to read and not shown. */
  readonly quiet?: boolean;
}

export interface Runner {
  run(program: Program): Promise<Answer>;
  /** Afterwards nothing of it runs, and nothing more starts. */
  stop(): Promise<void>;
  isStopped(): boolean;
}

export function createRunner(): Runner {
  const atWork = new Set<ProcessIdentity>();
  let isStopped = false;
  return {
    isStopped: () => isStopped,
    run: ({ file, args, cwd, env, quiet = false }) =>
      new Promise((settle, reject) => {
        if (isStopped) throw new Error('the test run was told to stop');
        const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'] });
        const identity = child.pid === undefined ? undefined : identify(child.pid);
        if (identity !== undefined) atWork.add(identity);
        let stdout = '';
        child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
        child.once('error', reject);
        child.once('close', (code) => {
          if (identity !== undefined) atWork.delete(identity);
          settle({ exitCode: code ?? 1, stdout });
        });
      }),
    async stop() {
      isStopped = true;
      await Promise.all([...atWork].map(endTree));
    },
  };
}
