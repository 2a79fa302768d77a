/** What ends a command, as exit codes that CI can branch on. */
import type { Problem } from './client/generated/index.ts';

export const exitCodes = {
  released: 0,
  /** Asked and answered "no": rolled back, blocked, rejected, expired, cancelled, or refused by the API. */
  refused: 1,
  usage: 2,
  unreachable: 3,
} as const;

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  readonly problem: Problem | undefined;

  constructor(exitCode: number, message: string, problem?: Problem) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

export const usage = (message: string): CliError => new CliError(exitCodes.usage, message);

/** The table says who is to blame: the words, the answer, or the way there. */
export function problemError(problem: Problem): CliError {
  const code = problem.status === 400 ? exitCodes.usage : problem.status >= 500 ? exitCodes.unreachable : exitCodes.refused;
  return new CliError(code, `${problem.kind}: ${problem.detail}\n  ${problem.advice}`, problem);
}
