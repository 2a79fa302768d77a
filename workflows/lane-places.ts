/**
 * Where a release stands in its lanes, as far as they have said so. An answer counts only for the asking it answers: one
 * to an earlier asking may come after the release has left, and would grant what is another's by now.
 */
import type { LaneRef } from '../domain/order.ts';
import type { LanePosition } from './messages.ts';

export class LanePlaces {
  readonly #positions = new Map<string, number>();
  readonly #askings = new Map<string, number>();

  /** The number of this asking, for the lane to answer with. */
  ask(lane: LaneRef): number {
    const asked = (this.#askings.get(keyOf(lane)) ?? 0) + 1;
    this.#askings.set(keyOf(lane), asked);
    this.forget(lane);
    return asked;
  }

  /** False for an answer that comes too late. Lanes from before askings were counted do not say which they answer. */
  hear({ lane, position, asked }: LanePosition): boolean {
    if (asked !== undefined && asked !== this.#askings.get(keyOf(lane))) return false;
    this.#positions.set(keyOf(lane), position);
    return true;
  }

  /** 0 holds the lane, −1 was turned away; `undefined` while the lane has not answered. */
  of(lane: LaneRef): number | undefined {
    return this.#positions.get(keyOf(lane));
  }

  forget(lane: LaneRef): void {
    this.#positions.delete(keyOf(lane));
  }
}

const keyOf = (lane: LaneRef): string => `${lane.kind}/${lane.key}`;
