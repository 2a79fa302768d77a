/** A notice that nobody took, until a person has it delivered or lets it go; after two weeks it tells nobody anything new. */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  rootCause,
  setCurrentDetails,
  setHandler,
  TemporalFailure,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { keptUntil, listedNotice, type NoticeState, type UndeliveredNotice, undeliveredMemo } from '../domain/undelivered.ts';
import { discardNoticeUpdate, type Instruction, redeliverNoticeUpdate } from './messages.ts';
import { refusal } from './refusal.ts';
import { redelivering } from './steps.ts';

export async function undelivered(kept: UndeliveredNotice): Promise<{ readonly ended: 'delivered' | 'discarded' | 'too old' }> {
  let ended: 'delivered' | 'discarded' | undefined;
  let trying: Promise<NoticeState> | undefined;
  let last = kept;
  show(last);

  const redeliver = async (): Promise<NoticeState> => {
    const because = await tryAgain(kept);
    if (because === null) ended ??= 'delivered';
    else show((last = { ...kept, because }));
    trying = undefined;
    return because === null ? { state: 'delivered', because } : { state: 'waiting', because };
  };
  const stillWaits = () => {
    if (ended !== undefined) throw refusal('notice.unknown', `it was ${ended} just now`);
  };
  // Two who ask at once get the answer of one try.
  setHandler(redeliverNoticeUpdate, () => (trying ??= redeliver()), { validator: stillWaits });
  const discard = ({ reason }: Instruction): NoticeState => {
    ended = 'discarded';
    return { state: ended, because: reason };
  };
  setHandler(discardNoticeUpdate, discard, {
    validator: ({ reason }) => {
      stillWaits();
      if (reason.trim() === '') throw refusal('request.invalid', 'say why: `reason` is empty');
    },
  });

  const left = Math.max(keptUntil(kept) - Date.now(), 1);
  // Whoever tries again each minute makes more history in a week than Temporal keeps of one run.
  const isInTime = await condition(() => ended !== undefined || workflowInfo().continueAsNewSuggested, left);
  await condition(allHandlersFinished);
  if (ended === undefined && isInTime) return await continueAsNew<typeof undelivered>(last);
  return { ended: ended ?? 'too old' };
}

/** `null`: it was taken. */
async function tryAgain({ target, notice }: UndeliveredNotice): Promise<string | null> {
  try {
    await redelivering.deliverNotice.executeWithOptions({ summary: `Tell ${target.name} again: ${notice.kind}` }, [{ target, notice }]);
    return null;
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    return rootCause(error) ?? 'unknown';
  }
}

function show(kept: UndeliveredNotice): void {
  const listed = listedNotice(kept);
  setCurrentDetails(`**${listed.target} was not told** since ${listed.since}: ${kept.because}\n\n${listed.text}`);
  upsertMemo({ [undeliveredMemo]: listed });
}
