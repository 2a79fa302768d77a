/** An API that restarts is back before long: what was asked is asked again until somebody answers. A refusal is an answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, exitCodes } from './errors.ts';

export interface Patience {
  readonly apiUrl: string;
  /** Until giving up. */
  readonly patienceMs: number;
  readonly retryMs?: number;
  readonly note: (text: string) => void;
}

const retryMsDefault = 1_000;

/** Only for questions that may be asked twice. */
export async function patiently<Answer>(ask: () => Promise<Answer>, patience: Patience): Promise<Answer> {
  const { apiUrl, patienceMs, retryMs = retryMsDefault, note } = patience;
  const begunAt = Date.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const passing = error instanceof CliError && error.exitCode === exitCodes.unreachable;
      if (!passing || Date.now() - begunAt >= patienceMs) throw error;
      if (tries === 1) note(`${apiUrl} does not answer: trying again`);
    }
    await sleep(retryMs);
  }
}
