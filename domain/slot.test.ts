import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { liveSlotOf, noWeights, otherSlot, type Slot, slots, weightsFor } from './slot.ts';

const slot = fc.constantFrom<Slot>(...slots);

test('each slot is the other of the other', () => {
  for (const one of slots) {
    expect(otherSlot(one)).not.toBe(one);
    expect(otherSlot(otherSlot(one))).toBe(one);
  }
});

test('weights are always a hundred together, and the slot has what was asked for', () => {
  fc.assert(
    fc.property(slot, fc.integer({ min: 0, max: 100 }), (candidate, percent) => {
      const weights = weightsFor(candidate, percent);
      expect(weights.a + weights.b).toBe(100);
      expect(weights[candidate]).toBe(percent);
    }),
  );
});

test('the greater share is live: while a canary has less than half, the old version is', () => {
  fc.assert(
    fc.property(slot, fc.integer({ min: 0, max: 49 }), (candidate, percent) => {
      expect(liveSlotOf(weightsFor(candidate, percent))).toBe(otherSlot(candidate));
      expect(liveSlotOf(weightsFor(candidate, 100 - percent))).toBe(candidate);
    }),
  );
});

test('nobody is live before the first release, and after its undo', () => {
  expect(liveSlotOf(null)).toBeNull();
  expect(liveSlotOf(noWeights)).toBeNull();
});
