/**
 * Phases 8 to 11: the new version into the idle slot, traffic to it a step at a time while the judge watches,
 * and then it stays: promotion is a weight, not a second, unjudged rollout.
 */

import { invariant } from '../domain/assert.ts';
import type { Blob } from '../domain/blob.ts';
import { type CanaryDecision, decideCanary, type TrafficStep, trafficStepsOf } from '../domain/canary.ts';
import { type ModelOrder, serviceLaneOf } from '../domain/order.ts';
import type { MetricsRef, RouteRef } from '../domain/ports.ts';
import type { JudgedStep } from '../domain/record.ts';
import { liveSlotOf, otherSlot, type Slot, weightsFor } from '../domain/slot.ts';
import { chartValues } from '../domain/values.ts';
import { sliceSecondsMax } from './activity-options.ts';
import type { Ending } from './facts.ts';
import { heedLine, whenFree } from './heed-line.ts';
import { takeLane } from './provision.ts';
import type { ReleaseRun } from './release-run.ts';

interface Shipment {
  readonly run: ReleaseRun;
  readonly model: ModelOrder;
  readonly archive: Blob;
  readonly route: RouteRef;
  readonly candidate: Slot;
  readonly live: Slot | null;
}

/** A weight that has not reached the traffic after this long never will; the scrape interval is a few seconds. */
const shareWithinSeconds = 90;

export async function ship(run: ReleaseRun): Promise<Ending | undefined> {
  const { model } = run.order;
  if (model === undefined) return undefined;
  const stopped = (await takeLane(run, serviceLaneOf(run.order))) ?? (await run.proceed('deploying'));
  if (stopped !== undefined) return stopped;
  const shipment = await chooseSlot(run, model);
  return (await deploy(shipment)) ?? (await shift(shipment)) ?? (await promote(shipment));
}

/** Which slot is live is read from the route, never remembered. */
async function chooseSlot(run: ReleaseRun, model: ModelOrder): Promise<Shipment> {
  const { archive } = run.facts;
  invariant(archive !== undefined, 'shipping follows fetching');
  const route: RouteRef = { release: run.ref, cluster: run.order.cluster, route: model.route };
  const { weights } = await run.steps.route.ensureSlots.executeWithOptions({ summary: 'Services and route exist' }, [route]);
  const live = liveSlotOf(weights);
  const candidate = live === null ? 'a' : otherSlot(live);
  run.show({ slots: { candidate, live } });
  return { run, model, archive, route, candidate, live };
}

/* -------------------------------------------------------------- deploying */

async function deploy(shipment: Shipment): Promise<Ending | undefined> {
  const { run, model, archive, candidate, live } = shipment;
  run.undo.push({ kind: 'empty slot', slot: candidate });
  run.undo.push({ kind: 'restore traffic', liveSlot: live });
  run.model = 'put back';
  await run.intend({ step: 'deploy' });
  const values = chartValues(run.order, candidate, archive, run.facts.versionId ?? null);
  const { cluster } = run.order;
  const { revision } = await run.steps.slot.deploySlot.executeWithOptions({ summary: `Deploy ${model.version} to slot ${candidate}` }, [
    { release: run.ref, archive, chart: model.chart, cluster, values, slot: candidate },
  ]);
  run.record('deployed', { slot: candidate, revision, version: model.version, image: model.image, digest: model.digest });
  return await awaitCapacity(shipment);
}

/** Capacity first, then weights: traffic never goes to pods that are not there. */
async function awaitCapacity({ run, candidate }: Shipment): Promise<Ending | undefined> {
  const { cluster, canary } = run.order;
  const looked = await run.interruptible(() =>
    run.steps.pods.awaitReady.executeWithOptions({ summary: `Slot ${candidate} is ready` }, [
      { release: run.ref, cluster, slot: candidate, minimumReady: null, withinSeconds: canary.readyWithinSeconds },
    ]),
  );
  if (looked.kind === 'interrupted') return run.abortion;
  if (looked.value.kind === 'ready') return undefined;
  run.record('verdict', { kind: 'not ready', because: looked.value.because, evidence: looked.value.evidence });
  return { kind: 'rolled back', reason: `not ready: ${looked.value.because}` };
}

