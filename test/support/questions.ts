/** Temporal loses a question to a workflow now and then; the API asks a lost one again, and so do tests. */
import type { Client } from '@temporalio/client';
import { askAgain } from '../../api/temporal/ask-again.ts';
import type { Deadline } from '../../api/temporal/line.ts';

/** A worker at rest answers in a hundredth of this. */
const untilLostMs = 5_000;

export const questionsTo =
  (client: Client): Deadline =>
  (ask) =>
    askAgain(
      () => true,
      () => client.withDeadline(Date.now() + untilLostMs, ask),
      ask,
    );
