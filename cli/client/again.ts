/**
 * A question is asked again while the API cannot answer it just now (503): Temporal loses one now and then, a worker or
 * the API itself restarts. What only looks may be asked twice; what does something is never said twice by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** The API has waited itself, up to ten seconds each time: together longer than a worker takes to start on a busy machine. */
const timesMax = 3;

/** `note`: whoever waits is told why, once. */
export function askingAgain(ask: typeof fetch, note: (text: string) => void, pauseMs = 1_000): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    for (let times = 1; ; times += 1) {
      const response = await ask(request.clone());
      if (request.method !== 'GET' || response.status !== 503 || times === timesMax) return response;
      if (times === 1) note('the API cannot answer just now: asking again');
      await response.body?.cancel();
      await sleep(pauseMs);
    }
  };
}
