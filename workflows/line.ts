/**
 * The line of one environment while it is stopped; at any other time there is none. Releases that reach a safe point
 * meanwhile wait, and are told when it is over. Only another person than the one who stopped it may resume it.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  log,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { lineMemo, type Stop, whyNotResumed } from '../domain/line.ts';
import { type Instruction, lineChangedSignal, resumeLineUpdate, waitForLineSignal } from './messages.ts';
import { isPatched } from './patches.ts';
import { refusal } from './refusal.ts';

export async function line(
  environment: string,
  stop: Stop,
  waitingBefore: readonly string[] = [],
): Promise<{ readonly stop: Stop; readonly resumed: Instruction }> {
  const waiting = new Set(waitingBefore);
  let resumed: Instruction | undefined;
  setHandler(waitForLineSignal, ({ releaseId }) => void waiting.add(releaseId));
  setHandler(resumeLineUpdate, (instruction) => void (resumed = instruction), {
    validator: (instruction) => {
      const why = whyNotResumed(stop, instruction.by);
      if (why !== undefined) throw refusal('line.samePerson', why);
      if (instruction.reason.trim() === '') throw refusal('request.invalid', 'say why: `reason` is empty');
      if (resumed !== undefined) throw refusal('line.notStopped', `${resumed.by.subject} has resumed it already`);
    },
  });
  setCurrentDetails(`**${environment} is stopped** since ${stop.at} by ${stop.by.subject}: ${stop.reason}`);
  await condition(() => resumed !== undefined || workflowInfo().continueAsNewSuggested);
  if (resumed === undefined) return await continueAsNew<typeof line>(environment, stop, [...waiting]);
  // Before anybody is told: a release looks at once, and would wait again for a line that seems to be stopped.
  if (isPatched('a line says that it was resumed')) upsertMemo({ [lineMemo.resumed]: true });
  for (const releaseId of waiting) await told(releaseId);
  await condition(allHandlersFinished);
  return { stop, resumed };
}

/** A release that has ended meanwhile takes no signal. */
async function told(releaseId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(releaseId).signal(lineChangedSignal);
  } catch (error) {
    log.warn('a release that waited for this line is gone', { releaseId, error });
  }
}
