/**
 * Two slots, permanent, and who is live. Which one is live is read from the route, never remembered.
 */
export const slots = ['a', 'b'] as const;
export type Slot = (typeof slots)[number];

export const otherSlot = (slot: Slot): Slot => (slot === 'a' ? 'b' : 'a');

/** Percent of the traffic for each slot; together 100, or both 0 before the first release. */
export type Weights = Readonly<Record<Slot, number>>;

/** The slot with all the traffic, or the greater share while it shifts; `null` before the first release. */
export function liveSlotOf(weights: Weights | null): Slot | null {
  if (weights === null || weights.a + weights.b === 0) return null;
  return weights.a >= weights.b ? 'a' : 'b';
}

export const weightsFor = (slot: Slot, percent: number): Weights => ({ [slot]: percent, [otherSlot(slot)]: 100 - percent }) as Weights;

/** Undo of the very first release: nobody gets traffic, since there is nobody to go back to. */
export const noWeights: Weights = { a: 0, b: 0 };
