/** A notice that nobody took, until a person has it delivered or lets it go; after two weeks it tells nobody anything new. */
import {
  allHandlersFinished,
  condition,
  rootCause,
  setCurrentDetails,
  setHandler,
  TemporalFailure,
  upsertMemo,
} from '@temporalio/workflow';
import { keptFor, listedNotice, type NoticeState, type UndeliveredNotice, undeliveredMemo } from '../domain/undelivered.ts';
import { discardNoticeUpdate, type Instruction, redeliverNoticeUpdate } from './messages.ts';
import { refusal } from './refusal.ts';
import { redelivering } from './steps.ts';

export async function undelivered(kept: UndeliveredNotice): Promise<{ readonly ended: 'delivered' | 'discarded' | 'too old' }> {
  let ended: 'delivered' | 'discarded' | undefined;
  let trying: Promise<NoticeState> | undefined;
  show(kept, kept.because);

  const redeliver = async (): Promise<NoticeState> => {
    const because = await tryAgain(kept);
    if (because === null) ended ??= 'delivered';
    else show(kept, because);
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

  await condition(() => ended !== undefined, keptFor);
  await condition(allHandlersFinished);
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

function show(kept: UndeliveredNotice, because: string): void {
  const listed = listedNotice(kept, because);
  setCurrentDetails(`**${listed.target} was not told** since ${listed.since}: ${because}\n\n${listed.text}`);
  upsertMemo({ [undeliveredMemo]: listed });
}
