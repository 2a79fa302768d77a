/**
 * One lane: who may touch one Terraform state or one service now, and who is next. The rules are in
 * `domain/lane.ts`; this keeps the value, tells releases where they stand, and ends when nobody is left.
 */
import { condition, continueAsNew, getExternalWorkflowHandle, log, setHandler, workflowInfo } from '@temporalio/workflow';
import { emptyLane, enter, isWanted, type Lane, leave, positionOf } from '../domain/lane.ts';
import type { LaneRef } from '../domain/order.ts';
import { enterLaneSignal, lanePositionSignal, laneQuery, laneWantedSignal, leaveLaneSignal } from './messages.ts';

/** Turned away: the lane was full. */
const notThere = -1;

export async function lane(ref: LaneRef, state: Lane = emptyLane): Promise<void> {
  let current = state;
  const toTell = new Set<string>();
  const told = new Map<string, number>();
  let wantedToldTo: string | undefined;

  setHandler(laneQuery, () => current);
  setHandler(enterLaneSignal, (waiter) => {
    current = enter(current, waiter);
    // Whoever asks again may have missed the answer.
    told.delete(waiter.releaseId);
    toTell.add(waiter.releaseId);
  });
  setHandler(leaveLaneSignal, ({ releaseId }) => {
    current = leave(current, releaseId);
  });

  const standing = () => [current.holder, ...current.waiting].filter((waiter) => waiter !== null).map(({ releaseId }) => releaseId);
  const news = () =>
    [...new Set([...standing(), ...toTell])].filter((releaseId) => told.get(releaseId) !== (positionOf(current, releaseId) ?? notThere));
  const wanted = () => isWanted(current) && current.holder !== null && wantedToldTo !== current.holder.releaseId;

  for (;;) {
    await condition(() => news().length > 0 || wanted() || standing().length === 0);
    for (const releaseId of news()) {
      const position = positionOf(current, releaseId) ?? notThere;
      told.set(releaseId, position);
      toTell.delete(releaseId);
      if (!(await signalled(() => getExternalWorkflowHandle(releaseId).signal(lanePositionSignal, { lane: ref, position })))) {
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
