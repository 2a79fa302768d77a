/**
 * Before anything is applied, deployed or shifted: is the environment frozen, was its line stopped, has a waiver ended?
 * Then the release is held where it is safe, as by a person: it gives its lane to others, traffic stays as it is and the
 * judge goes on. It goes on by itself once the line is free.
 */
import { condition, TemporalFailure } from '@temporalio/workflow';
import { type Obstacle, pauseFor } from '../domain/line.ts';
import { notOverridden } from '../domain/override.ts';
import { endedOf, type Renewal, type WaiverInPlay } from '../domain/waiver.ts';
import { isPatched } from './patches.ts';
import type { ReleaseRun } from './release-run.ts';
import { localSteps } from './steps.ts';

/** A rollback passes: it is how one gets out of the trouble that a line is stopped for. */
export async function heedLine(run: ReleaseRun): Promise<void> {
  if (run.order.urgency === 'rollback' || run.isStopped || !isPatched('people and policy')) return;
  const obstacles = await look(run);
  if (obstacles.length === 0) return;
  run.stop(obstacles);
  void untilFree(run, obstacles);
}

/** Until nothing holds it any more, neither the line nor a person; or it was aborted. */
export async function whenFree(run: ReleaseRun): Promise<void> {
  if (run.held) await condition(() => !run.held || run.abortion !== undefined);
}

async function untilFree(run: ReleaseRun, first: readonly Obstacle[]): Promise<void> {
  const isOver = () => run.isEnding || run.abortion !== undefined;
  for (let obstacles = first; obstacles.length > 0; obstacles = await look(run)) {
    run.stop(obstacles);
    const heard = run.lineNews;
    await condition(() => run.lineNews > heard || isOver(), pauseFor(obstacles, Date.now()));
    if (isOver()) return;
  }
  if (!isOver()) run.free();
}

/** A look that breaks is no leave to go on. */
async function look(run: ReleaseRun): Promise<readonly Obstacle[]> {
  try {
    const ended = endedWaivers(run);
    const { obstacles, renewed = [] } = await localSteps.readLine({ release: run.ref, ...(ended.length > 0 && { ended }) });
    recordRenewals(run, renewed);
    return heeded(run, obstacles);
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    return [{ kind: 'unknown', reason: 'the worker could not look' }];
  }
}

/** In a lane a waiver that ends brings the release back to the gate; what has begun to be deployed is held where it is. */
const endedWaivers = ({ view: { gate, phase } }: ReleaseRun): readonly WaiverInPlay[] =>
  phase === 'queued' ? [] : endedOf(gate?.waivers ?? [], Date.now());

/** Once each, however often it is looked. */
function recordRenewals(run: ReleaseRun, renewed: readonly Renewal[]): void {
  const known = run.facts.waiversRenewed;
  for (const { name, until } of renewed) {
    if (known.has(`${name} ${until}`)) continue;
    known.add(`${name} ${until}`);
    run.record('waiverRenewed', { name, until, phase: run.view.phase });
  }
}

/** People who approved a hotfix have let it pass freezes; whatever else is in the way holds it. */
function heeded(run: ReleaseRun, obstacles: readonly Obstacle[]): readonly Obstacle[] {
  const { override } = run.order;
  if (override === undefined || !run.approvals.isGranted) return obstacles;
  const left = notOverridden(obstacles, override);
  if (left.length < obstacles.length) run.passFreezes(override, obstacles);
  return left;
}
