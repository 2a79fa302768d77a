import { expect, test } from 'vitest';
import type { LaneRef } from '../domain/order.ts';
import { LanePlaces } from './lane-places.ts';

const lane: LaneRef = { kind: 'service', key: 'fraud-scorer/production' };
const other: LaneRef = { kind: 'state', key: 'acme-tfstate/production.tfstate' };

test('a place is what the lane has answered last', () => {
  const places = new LanePlaces();
  const asked = places.ask(lane);
  expect(places.of(lane)).toBeUndefined();
  expect([places.hear({ lane, position: 1, asked }), places.hear({ lane, position: 0, asked })]).toEqual([true, true]);
  expect([places.of(lane), places.of(other)]).toEqual([0, undefined]);
});

test.each([
  ['grants', 0],
  ['turns away', -1],
])('an answer that %s and comes after the release has asked again counts for nothing', (_, position) => {
  const places = new LanePlaces();
  const before = places.ask(lane);
  places.forget(lane);
  expect(places.hear({ lane, position, asked: before }), 'it stands nowhere, so that this is still the last asking').toBe(true);
  const now = places.ask(lane);
  expect(places.of(lane)).toBeUndefined();
  expect(places.hear({ lane, position, asked: before })).toBe(false);
  expect(places.of(lane)).toBeUndefined();
  expect(places.hear({ lane, position: 1, asked: now })).toBe(true);
});

test('an answer of a lane that does not count askings is taken', () => {
  const places = new LanePlaces();
  places.ask(lane);
  expect(places.hear({ lane, position: 0 })).toBe(true);
  expect(places.of(lane)).toBe(0);
});
