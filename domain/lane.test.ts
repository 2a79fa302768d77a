import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyLane, enter, isWanted, type Lane, laneIdOf, leave, positionOf, waitingMax } from './lane.ts';
import type { Urgency } from './order.ts';

const laneOf = (...waiters: readonly (readonly [string, Urgency])[]): Lane =>
  waiters.reduce((lane, [releaseId, urgency]) => enter(lane, { releaseId, urgency }), emptyLane);
const order = (lane: Lane): readonly string[] => [lane.holder, ...lane.waiting].flatMap((waiter) => waiter?.releaseId ?? []);

describe('a lane', () => {
  test('is held by the first who asks, and then in the order of asking', () => {
    expect(order(laneOf(['one', 'normal'], ['two', 'normal'], ['three', 'normal']))).toEqual(['one', 'two', 'three']);
  });

  test('lets rollbacks go first, then hotfixes, without taking it from whoever holds it', () => {
    const lane = laneOf(['holder', 'normal'], ['n', 'normal'], ['h', 'hotfix'], ['r', 'rollback'], ['h2', 'hotfix']);
    expect(order(lane)).toEqual(['holder', 'r', 'h', 'h2', 'n']);
  });

  test('keeps the place of whoever asks again, and answers the newer asking', () => {
    const lane = laneOf(['holder', 'normal'], ['n', 'normal'], ['last', 'normal']);
    const again = enter(lane, { releaseId: 'n', urgency: 'normal', asked: 2 });
    expect(order(again)).toEqual(order(lane));
    expect(again.waiting[0]).toEqual({ releaseId: 'n', urgency: 'normal', asked: 2 });
    expect(enter(lane, { releaseId: 'holder', urgency: 'normal', asked: 3 }).holder?.asked).toBe(3);
  });

  test('is wanted when a rollback waits behind something that is none', () => {
    expect(isWanted(laneOf(['n', 'normal'], ['r', 'rollback']))).toBe(true);
    expect(isWanted(laneOf(['n', 'normal'], ['h', 'hotfix']))).toBe(false);
    expect(isWanted(laneOf(['r', 'rollback'], ['r2', 'rollback']))).toBe(false);
    expect(isWanted(emptyLane)).toBe(false);
  });

  test('has a readable id', () => {
    expect(laneIdOf({ kind: 'service', key: 'fraud-scorer/production' })).toBe('lane/service/fraud-scorer/production');
  });
});

const urgency = fc.constantFrom<Urgency>('rollback', 'hotfix', 'normal');
const steps = fc.array(
  fc.record({ does: fc.constantFrom('enter', 'leave'), releaseId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), urgency }),
  { maxLength: 40 },
);

describe('whatever comes and goes', () => {
  const afterEach = (check: (lane: Lane, before: Lane) => void) =>
    fc.assert(
      fc.property(steps, (history) => {
        let lane = emptyLane;
        for (const { does, releaseId, urgency } of history) {
          const before = lane;
          lane = does === 'enter' ? enter(lane, { releaseId, urgency }) : leave(lane, releaseId);
          check(lane, before);
        }
      }),
    );

  test('nobody is there twice, and nobody waits for a lane that is free', () => {
    afterEach((lane) => {
      expect(new Set(order(lane)).size).toBe(order(lane).length);
      expect(lane.holder !== null || lane.waiting.length === 0).toBe(true);
      order(lane).forEach((releaseId, position) => expect(positionOf(lane, releaseId)).toBe(position));
    });
  });

  test('a holder stays until it leaves', () => {
    afterEach((lane, before) => {
      const stays = before.holder === null || order(lane).includes(before.holder.releaseId);
      expect(!stays || before.holder === null || lane.holder?.releaseId === before.holder.releaseId).toBe(true);
    });
  });

  test('asking twice keeps the place, and leaving without being there changes nothing', () => {
    afterEach((lane) => {
      for (const releaseId of order(lane)) expect(enter(lane, { releaseId, urgency: 'rollback' })).toEqual(lane);
      expect(leave(lane, 'stranger')).toEqual(lane);
    });
  });
});

test('a lane takes no more than its bound', () => {
  const full = laneOf(...Array.from({ length: waitingMax + 20 }, (_, index) => [`r${index}`, 'normal'] as const));
  expect(full.waiting.length).toBeLessThanOrEqual(waitingMax);
});
