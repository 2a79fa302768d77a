/**
 * What a release still owes to the world, as data: registered before the step, shown to people, written
 * into the record, and carried out either by the release itself or, if that was ended, by its recovery.
 *
 * Every undo is harmless when there is nothing to undo. Traffic goes first, then the newest.
 */
import type { LaneRef } from './order.ts';
import type { Slot } from './slot.ts';

export type Undo =
  | { readonly kind: 'restore traffic'; readonly liveSlot: Slot | null }
  | { readonly kind: 'empty slot'; readonly slot: Slot }
  /** Owed once the new version stays: the old one keeps its Helm release and loses its pods. */
  | { readonly kind: 'park slot'; readonly slot: Slot }
  | { readonly kind: 'leave lane'; readonly lane: LaneRef };

export function nameOf(undo: Undo): string {
  switch (undo.kind) {
    case 'restore traffic':
      return 'restore traffic';
    case 'empty slot':
      return `empty slot ${undo.slot}`;
    case 'park slot':
      return `park slot ${undo.slot}`;
    case 'leave lane':
      return `leave lane ${undo.lane.kind}/${undo.lane.key}`;
  }
}

/** Lanes last: another release must not enter while this one still cleans up. */
const rank: Readonly<Record<Undo['kind'], number>> = { 'restore traffic': 0, 'empty slot': 1, 'park slot': 1, 'leave lane': 2 };

/** `registered` is oldest first; the answer is the order to run them in. */
export const undoOrder = (registered: readonly Undo[]): readonly Undo[] =>
  registered.toReversed().toSorted((a, b) => rank[a.kind] - rank[b.kind]);