/* --------------------------------------------------------------- shifting */

async function shift(shipment: Shipment): Promise<Ending | undefined> {
  const { run, live } = shipment;
  const { canary, urgency, strategy = 'canary' } = run.order;
  const steps = trafficStepsOf(canary, strategy, live !== null && urgency !== 'rollback');
  await heedLine(run);
  await whenFree(run);
  const clock: Clock = { startedAt: Date.now(), stoppedBefore: run.stoppedMilliseconds, looked: false };
  for (const [index, step] of steps.entries()) {
    const { weightPercent } = step;
    const last = weightPercent === 100;
    // The last look of a comparison is over with it: at 100 % the judge looks at any time with what that one had.
    if (last && index > 0) clock.looked = true;
    const stopped =
      (await run.proceed(last ? 'watching' : 'shifting')) ??
      (index === 0 ? undefined : await awaitCapacity(shipment)) ??
      (await setWeight(shipment, weightPercent, index === 0)) ??
      (await watch(shipment, last ? null : live, step, clock));
    if (stopped !== undefined) return stopped;
  }
  return undefined;
}

async function setWeight(
  { run, route, candidate, live, model }: Shipment,
  weightPercent: number,
  isFirst: boolean,
): Promise<Ending | undefined> {
  run.record('shifted', { slot: candidate, weightPercent });
  // What is owed is in the record since the deployment; it is written before the first user meets the new
  // version and before the last one leaves the old. The weights between wait in the outbox, which is durable.
  if (isFirst || weightPercent === 100) await run.intend({ step: 'shift' });
  await run.steps.route.setWeights.executeWithOptions({ summary: `${weightPercent} % to slot ${candidate}` }, [
    { ...route, weights: weightsFor(candidate, weightPercent) },
  ]);
  run.show({ weightPercent });
  const observed = await run.interruptible(() =>
    run.steps.metrics.awaitShare.executeWithOptions({ summary: `${weightPercent} % seen in the traffic` }, [
      { ...metricsOf(run, model, candidate, live), weightPercent, withinSeconds: shareWithinSeconds },
    ]),
  );
  if (observed.kind === 'interrupted') return run.abortion;
  if (observed.value.kind === 'observed') return undefined;
  return { kind: 'rolled back', reason: `${weightPercent} % never showed in the traffic: ${observed.value.because}` };
}

const metricsOf = ({ ref, order }: ReleaseRun, { series }: ModelOrder, candidate: Slot, live: Slot | null): MetricsRef => ({
  release: ref,
  prometheus: order.prometheus,
  labels: order.metricsLabels ?? {},
  series,
  candidate,
  live,
});

interface Clock {
  startedAt: number;
  /** Milliseconds that the line had kept the release when it started. */
  stoppedBefore: number;
  /** The look at the deadline has been taken, or is not there to be taken: it spends a share of the risk, once. */
  looked: boolean;
}

/** Ten hours of slices in one record, which is more than a person holds a release; a record has to fit a message. */
const countsMax = 60;

/**
 * One weight, judged until it has shown enough. `live: null` compares with nothing: the absolute limits decide,
 * as they do at 100 % where the old version has no traffic any more. It is one judgement for the whole release:
 * a further weight is a step of it.
 */
