/** What a verification ends with, and what is wrong with what was given: one line that says what is allowed. */
export const exitCodes = { verified: 0, wrong: 1, usage: 2, unreachable: 3, unsealed: 4 } as const;

export class VerifyError extends Error {
  override readonly name = 'VerifyError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}
