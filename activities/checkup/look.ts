/** One look: bounded in time, and whatever breaks is a check that failed, in one line without a request's own words. */
import { ApplicationFailure } from '@temporalio/activity';
import { type Check, type CheckName, failed } from '../../domain/checkup.ts';

/** Somebody waits at a terminal, and all looks run at once. Less than an activity may take. */
const lookSecondsMax = 10;

export async function look(check: CheckName, about: string, ask: (signal: AbortSignal) => Promise<Check>): Promise<Check> {
  const signal = AbortSignal.timeout(lookSecondsMax * 1000);
  const late = new Promise<never>((_, refuse) => signal.addEventListener('abort', () => refuse(signal.reason as Error), { once: true }));
  try {
    return await Promise.race([ask(signal), late]);
  } catch (error) {
    return failed(check, about, why(error));
  }
}

/** An AWS error's text quotes the request, and a network's the address: its name says enough. */
function why(error: unknown): string {
  if (error instanceof ApplicationFailure) return error.message;
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${lookSecondsMax} s`;
  const { cause } = error as { readonly cause?: { readonly code?: string } };
  return cause?.code ?? error.name;
}
