/** An environment that takes only what another one has run: asked once it is known what would be released, and again before anything is done. */
import { partsOf } from '../domain/soak.ts';
import type { Ending } from './facts.ts';
import type { ReleaseRun } from './release-run.ts';
import { localSteps } from './steps.ts';

/** The way back never waits for another environment. */
export async function requireSoak(run: ReleaseRun): Promise<Ending | undefined> {
  const { order, ref } = run;
  const { requires, rollback } = order;
  if (requires === undefined || rollback !== undefined) return undefined;
  const answer = await localSteps.checkSoak({ release: ref, requires, parts: partsOf(order) });
  if (answer.kind === 'soaked') return undefined;
  run.record('soakMissing', { requires: { ...requires }, because: answer.because });
  return { kind: 'blocked', reason: answer.because };
}
