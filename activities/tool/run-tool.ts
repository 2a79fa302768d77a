/**
 * Runs one outside program for one activity: no shell, nothing inherited, bounded in time and output, heard
 * from while it works, and ended with all its children. Every tool goes through here; nothing else spawns.
 */
import { Context } from '@temporalio/activity';
import { execa } from 'execa';
import { failure } from '../failure.ts';
import { endsWithWorker, leaseVariable } from './machine.ts';
import { openOutputFiles } from './output-files.ts';
import { redact } from './redact.ts';

export interface ToolRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. Secrets travel here or in a file, never in `args`. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Exit codes that are answers; others are `tool.rejected`. Default: 0. */
  readonly answers?: readonly number[];
  /** Between SIGINT and SIGKILL. Terraform and Helm need time to give their locks back. */
  readonly graceSeconds?: number;
  /** Values to blank out of anything logged or kept. */
  readonly secrets?: readonly string[];
  readonly stdin?: string;
  /** Called for each line of stdout while the program runs, already redacted. */
  readonly onLine?: (line: string) => void;
  /** What the heartbeats say, for those who look at a running activity. Must hold no secret. */
  readonly progress?: () => unknown;
  /**
   * Output goes through files in this private folder instead of pipes. A pipe breaks when the worker is killed,
   * and the program dies on its next line, whatever it was in the middle of.
   */
  readonly outputFolder?: string;
  /** Stdout holds secrets nobody can list (a whole state): handed back as it is, never logged. */
  readonly secretStdout?: boolean;
}

export interface ToolAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunTool = (run: ToolRun) => Promise<ToolAnswer>;

/** 64 MiB: a plan of some hundred resources with schema noise is a few MiB; more is a runaway. */
const outputBytesMax = 64 * 1024 * 1024;
/** A quarter of the shortest heartbeat time-out in workflows/activity-options.ts. */
const heartbeatSeconds = 5;
const defaultGraceSeconds = 20;
/** What the log keeps of a failure; the end says most. */
const loggedCharactersMax = 4_000;

export const runTool: RunTool = async ({
  file,
  args,
  cwd,
  env,
  timeoutSeconds,
  answers = [0],
  graceSeconds = defaultGraceSeconds,
  secrets = [],
  stdin,
  onLine,
  progress,
  secretStdout = false,
  outputFolder,
}) => {
  const activity = Context.current();
  const heartbeat = setInterval(() => activity.heartbeat(progress?.()), heartbeatSeconds * 1000);
  const files = outputFolder === undefined ? null : await openOutputFiles(outputFolder);
  try {
    const running = execa(file, args, {
      cwd,
      env: { ...(leaseVariable in env ? {} : endsWithWorker()), ...env },
      extendEnv: false,
      ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
      // A file's descriptor where there is one; the types make the answer's output `unknown` then, and it is not read.
      stdout: (files?.descriptors.stdout ?? 'pipe') as 'pipe',
      stderr: (files?.descriptors.stderr ?? 'pipe') as 'pipe',
      reject: false,
      timeout: timeoutSeconds * 1000,
      maxBuffer: outputBytesMax,
      cancelSignal: activity.cancellationSignal,
      // As Ctrl-C would, once, to the whole process group: provider plugins must not outlive Terraform, and
      // SIGINT is what Terraform and Helm stop tidily on. A second one makes Terraform lose its state.
      killDescendants: true,
      killSignal: 'SIGINT',
      forceKillAfterDelay: graceSeconds * 1000,
    });
    const lines = files === null ? running : files.lines(running);
    if (onLine !== undefined) for await (const line of lines) onLine(redact(line, secrets));
    const result = await running;
    const output = files === null ? result : await files.read(outputBytesMax);
    const stdout = secretStdout ? output.stdout : redact(output.stdout, secrets);
    const stderr = redact(output.stderr, secrets);
    // A program that was told to stop has not answered, unless it had already succeeded.
    const interrupted = (result.isCanceled || result.timedOut) && result.exitCode !== 0;
    if (!interrupted && result.exitCode !== undefined && answers.includes(result.exitCode))
      return { exitCode: result.exitCode, stdout, stderr };

    activity.log.warn('tool failed', {
      file,
      exitCode: result.exitCode,
      signal: result.signal,
      stdout: secretStdout ? '(holds secrets)' : stdout.slice(-loggedCharactersMax),
      stderr: stderr.slice(-loggedCharactersMax),
    });
    if (result.isCanceled) return await activity.cancelled;
    if (result.timedOut) throw failure('tool.timedOut', `${nameOf(file)} ran longer than ${timeoutSeconds} s`);
    if (result.isMaxBuffer) throw failure('tool.overflowed', `${nameOf(file)} wrote more than ${outputBytesMax} bytes`);
    if (result.code === 'ENOENT') throw failure('tool.missing', `${nameOf(file)} is not installed`);
    throw failure('tool.rejected', `${nameOf(file)} exited with ${result.exitCode ?? result.signal ?? 'an unknown status'}`);
  } finally {
    clearInterval(heartbeat);
    await files?.close();
  }
};

/** A path names the machine; the program's name is enough. */
const nameOf = (file: string) => file.split('/').at(-1) ?? file;
