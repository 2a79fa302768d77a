/**
 * Goal: a stuck undo calls a person, and what a person skips never makes things worse.
 * Method: the stack alone, with Temporal's waiting replaced by a clock that a test moves: nobody waits 15 min.
 */
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Undo } from '../../domain/undo.ts';
import { nameOf } from '../../domain/undo.ts';
import { undoPatienceMs } from '../../workflows/activity-options.ts';
import { orderOf } from '../support/builders.ts';

// Files of one process share their modules and their clock: this one takes fresh ones, and leaves nothing of its own.
vi.resetModules();
vi.useFakeTimers({ toFake: ['Date'] });
afterAll(() => {
  vi.useRealTimers();
  vi.resetModules();
});

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  CancellationScope: class {
    static nonCancellable = (run: () => Promise<unknown>) => run();
    run = (run: () => Promise<unknown>) => run();
    cancel = () => undefined;
  },
  condition: async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
    return true;
  },
  // A pause between two tries is as long as the whole patience.
  sleep: async () => {
    vi.setSystemTime(Date.now() + undoPatienceMs);
    await new Promise((resolve) => setImmediate(resolve));
  },
  log: { warn: () => undefined },
}));
const { UndoStack } = await import('../../workflows/undo-stack.ts');

const traffic: Undo = { kind: 'restore traffic', liveSlot: 'a' };
const slot: Undo = { kind: 'empty slot', slot: 'b' };
const serviceLane: Undo = { kind: 'leave lane', lane: { kind: 'service', key: 'fraud-scorer/production' } };
const stateLane: Undo = { kind: 'leave lane', lane: { kind: 'state', key: 'acme/production' } };

async function unwind(given: {
  readonly owed: readonly Undo[];
  readonly broken?: readonly Undo['kind'][];
  readonly skips?: readonly Undo['kind'][];
}) {
  const done: string[] = [];
  const stuck: string[] = [];
  const step = (kind: Undo['kind'], name: string) => ({
    executeWithOptions: async () => {
      if (given.broken?.includes(kind)) throw ApplicationFailure.nonRetryable('still broken');
      done.push(name);
    },
  });
  const steps = {
    route: { setWeights: step('restore traffic', 'restore traffic') },
    helm: { emptySlot: step('empty slot', 'empty slot'), parkSlot: step('park slot', 'park slot') },
    lanes: { leaveLane: step('leave lane', 'leave lane') },
  };
  const stack = new UndoStack();
  for (const undo of given.owed) stack.push(undo);
  const left = await stack.unwind(orderOf(), steps as never, {
    finished: () => undefined,
    settled: async () => void done.push('settled'),
    stuck: (undo, because) => stuck.push(`${nameOf(undo)}: ${because}`),
    keep: () => undefined,
    // A person skips what they are called for, and not before.
    isSkipped: (undo) => (given.skips ?? []).includes(undo.kind) && stuck.some((line) => line.startsWith(nameOf(undo))),
  });
  return { done, stuck, left: left.map(nameOf), owed: stack.owed.map(nameOf) };
}

describe('undoing', () => {
  test('gives traffic back before anything else and leaves the lane last', async () => {
    const { done, owed } = await unwind({ owed: [serviceLane, slot, traffic] });
    expect(done).toEqual(['restore traffic', 'empty slot', 'settled', 'leave lane']);
    expect(owed).toEqual([]);
  });

  test('calls a person to an undo that does not succeed, with the reason', async () => {
    const { stuck } = await unwind({ owed: [slot], broken: ['empty slot'], skips: ['empty slot'] });
    expect(stuck).toEqual(['empty slot b: still broken']);
  });

  test('leaves the slot alone when its traffic could not be taken away, and still frees the lane', async () => {
    const { done, left, owed } = await unwind({
      owed: [serviceLane, slot, traffic],
      broken: ['restore traffic'],
      skips: ['restore traffic'],
    });
    expect(done).toEqual(['settled', 'leave lane']);
    expect(left).toEqual(['restore traffic', 'empty slot b']);
    // A person has taken them on: a recovery that comes later must not touch what may be another release's by then.
    expect(owed).toEqual([]);
  });

  test('of the Terraform state does not wait for a stuck service', async () => {
    const { done } = await unwind({ owed: [stateLane, slot], broken: ['empty slot'], skips: ['empty slot'] });
    expect(done).toEqual(['leave lane', 'settled']);
  });

  test('registers the same undo once', async () => {
    const { done } = await unwind({ owed: [slot, slot] });
    expect(done).toEqual(['empty slot', 'settled']);
  });
});
