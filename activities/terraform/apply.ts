/** Applies one saved plan, once. What a broken apply did is not guessed here: `observe.ts` looks. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { SavedPlan } from '../../domain/ports.ts';
import type { BlobStore } from '../tool/store.ts';
import { applyArgs } from './arguments.ts';
import { failureOf, type TerraformEvent } from './command.ts';
import { type LockedDependencies, type LockedRoot, underLease, waiting } from './locked.ts';

/** Ten minutes less than the activity's own limit, so that the end is Terraform's and not a killed worker's. */
const applyTimeoutSeconds = 4 * 3600 - 600;
/**
 * Terraform stops tidily after one interrupt, but only once AWS has answered every call under way, and some
 * take half an hour. Killing it earlier leaves the lock and loses up to 20 s of state (measured).
 */
export const applyGraceSeconds = 1_800;
/** A heartbeat stays small; the newest addresses say most. */
const shownAddressesMax = 20;

export async function apply(
  dependencies: LockedDependencies & { readonly store: BlobStore },
  locked: LockedRoot,
  plan: SavedPlan,
): Promise<void> {
  const planFile = join(locked.root.workspace, 'approved.tfplan');
  await writeFile(planFile, await dependencies.store.get(plan.savedPlan), { mode: 0o600 });
  const progress = createProgress();
  const answer = await underLease(dependencies, locked, 'apply', (env) =>
    dependencies.terraform(locked.root, {
      args: applyArgs(planFile, waiting(dependencies)),
      timeoutSeconds: applyTimeoutSeconds,
      graceSeconds: applyGraceSeconds,
      answers: [0, 1],
      outlivesWorker: true,
      env,
      onEvent: (event) => {
        progress.take(event);
        // At once, not at the runner's next beat: a worker that dies in between leaves the newest list behind.
        Context.current().heartbeat(progress.show());
      },
      progress: progress.show,
    }),
  );
  if (answer.exitCode !== 0) throw failureOf('apply', answer);
}

/** What the heartbeats of an apply say: should the state be lost, this is the only list of what exists. */
export function createProgress() {
  const begun = new Set<string>();
  const done: string[] = [];
  return {
    take: (event: TerraformEvent): void => {
      if (event.type === 'diagnostic') return;
      const { addr } = event.hook.resource;
      if (event.type === 'apply_start') begun.add(addr);
      else begun.delete(addr);
      if (event.type === 'apply_complete') done.push(addr);
    },
    show: () => ({ doneCount: done.length, done: done.slice(-shownAddressesMax), underWay: [...begun].slice(0, shownAddressesMax) }),
  };
}
