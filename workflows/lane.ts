/**
 * One lane: who may touch one Terraform state or one service now, and who is next. The rules are in
 * `domain/lane.ts`; this keeps the value, tells releases where they stand, and ends when nobody is left.
 */
import { condition, continueAsNew, getExternalWorkflowHandle, log, setHandler, workflowInfo } from '@temporalio/workflow';
import { emptyLane, enter, isWanted, type Lane, leave, positionOf, type Waiter } from '../domain/lane.ts';
import type { LaneRef } from '../domain/order.ts';
import { enterLaneSignal, lanePositionSignal, laneQuery, laneWantedSignal, leaveLaneSignal } from './messages.ts';

/** Turned away: the lane was full. */
const notThere = -1;

export async function lane(ref: LaneRef, state: Lane = emptyLane): Promise<void> {
  let current = state;
  /** Who asked and was not answered yet; also whoever is turned away, and so stands nowhere. */
  const toTell = new Map<string, Waiter['asked']>();
  const told = new Map<string, number>();
  let wantedToldTo: string | undefined;

  setHandler(laneQuery, () => current);
  setHandler(enterLaneSignal, (waiter) => {
    current = enter(current, waiter);
    // Whoever asks again may have missed the answer.
    told.delete(waiter.releaseId);
    toTell.set(waiter.releaseId, waiter.asked);
  });
  setHandler(leaveLaneSignal, ({ releaseId }) => {
    current = leave(current, releaseId);
  });

  const waiters = () => [current.holder, ...current.waiting].filter((waiter) => waiter !== null);
  const standing = () => waiters().map(({ releaseId }) => releaseId);
  const news = () =>
    [...new Set([...standing(), ...toTell.keys()])].filter(
      (releaseId) => told.get(releaseId) !== (positionOf(current, releaseId) ?? notThere),
    );
  const wanted = () => isWanted(current) && current.holder !== null && wantedToldTo !== current.holder.releaseId;

  for (;;) {
    await condition(() => news().length > 0 || wanted() || standing().length === 0);
    for (const releaseId of news()) {
      const position = positionOf(current, releaseId) ?? notThere;
      const asked = waiters().find((waiter) => waiter.releaseId === releaseId)?.asked ?? toTell.get(releaseId);
      told.set(releaseId, position);
      toTell.delete(releaseId);
      if (!(await signalled(() => getExternalWorkflowHandle(releaseId).signal(lanePositionSignal, { lane: ref, position, asked })))) {
        current = leave(current, releaseId);
      }
    }
    const { holder } = current;
    if (wanted() && holder !== null) {
      wantedToldTo = holder.releaseId;
      const by = current.waiting[0]?.releaseId ?? '';
      await signalled(() => getExternalWorkflowHandle(holder.releaseId).signal(laneWantedSignal, { lane: ref, by }));
    }
    if (standing().length === 0 && news().length === 0) return;
    if (workflowInfo().continueAsNewSuggested) return await continueAsNew<typeof lane>(ref, current);
  }
}

/** A release that is gone takes no signal; it must not hold the lane for ever. */
async function signalled(signal: () => Promise<void>): Promise<boolean> {
  try {
    await signal();
    return true;
  } catch (error) {
    log.warn('a release in this lane is gone', { error });
    return false;
  }
}
