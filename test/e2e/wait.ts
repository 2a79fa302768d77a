/** Waiting for a state. The deadline is generous and ends a test that would never end, never one that is slow. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Six times what a release takes on a busy laptop. */
const patienceSeconds = 600;
const pollMilliseconds = 400;

/** Until `look` answers something; what it last saw is in the error. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  seconds = patienceSeconds,
  seen: () => string = () => '',
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let trouble = '';
  for (;;) {
    try {
      const answer = await look();
      if (answer !== undefined) return answer;
      trouble = '';
    } catch (error) {
      if (error instanceof NeverError) throw error;
      // A piece of the stack may be down just now.
      trouble = (error as Error).message;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s; ${seen()} ${trouble}`);
    await sleep(pollMilliseconds);
  }
}

/** It cannot come any more: waiting ends at once. */
export class NeverError extends Error {}

/** Asked again, after a pause, until somebody answers; what comes the last time is the answer. */
export async function asked<T>(ask: (times: number) => Promise<T>, isAnswer: (answer: T) => boolean, timesMax: number): Promise<T> {
  for (let times = 1; ; times += 1) {
    const answer = await ask(times);
    if (isAnswer(answer) || times === timesMax) return answer;
    await sleep(pollMilliseconds);
  }
}
