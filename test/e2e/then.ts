/** What has to be true of the world afterwards, whatever happened on the way. */
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { Verdict } from '../../domain/judge/judge.ts';
import { laneIdOf } from '../../domain/lane.ts';
import { serviceLaneOf } from '../../domain/order.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { liveSlotOf, otherSlot, type Slot, slots } from '../../domain/slot.ts';
import { disagreementsAbout } from '../../infra/local/agreement.ts';
import { people } from './given.ts';
import { address } from './stack.ts';
import { until } from './wait.ts';
import { type Details, show, tokenOf, verdictOf } from './when.ts';
import { helmStatusOf, openWorkflow, podsOf, processesOf, recordsOf, stateLocksOf, temporal, weightsOf, workspacesOf } from './world.ts';

/** An ending by its kind; `because` is a part of the reason. */
export function endedAs(outcome: Outcome, kind: Outcome['kind'], because: string | RegExp = ''): void {
  expect(outcome).toEqual(expect.objectContaining({ kind, reason: expect.stringMatching(because) as string }));
}

/** The last phase that was about the release itself: the one that decided how it ends. */
export const decidingPhase = ({ history }: Details): string | undefined =>
  history.map(({ phase }) => phase).findLast((phase) => !['undoing', 'finishing', 'closed'].includes(phase));

/** Pods and programs take a moment to go, a pod's drain 30 s; what a killed worker left on the disk is swept each 30 s. */
const settlesWithinSeconds = 300;

/** All the traffic goes to this one slot, which runs this release; the other slot has no pods. */
export async function serves(service: string, releaseId: string): Promise<void> {
  const weights = await weightsOf(service);
  const live = liveSlotOf(weights);
  expect(weights, 'one slot has all the traffic').toEqual({ a: live === 'a' ? 100 : 0, b: live === 'b' ? 100 : 0 });
  await settled(`${service} is served by ${releaseId} alone`, async () => {
    const pods = await podsOf(service);
    expect(new Set(pods[live as Slot])).toEqual(new Set([releaseId]));
    expect(pods[otherSlot(live as Slot)]).toBeUndefined();
  });
}

/** Traffic as before, and nothing of the release left in its slot. */
export async function putBack(release: Details): Promise<void> {
  const { slots: used, service, releaseId } = release;
  if (used === null) return;
  const expected = used.live === null ? { a: 0, b: 0 } : { a: used.live === 'a' ? 100 : 0, b: used.live === 'b' ? 100 : 0 };
  expect(await weightsOf(service), 'the weights are what they were').toEqual(expected);
  expect(await helmStatusOf(service, used.candidate), 'the slot is empty').toBeNull();
  await settled(`no pod of ${releaseId} is left`, async () => {
    expect(Object.values(await podsOf(service)).flat()).not.toContain(releaseId);
  });
}

/** No lane, lock, lease, folder or process of this release; every slot's Helm release is at rest. */
export async function nothingLeftBehind(release: Details): Promise<void> {
  const { releaseId, service, change } = release;
  // Only a release with infrastructure touches a state; another one may be at it meanwhile.
  const state = change === null ? null : `${release.environment}.tfstate`;
  await settled(`nothing of ${releaseId} is left`, async () => {
    expect(processesOf(releaseId), 'processes').toEqual([]);
    expect(workspacesOf(releaseId), 'private folders').toEqual([]);
    expect(await openWorkflow(laneIdOf(serviceLaneOf(release))), 'the service lane').toBeNull();
    if (state !== null) {
      expect(await stateLocksOf(state), 'state locks').toEqual([]);
      expect(await openWorkflow(laneIdOf({ kind: 'state', key: `acme-tfstate/${state}` })), 'the state lane').toBeNull();
    }
    for (const slot of slots) expect([null, 'deployed'], `Helm release of slot ${slot}`).toContain(await helmStatusOf(service, slot));
  });
}

/** Every record is in the ledger, each sequence once; it can be proved, and Temporal tells the same story. */
export async function recordIsWhole(releaseId: string): Promise<void> {
  const { records } = await show(releaseId);
  const sequences = (await recordsOf(releaseId)).map((key) => Number(/(\d{10})\.json$/.exec(key)?.[1]));
  expect(sequences).toEqual(Array.from({ length: records }, (_, index) => index));
  await isProved(releaseId);
}

/** From the bucket and the public key alone, and beside what Temporal remembers. */
export async function isProved(releaseId: string): Promise<void> {
  const { stdout, stderr, exitCode } = await execa(plimsoll, ['verify', releaseId], { reject: false });
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  // Temporal lists a run a little later than it has it.
  await settled(`Temporal tells the story of ${releaseId} as its record does`, async () =>
    expect(await disagreementsAbout(releaseId, await temporal(), process.env)).toEqual([]),
  );
}

const plimsoll = join(import.meta.dirname, '../../bin/plimsoll');

/**
 * What was counted, judged again in one go by `plimsoll backtest`, gives the counts and the evidence that the release
 * went by: whoever was killed while it watched has changed nothing. Errors only: which edges of latency are judged,
 * and with which margins, comes from the history before the release, which is no part of its counts.
 */
export async function verdictIsThatOfItsCounts({ releaseId, service }: Details): Promise<void> {
  const objectives = join(address('PLIMSOLL_CATALOG'), 'services', `${service}.yaml`);
  const env = { PLIMSOLL_API_URL: address('PLIMSOLL_API_URL'), PLIMSOLL_TOKEN: await tokenOf(people.sam) };
  const options = ['--release', releaseId, '--objectives', objectives, '--deadline', '10', '--json'];
  // Exit code 1 is an answer: something is rolled back.
  const { stdout, stderr } = await execa(plimsoll, ['backtest', ...options], { env, reject: false });
  const again = JSON.parse(stdout || JSON.stringify({ stderr })) as Partial<Verdict>;
  const { verdict } = await verdictOf(releaseId);
  expect(decidedBy(again), stderr).toEqual(decidedBy(verdict));
}

function decidedBy({ canary, stable, metrics = [] }: Partial<Verdict>) {
  const errors = metrics.find(({ metric }) => metric === 'errors');
  return { canary, stable, logEvidence: errors?.logEvidence, maxLogEvidence: errors?.maxLogEvidence, oddsRatio: errors?.oddsRatio };
}

async function settled(what: string, holds: () => Promise<void>): Promise<void> {
  await until(
    what,
    async () => {
      await holds();
      return true;
    },
    settlesWithinSeconds,
  );
}
