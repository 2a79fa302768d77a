/**
 * Goal: a release is one judgement, however many slices and weights it takes, and what was counted is in its record.
 * Method: the real workflow on a real Temporal server, over a world that remembers what each watch was asked.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordTypes } from '../../domain/record.ts';
import { abortUpdate, resumeUpdate } from '../../workflows/messages.ts';
import { callerOf, orderOf } from '../support/builders.ts';
import { givenRelease } from '../support/given-release.ts';
import { blob, type ScriptedWorld, verdictOf } from '../support/scripted-world.ts';
import { startTemporal, type Temporal } from '../support/temporal.ts';

let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTemporal();
});
afterAll(() => temporal?.close());

const tell = { by: callerOf('sam', 'sre'), reason: 'because the test says so' };
const verdictsOf = ({ records }: ScriptedWorld) =>
  [...records.values()].filter(({ event }) => event.type === recordTypes.verdict).map(({ event }) => event.data);

describe.concurrent('the watch of a release', () => {
  test('is one judgement: each weight a step of it, the last comparison promotes, 100 % has nobody to compare with', async () => {
    const { world, handle, decide } = await givenRelease(temporal, undefined, { metricsLabels: { namespace: 'models' } });
    await decide('approve');
    await handle.result();
    expect(world.watches).toMatchObject([
      { weightPercent: 10, promotes: false, live: 'a', judge: null, nextStep: false },
      { weightPercent: 50, promotes: true, live: 'a', judge: { call: 1 }, nextStep: true },
      { weightPercent: 100, promotes: true, live: null, judge: { call: 2 }, nextStep: true },
    ]);
    for (const watch of world.watches) expect(watch).toMatchObject({ labels: { namespace: 'models' }, plannedSeconds: 600 });
  });

  test('of a first release decides at its only weight', async () => {
    const { world, handle, decide } = await givenRelease(temporal, (empty) => {
      empty.weights = null;
      empty.slots.a = undefined;
    });
    await decide('approve');
    await handle.result();
    expect(world.watches).toMatchObject([{ weightPercent: 100, promotes: true, live: null, judge: null, nextStep: false }]);
  });

  test('is in the record with the counts of every slice since the one before', async () => {
    const { world, handle, decide } = await givenRelease(temporal, (judging) => {
      judging.verdicts = (weight, call) => (weight === 10 && call < 3 ? verdictOf('not enough') : verdictOf('pass'));
    });
    await decide('approve');
    await handle.result();
    expect(verdictsOf(world)).toMatchObject([
      { weightPercent: 10, decision: 'advance', counts: [1, 2, 3].map((call) => blob(`counts ${call}`)) },
      { weightPercent: 50, decision: 'advance', counts: [blob('counts 4')] },
      { weightPercent: 100, decision: 'advance', counts: [blob('counts 5')] },
    ]);
  });

  test('takes its look at the deadline once, also when a person lets it go on, and never at 100 %', async () => {
    const inTime = await givenRelease(temporal);
    await inTime.decide('approve');
    await inTime.handle.result();
    expect(inTime.world.watches.map(({ deadline }) => deadline)).toEqual([true, true, false]);

    const { world, handle, decide, until } = await givenRelease(
      temporal,
      (silent) => {
        silent.verdicts = () => verdictOf('not enough', '0 requests');
      },
      { canary: { ...orderOf().canary, deadlineMinutes: 0 } },
    );
    await decide('approve');
    await until(({ attention }) => attention !== null);
    await handle.executeUpdate(resumeUpdate, { args: [tell] });
    await until(({ attention }) => attention !== null && world.watches.length > 1);
    await handle.executeUpdate(abortUpdate, { args: [tell] });
    await handle.result();
    const [first, ...others] = world.watches.map(({ deadline }) => deadline);
    expect(first).toBe(true);
    expect(new Set(others)).toEqual(new Set([false]));
  });

  test('leaves the deadline to the slice that it falls into', async () => {
    const { world, handle, decide } = await givenRelease(temporal, undefined, { canary: { ...orderOf().canary, deadlineMinutes: 60 } });
    await decide('approve');
    await handle.result();
    expect(world.watches.map(({ deadline, atMostSeconds }) => [deadline, atMostSeconds])).toEqual([1, 2, 3].map(() => [false, 600]));
  });
});
