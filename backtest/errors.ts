/** What is wrong with what was given: a file, a value, an address. One line that names it and what is allowed. */
export const exitCodes = { nothing: 0, rolledBack: 1, usage: 2, unreachable: 3 } as const;

export class BacktestError extends Error {
  override readonly name = 'BacktestError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}
