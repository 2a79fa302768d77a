import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameOf, type Undo, undoOrder } from './undo.ts';

const lane = { kind: 'service', key: 'fraud-scorer/production' } as const;
const undo = fc.constantFrom<Undo>(
  { kind: 'restore traffic', liveSlot: 'a' },
  { kind: 'empty slot', slot: 'b' },
  { kind: 'park slot', slot: 'a' },
  { kind: 'leave lane', lane },
  { kind: 'leave lane', lane: { kind: 'state', key: 'acme-tfstate/production' } },
);

test('traffic goes first, then the slot, and the lane is left last', () => {
  const registered: Undo[] = [
    { kind: 'leave lane', lane },
    { kind: 'empty slot', slot: 'b' },
    { kind: 'restore traffic', liveSlot: 'a' },
  ];
  expect(undoOrder(registered).map(nameOf)).toEqual(['restore traffic', 'empty slot b', 'leave lane service/fraud-scorer/production']);
});

test('of its own sort the newest is undone first', () => {
  const lanes: Undo[] = ['first', 'second'].map((key) => ({ kind: 'leave lane', lane: { kind: 'state', key } }));
  expect(undoOrder(lanes).map(nameOf)).toEqual(['leave lane state/second', 'leave lane state/first']);
});

test('whatever was registered, each is undone once, no traffic after a slot and nothing after a lane', () => {
  const rank = (name: string) => ['restore traffic', 'slot', 'leave lane'].findIndex((sort) => name.includes(sort));
  fc.assert(
    fc.property(fc.array(undo, { maxLength: 10 }), (registered) => {
      const names = undoOrder(registered).map(nameOf);
      expect(names.toSorted()).toEqual(registered.map(nameOf).toSorted());
      expect(names.map(rank)).toEqual(names.map(rank).toSorted((a, b) => a - b));
    }),
  );
});
