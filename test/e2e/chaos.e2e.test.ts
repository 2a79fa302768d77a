/**
 * Goal: whatever dies, every release ends by itself as released or rolled back, and leaves nothing behind: no
 * weight, no lane, no lock, no process.
 * Method: SIGKILL to the stack's own processes while real releases are in the phase that is meant, or at moments that
 * a seed has chosen, and what an operator can do to a workflow in Temporal. What dies here is everyone's.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Phase } from '../../domain/phase.ts';
import { recoveryIdOf } from '../../domain/recovery.ts';
import { findingIdOf } from '../../domain/threats/told.ts';
import { randomFrom } from '../../infra/local/lab/random.ts';
import { findingAbout } from './finding.ts';
import * as given from './given.ts';
import { people } from './given.ts';
import { kill, restartWorker, secondWorker, start } from './stack.ts';
import * as then from './then.ts';
import * as when from './when.ts';
import { forgetTemporal, historyOf, temporal } from './world.ts';

/** A worker that is killed takes its time to come back, five times in one story: half of this on a machine that is busy with others. */
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 });

beforeAll(async () => {
  await Promise.all([given.liveVersion('fraud-scorer'), given.liveVersion('churn-scorer')]);
});

// A test that failed half-way must not leave the next one without a stack.
afterAll(async () => {
  for (const piece of ['temporal', 'worker', 'api'] as const) await start(piece);
});

const killsOfASeed = 2;
/** A release of a model with two steps has some more: the last moments are after every kill's time to be noticed. */
const eventsOfARelease = 150;

/** Ready only after a while, so that there is time to die in. */
const slowToStart = (service: string) => given.behaving({ mode: 'slow', coldStartSeconds: 10 }, service);

async function expectOrderAfter(id: string): Promise<void> {
  const outcome = await when.outcomeOf(id);
  expect(['released', 'rolled back'], outcome.reason).toContain(outcome.kind);
  const release = await when.show(id);
  expect(release).toMatchObject({ status: 'completed', attention: null, undo: [] });
  if (outcome.kind === 'released') await then.serves(release.service, id);
  else await then.putBack(release);
  await then.nothingLeftBehind(release);
  await then.recordIsWhole(id);
  if (release.verdict !== null) await then.verdictIsThatOfItsCounts(release);
}

describe('the worker is killed', () => {
  test.concurrent('while planning, applying, deploying, shifting and watching of one release, which ends in order', async () => {
    const { infrastructure } = await given.changeRequest();
    const commit = await given.mergedCommit(slowToStart('fraud-scorer'));
    const id = await when.ask(people.ana, await given.modelRequest('fraud-scorer', { source: { commit }, infrastructure }));

    const killed: Phase[] = [];
    const killIn = async (phase: Phase, also: () => Promise<boolean> = () => Promise.resolve(true)) => {
      await when.untilPhase(id, phase);
      await when.untilTrue(`${id} is well into ${phase}`, also);
      await restartWorker();
      killed.push(phase);
    };
    await killIn('planning');
    await when.approve(people.sam, id);
    await killIn('applying', async () => (await historyOf(id)).activities.includes('applyPlan'));
    await killIn('deploying');
    await killIn('shifting');
    await killIn('watching');
    expect(killed).toHaveLength(5);
    await expectOrderAfter(id);
    // What was broken off is looked at, and done once more at the most.
    const { activities } = await historyOf(id);
    const times = (step: string) => activities.filter((name) => name === step).length;
    expect(times('applyPlan')).toBeLessThanOrEqual(2);
    expect(times('observeApply')).toBe(times('applyPlan'));
    expect(times('deploySlot')).toBe(1);
  });

  test.concurrent.each([
    { seed: 'one', service: 'churn-scorer' },
    { seed: 'two', service: 'uplift-scorer' },
  ])('at moments of a release of $service that only the seed "$seed" knows, which ends in order', async ({ seed, service }) => {
    await given.liveVersion(service);
    const random = randomFrom(seed);
    const id = await when.ask(given.ownerOf(service), await given.modelRequest(service));
    const approved = when.approve(people.sam, id);
    // A moment is a length of the history, which comes whatever the machine is busy with.
    const moments = Array.from({ length: killsOfASeed }, () => Math.floor(random() * eventsOfARelease)).toSorted((a, b) => a - b);
    for (const moment of moments) {
      await when.untilTrue(`${id} has ${moment} events`, async () => (await historyOf(id)).events >= moment);
      await restartWorker();
    }
    await approved;
    await expectOrderAfter(id);
  });

  test.concurrent('as soon as Temporal has a finding about a release that shifts, which is rolled back all the same', async () => {
    await given.liveVersion('ranking-scorer');
    const id = await when.ask(people.ana, await given.modelRequest('ranking-scorer'));
    await when.approveIfAsked(people.sam, id);
    const { slots } = await when.untilRelease(id, 'has traffic', ({ weightPercent }) => weightPercent > 0);
    const { id: finding } = await findingAbout(`ranking-scorer-${slots?.candidate}`);
    const heard = (await temporal()).workflow.getHandle(findingIdOf(finding));
    await when.untilTrue(`Temporal has ${finding}`, async () => (await heard.describe()).workflowId !== '');
    await restartWorker();
    const isKept = ({ weightPercent, held }: when.Details) => weightPercent === 0 && held?.reason.includes('evidence') === true;
    await when.untilRelease(id, 'has no traffic and keeps its pods', isKept);
    await when.mustTell(people.sam, id, 'resume');
    then.endedAs(await when.outcomeOf(id), 'rolled back', `finding.stopped: .*GuardDuty ${finding}`);
    await expectOrderAfter(id);
  });
});

