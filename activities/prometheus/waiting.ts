/** How a long look waits: heard from meanwhile, and found again by the next attempt where this one is lost. */
import { Context } from '@temporalio/activity';
import type { z } from 'zod';

/** A quarter of the heartbeat time-out of a watch. */
const heartbeatSeconds = 5;

/** What an attempt before this one had found out; nothing where it was lost, and then it is found out again. */
export function progressOf<T>(schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(Context.current().info.heartbeatDetails).data;
}

/** Sleeps and is heard from meanwhile; ends at once when the activity is cancelled. */
export async function rest(seconds: number, details: unknown): Promise<void> {
  const activity = Context.current();
  for (let left = seconds; left > 0; left -= heartbeatSeconds) {
    activity.heartbeat(details);
    await activity.sleep(Math.min(left, heartbeatSeconds) * 1000);
  }
}