async function watch({ run, model, candidate }: Shipment, live: Slot | null, step: TrafficStep, clock: Clock): Promise<Ending | undefined> {
  const { canary } = run.order;
  const { weightPercent, promotes, minimumSeconds } = step;
  const weightSince = Date.now();
  let nextStep = run.facts.judge !== null;
  let counts: readonly Blob[] = [];
  for (;;) {
    const secondsAtWeight = (Date.now() - weightSince) / 1000;
    const secondsLeft = canary.deadlineMinutes * 60 - secondsSince(run, clock);
    // The slice in which the deadline falls ends with it; while held there is none.
    const deadline = !run.held && !clock.looked && secondsLeft <= sliceSecondsMax;
    const slice = await run.interruptible(
      () =>
        run.steps.metrics.watchCanary.executeWithOptions({ summary: `Watch slot ${candidate} at ${run.view.weightPercent} %` }, [
          {
            ...metricsOf(run, model, candidate, live),
            objectives: model.objectives,
            judge: run.facts.judge,
            nextStep,
            promotes,
            deadline,
            plannedSeconds: canary.deadlineMinutes * 60,
            weightPercent,
            pollSeconds: canary.pollSeconds,
            // While held a pass is no news: the slice runs on and comes back early only for a fail.
            minimumSeconds: run.held ? sliceSecondsMax : Math.max(0, minimumSeconds - secondsAtWeight),
            atMostSeconds: Math.min(sliceSecondsMax, Math.max(canary.pollSeconds, run.held ? sliceSecondsMax : secondsLeft)),
          },
        ]),
      { onResume: true },
    );
    if (run.abortion !== undefined) return run.abortion;
    if (slice.kind === 'interrupted') continue;
    nextStep = false;
    run.facts.judge = slice.value.judge;
    const { verdict } = slice.value;
    if (deadline && verdict.kind === 'not enough') clock.looked = true;
    if (slice.value.counts != null) counts = [...counts, slice.value.counts].slice(-countsMax);
    run.show({ verdict });
    const decided = decideCanary(
      canary,
      {
        secondsAtWeight: (Date.now() - weightSince) / 1000,
        minimumSeconds,
        secondsSinceStart: secondsSince(run, clock),
        held: run.held,
      },
      verdict,
    );
    const decision = await heeded(run, decided, weightPercent);
    if (decision.kind !== 'go on') {
      run.record('verdict', { weightPercent, decision: decision.kind, verdict, counts } satisfies JudgedStep);
      counts = [];
    }
    const ending = await follow(run, decision, clock);
    if (ending !== 'go on') return ending;
  }
}

/** Without the time for which the line kept it: a freeze over a weekend is no lack of traffic. */
const secondsSince = (run: ReleaseRun, clock: Clock): number =>
  (Date.now() - clock.startedAt - (run.stoppedMilliseconds - clock.stoppedBefore)) / 1000;

/** No further step while the line is not free. With all the traffic there is none to hold back any more. */
async function heeded(run: ReleaseRun, decision: CanaryDecision, weightPercent: number): Promise<CanaryDecision> {
  if (decision.kind === 'advance' && weightPercent < 100) await heedLine(run);
  return decision.kind === 'advance' && run.isStopped ? { kind: 'go on' } : decision;
}

/** `undefined` means that this weight is done. */
async function follow(run: ReleaseRun, decision: CanaryDecision, clock: Clock): Promise<Ending | undefined | 'go on'> {
  switch (decision.kind) {
    case 'advance':
      return undefined;
    case 'go on':
      return 'go on';
    case 'roll back':
      return { kind: 'rolled back', reason: decision.because };
    case 'ask a person': {
      const ending = await run.needPerson(decision.because);
      if (ending !== undefined) return ending;
      // "Go on" is another whole deadline: the person has seen that the first one was not enough.
      clock.startedAt = Date.now();
      clock.stoppedBefore = run.stoppedMilliseconds;
      return 'go on';
    }
  }
}

/* -------------------------------------------------------------- promoting */

async function promote({ run, model, candidate, live }: Shipment): Promise<Ending | undefined> {
  const stopped = await run.proceed('watching');
  if (stopped !== undefined) return stopped;
  run.promote(live);
  run.record('published', { slot: candidate, version: model.version, image: model.image, digest: model.digest });
  // From here a recovery must not take the new version away again.
  await run.intend({ step: 'promote' });
  return undefined;
}
