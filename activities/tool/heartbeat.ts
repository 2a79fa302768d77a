/** Keeps an activity heard from while it works without a program: reading, hashing, many small calls. */
import { Context } from '@temporalio/activity';

/** A quarter of the shortest heartbeat time-out in workflows/activity-options.ts, as the runner does. */
const heartbeatSeconds = 5;

export async function withHeartbeats<T>(work: () => Promise<T>): Promise<T> {
  const activity = Context.current();
  const heartbeat = setInterval(() => activity.heartbeat(), heartbeatSeconds * 1000);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
  }
}