test('another worker takes over, the API dies and Temporal restarts under a release, which ends in order', async () => {
  const commit = await given.mergedCommit(slowToStart('churn-scorer'));
  const id = await when.ask(people.gus, await given.modelRequest('churn-scorer', { source: { commit } }));
  await when.approve(people.sam, id);
  await when.untilPhase(id, 'deploying');
  const other = await secondWorker();
  try {
    await kill('worker');
    await when.untilPhase(id, 'shifting');
    await kill('api');
    await expect(when.show(id), 'the API is gone').rejects.toThrow('fetch failed');
    await start('api');
    // It goes on from the state that the first worker's heartbeats left.
    await when.untilRelease(id, 'has half of the traffic', ({ weightPercent, outcome }) => weightPercent >= 50 || outcome !== null);
    await kill('temporal');
    forgetTemporal();
    await start('temporal');
    await start('worker');
  } finally {
    await other.end();
  }
  await expectOrderAfter(id);
});

describe('what an operator does in Temporal', () => {
  /** Until its recovery has an outcome; the caretaker looks each minute, and now. */
  async function recoveryOf(id: string) {
    const { schedule, workflow } = await temporal();
    await schedule.getHandle('caretaker').trigger();
    await when.untilTrue(
      `${recoveryIdOf(id)} ends`,
      async () => (await workflow.getHandle(recoveryIdOf(id)).describe()).status.name === 'COMPLETED',
    );
    return (await workflow.getHandle(recoveryIdOf(id)).result()) as unknown;
  }

  async function shifting(service: string): Promise<when.Details> {
    const id = await when.ask(given.ownerOf(service), await given.modelRequest(service));
    await when.approve(people.sam, id);
    return when.untilRelease(id, 'has traffic', ({ weightPercent }) => weightPercent > 0);
  }

  test.concurrent('a release that is terminated while it shifts is recovered: traffic, slot and lane are put back', async () => {
    const release = await shifting('churn-scorer');
    await (await temporal()).workflow.getHandle(release.releaseId).terminate('by hand, in a test');
    expect(await recoveryOf(release.releaseId)).toMatchObject({ kind: 'rolled back', model: 'put back' });
    await then.putBack(release);
    await then.nothingLeftBehind(release);
    await then.isProved(release.releaseId);
  });

  test.concurrent('a release that is reset while it shifts acts no second time: it is recovered, and the new run stops by name', async () => {
    const release = await shifting('fraud-scorer');
    const { releaseId } = release;
    const { workflow, workflowService, options } = await temporal();
    const { events } = await workflow.getHandle(releaseId).fetchHistory();
    const deployed = events?.find(({ activityTaskScheduledEventAttributes: activity }) => activity?.activityType?.name === 'deploySlot');
    const task = events?.find(
      ({ eventId }) => eventId?.toString() === String(Number(deployed?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId)),
    );
    const { runId } = (await workflow.getHandle(releaseId).describe()) as { runId: string };
    await workflowService.resetWorkflowExecution({
      namespace: options.namespace,
      workflowExecution: { workflowId: releaseId, runId },
      workflowTaskFinishEventId: task?.eventId ?? null,
      reason: 'by hand, in a test',
      requestId: crypto.randomUUID(),
    });
    const lastRun = () => workflow.getHandle(releaseId).describe();
    await recoveryOf(releaseId);
    await when.untilTrue(`${releaseId} stops by name`, async () => (await lastRun()).status.name === 'FAILED');
    await expect(workflow.getHandle(releaseId).result()).rejects.toMatchObject({ cause: { type: 'release.reset' } });
    await then.putBack(release);
    await then.nothingLeftBehind(release);
    await then.isProved(releaseId);
  });
});
