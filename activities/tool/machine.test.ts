/**
 * Goal: a program is found by what it carries while it runs, and ended whole.
 * Method: real processes.
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Carriers, createCarriers, stubborn } from '../../test/support/carrier.ts';
import { endCarriers, hasEnded, type Mark, thisMachine, thisWorker } from './machine.ts';

let carriers: Carriers;
let mark: Mark;
beforeEach(() => {
  carriers = createCarriers();
  mark = { token: carriers.folder, program: 'terraform' };
});
afterEach(() => carriers.end());

const end = (graceSeconds: number) => new MockActivityEnvironment().run(() => endCarriers(mark, graceSeconds));
const nobody = { kind: 'seen', programs: [], others: [] };

describe.runIf(thisMachine.id !== null)('on a machine that can be looked at', () => {
  test('a program is found by its token, its child too, and neither by another token', async () => {
    const pid = await carriers.start(mark);
    expect(await thisMachine.carriersOf(mark)).toEqual({ kind: 'seen', programs: [pid], others: [expect.any(Number)] });
    expect(await thisMachine.carriersOf({ ...mark, token: 'another' })).toEqual(nobody);
  });

  test('a process is the one that began then, until it has ended', async () => {
    const pid = await carriers.start(mark);
    const worker = { pid, start: thisMachine.startOf(pid) };
    expect([worker.start, hasEnded(worker)]).toEqual([expect.stringMatching(/^\d+$/), false]);
    expect(hasEnded({ ...worker, start: '1' }), 'another process had this number').toBe(true);
    expect(hasEnded({ ...worker, start: null }), 'nobody knows').toBe(false);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => hasEnded(worker)).toBe(true);
    expect(hasEnded(thisWorker())).toBe(false);
  });

  test('a program is asked to end, and ends tidily; its child, which does not hear that, is gone too', async () => {
    await carriers.start(mark);
    await end(60);
    expect(carriers.hasTidied()).toBe(true);
    expect(await thisMachine.carriersOf(mark)).toEqual(nobody);
  });

  test('a program that does not end when asked is killed after the grace', async () => {
    await carriers.start(mark, stubborn);
    await end(0.2);
    expect(await thisMachine.carriersOf(mark)).toEqual(nobody);
  });

  test('a child whose program was killed is ended at once', async () => {
    process.kill(await carriers.start(mark), 'SIGKILL');
    await expect.poll(() => thisMachine.carriersOf(mark)).toEqual({ ...nobody, others: [expect.any(Number)] });
    await end(60);
    expect(await thisMachine.carriersOf(mark)).toEqual(nobody);
  });

  test('nobody else is touched', async () => {
    const bystander = await carriers.start({ ...mark, token: 'another' });
    await carriers.start(mark);
    await end(60);
    expect(thisMachine.startOf(bystander)).not.toBeNull();
  });
});
