/** The action: which command, and what becomes of errors. The answer is the exit code. */
import { CliError, exitCodes, usage } from '../../cli/errors.ts';
import type { Job, Pace } from './job.ts';
import { plan } from './plan.ts';
import { release } from './release.ts';

const commands = { plan, release } satisfies Record<string, (job: Job, pace: Pace) => Promise<number>>;

export async function runAction(job: Job, pace: Pace = {}): Promise<number> {
  try {
    return await commandOf(job)(job, pace);
  } catch (error) {
    if (error instanceof CliError) {
      job.error(error.message);
      return error.exitCode;
    }
    // Our own mistake: the job fails with what there is to find it by.
    job.error(`the action itself failed: ${error instanceof Error ? error.message : 'unknown'}`);
    if (error instanceof Error && error.stack !== undefined) job.out(`${error.stack}\n`);
    return exitCodes.refused;
  }
}

function commandOf(job: Job) {
  const name = job.input('command');
  if (!Object.hasOwn(commands, name)) throw usage(`command is ${JSON.stringify(name)}; ${Object.keys(commands).join(' or ')} is needed`);
  return commands[name as keyof typeof commands];
}
