/**
 * What has to be put back if a release does not finish. Registered before the step: an activity that timed
 * out may still have taken effect, so every undo is harmless when there is nothing to undo.
 *
 * Undoing is shielded from cancellation and does not end by itself. A stuck undo calls a person, who may skip
 * it with a reason; what depends on it is then left alone, since emptying a slot that still has traffic would
 * turn a bad release into an outage.
 */
import { CancellationScope, condition, isCancellation, log, rootCause, sleep } from '@temporalio/workflow';
import { invariant } from '../domain/assert.ts';
import type { ReleaseOrder } from '../domain/order.ts';
import { noWeights, weightsFor } from '../domain/slot.ts';
import { nameOf, type Undo, undoOrder } from '../domain/undo.ts';
import { undoPatienceMs } from './activity-options.ts';
import type { UndoSteps } from './steps.ts';

export interface UndoReport {
  /** Everything but the lanes is done, or given up (`left`); the lanes are left when this has resolved. */
  readonly settled: (left: readonly Undo[]) => Promise<void>;
  /** An undo is done, or was skipped by a person. */
  readonly finished: (undo: Undo, how: 'done' | 'skipped') => void;
  /** A person is needed for this undo. */
  readonly stuck: (undo: Undo, because: string) => void;
  readonly isSkipped: (undo: Undo) => boolean;
  /** What this undo would take away is evidence: until when; `undefined`: it is none. */
  readonly keep: (undo: Undo) => Promise<void> | undefined;
}

export class UndoStack {
  #registered: Undo[] = [];

  push(undo: Undo): void {
    if (!this.#registered.some((known) => nameOf(known) === nameOf(undo))) this.#registered.push(undo);
  }

  /** Undone in the ordinary course of the release, or no longer wanted because the release was promoted. */
  forget(...kinds: readonly Undo['kind'][]): void {
    this.#registered = this.#registered.filter(({ kind }) => !kinds.includes(kind));
  }

  get owed(): readonly Undo[] {
    return this.#registered;
  }

  /** Answers the undos that were skipped or left alone: empty when everything was put back. */
  async unwind(order: ReleaseOrder, steps: UndoSteps, report: UndoReport): Promise<readonly Undo[]> {
    const all = undoOrder(this.#registered);
    const lanes = (kind: 'state' | 'service') => all.filter((undo) => undo.kind === 'leave lane' && undo.lane.kind === kind);
    const rest = all.filter(({ kind }) => kind !== 'leave lane');
    const run = (undos: readonly Undo[]) => this.#inOrder(undos, order, steps, report);
    const service = async () => {
      const left = await run(rest);
      await report.settled(left);
      return [...left, ...(await run(lanes('service')))];
    };
    // The Terraform state and the service do not depend on each other; within the service, order matters.
    const left = await CancellationScope.nonCancellable(() => Promise.all([run(lanes('state')), service()]));
    return left.flat();
  }

  async #inOrder(undos: readonly Undo[], order: ReleaseOrder, steps: UndoSteps, report: UndoReport): Promise<readonly Undo[]> {
    const left: Undo[] = [];
    for (const undo of undos) {
      const blocked = left.length > 0;
      const kept = blocked ? undefined : report.keep(undo);
      // Asked first: without evidence nothing is waited for, not even a turn.
      if (kept !== undefined) await kept;
      if (blocked || (await untilDoneOrSkipped(undo, () => carryOut(undo, order, steps), report)) === 'skipped') left.push(undo);
      // What a person gave up is theirs now: neither this release nor its recovery may try it again later.
      this.#registered = this.#registered.filter((known) => known !== undo);
    }
    return left;
  }
}

async function carryOut(undo: Undo, order: ReleaseOrder, steps: UndoSteps): Promise<void> {
  const { releaseId, service, environment, team, cluster, model } = order;
  const release = { releaseId, service, environment, team };
  switch (undo.kind) {
    case 'restore traffic': {
      invariant(model !== undefined, 'only a model part has traffic');
      const weights = undo.liveSlot === null ? noWeights : weightsFor(undo.liveSlot, 100);
      const summary = undo.liveSlot === null ? 'No traffic: there is no older version' : `All traffic back to slot ${undo.liveSlot}`;
      return await steps.route.setWeights.executeWithOptions({ summary }, [{ release, cluster, route: model.route, weights }]);
    }
    case 'empty slot':
      return await steps.helm.emptySlot.executeWithOptions({ summary: `Empty slot ${undo.slot}` }, [{ release, cluster, slot: undo.slot }]);
    case 'park slot':
      return await steps.helm.parkSlot.executeWithOptions({ summary: `Park the old version in slot ${undo.slot}` }, [
        { release, cluster, slot: undo.slot },
      ]);
    case 'leave lane':
      return await steps.lanes.leaveLane.executeWithOptions({ summary: `Leave lane ${undo.lane.kind}/${undo.lane.key}` }, [
        { lane: undo.lane, releaseId },
      ]);
  }
}

/** The longest pause between two tries of an undo whose failure Temporal itself does not retry. */
const pauseSecondsMax = 60;

async function untilDoneOrSkipped(undo: Undo, run: () => Promise<void>, report: UndoReport): Promise<'done' | 'skipped'> {
  const work = new CancellationScope();
  const since = Date.now();
  let called = false;
  let done = false;
  const over = () => done || report.isSkipped(undo);
  const trying = work.run(async () => {
    for (let pauseSeconds = 1; !over(); pauseSeconds = Math.min(pauseSeconds * 2, pauseSecondsMax)) {
      try {
        await run();
        done = true;
      } catch (error) {
        if (isCancellation(error)) return;
        const because = rootCause(error) ?? 'unknown';
        if (!called && Date.now() - since >= undoPatienceMs) {
          called = true;
          report.stuck(undo, because);
        }
        log.warn('an undo failed and is tried again', { undo: nameOf(undo), because });
        await sleep(pauseSeconds * 1000);
      }
    }
  });
  await condition(over);
  work.cancel();
  await trying.catch(() => undefined);
  report.finished(undo, done ? 'done' : 'skipped');
  return done ? 'done' : 'skipped';
}
