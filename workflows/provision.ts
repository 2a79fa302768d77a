/**
 * Phases 3 to 7: plan, judge, ask the people, and apply exactly what they said yes to.
 *
 * A plan that moved after approval voids every approval and starts again with what it is now. The state lane
 * is never held while people think.
 */
import { condition, TemporalFailure } from '@temporalio/workflow';
import { invariant } from '../domain/assert.ts';
import { type LaneRef, stateLaneOf } from '../domain/order.ts';
import type { ApplyObservation, PlanInput, PlanResult, SavedPlan } from '../domain/ports.ts';
import { statementDifference } from '../domain/statement.ts';
import { approve, approveAgain, hasLapsed, lapseInLane, statementOf } from './approve.ts';
import type { Ending } from './facts.ts';
import { heedLine, whenFree } from './heed-line.ts';
import { now } from './outbox.ts';
import { isPatched } from './patches.ts';
import { refusal } from './refusal.ts';
import type { ReleaseRun } from './release-run.ts';
import { requireSoak } from './soak.ts';

/** A change that moves three times between approval and apply will not hold still by itself. */
const roundsMax = 3;
/** An apply that breaks three times breaks again; each of them left only approved changes undone. */
const appliesMax = 3;

export async function provision(run: ReleaseRun): Promise<Ending | undefined> {
  const early = await judge(run, 'code');
  if (early !== undefined) return early;
  let moved: readonly string[] = [];
  for (let round = 1; round <= roundsMax; round++) {
    const stopped = (await plan(run)) ?? (await judgeAndAsk(run));
    if (stopped !== undefined) return stopped;
    const applied = await apply(run);
    if (applied.kind === 'over') return applied.ending;
    moved = applied.what;
    run.approvals.voidAll(moved);
  }
  return { kind: 'blocked', reason: `the change keeps moving after approval: ${moved.join(', ')}` };
}

/** A waiver that ends meanwhile voids what was said: without it the gate may say otherwise. */
async function judgeAndAsk(run: ReleaseRun): Promise<Ending | undefined> {
  for (;;) {
    const ending = (await judge(run, 'complete')) ?? (await approve(run));
    if (ending !== undefined || !hasLapsed(run)) return ending;
    run.approvals.voidAll(['waivers']);
  }
}

/** The same questions, for whoever only wants to know: no one is asked and nothing is applied. */
export const foresee = async (run: ReleaseRun): Promise<Ending | undefined> =>
  (await judge(run, 'code')) ?? (await plan(run)) ?? (await judge(run, 'complete'));

/* -------------------------------------------------------------- planning */

/** After a change moved, the plan made inside the lane is the one to judge: planning again would only be later. */
async function plan(run: ReleaseRun): Promise<Ending | undefined> {
  const input = planInputOf(run);
  if (input === undefined) return undefined;
  const stopped = await run.proceed('planning');
  if (stopped !== undefined) return stopped;
  const planned = await run.interruptible(async () => {
    const result =
      run.facts.plan ?? (await run.steps.terraform.planSpeculative.executeWithOptions({ summary: 'terraform plan, read-only' }, [input]));
    const { release, archive, stack } = input;
    const scan = await run.steps.scan.scanPlan.executeWithOptions({ summary: 'Checkov on the plan' }, [
      { release, archive, stack, planJson: result.planJson },
    ]);
    return { result, scan };
  });
  if (planned.kind === 'interrupted') return run.abortion;
  const { result, scan } = planned.value;
  run.facts.plan = result;
  const { changeDigest, counts, addresses, actions } = result;
  run.show({ change: { digest: changeDigest, counts, addresses, actions } });
  run.record('planned', {
    changeDigest: result.changeDigest,
    counts: result.counts,
    lineage: result.lineage,
    serial: result.serial,
    change: result.change,
  });
  run.facts.planReport = scan.report;
  run.showScans([scan]);
  return undefined;
}

function planInputOf({ order, ref, facts }: ReleaseRun): PlanInput | undefined {
  if (order.infrastructure === undefined) return undefined;
  invariant(facts.archive !== undefined, 'planning follows fetching');
  const { stack, variables } = order.infrastructure;
  return { release: ref, archive: facts.archive, stack, variables, aws: order.aws, requester: order.requester };
}

/* --------------------------------------------------------------- judging */

async function judge(run: ReleaseRun, stage: 'code' | 'complete'): Promise<Ending | undefined> {
  const { order, facts, steps } = run;
  if (stage === 'complete') {
    const stopped = await run.proceed('judging');
    if (stopped !== undefined) return stopped;
    facts.firstRelease = await isFirstRelease(run);
  }
  const gate = await steps.policy.judgeRelease.executeWithOptions(
    { summary: `Ask the policies about the ${stage === 'code' ? 'code' : 'release'}` },
    [
      {
        order,
        stage,
        reports: [...facts.reports, ...(stage === 'complete' && facts.planReport !== undefined ? [facts.planReport] : [])],
        change: stage === 'complete' ? (facts.plan?.change ?? null) : null,
        manifests: facts.manifests,
        firstRelease: facts.firstRelease,
        at: now(),
      },
    ],
  );
  if (stage === 'code' && gate.kind !== 'deny') return undefined;
  facts.waiverOwners = [...new Set((gate.waivers ?? []).map(({ owner }) => owner))];
  run.show({ gate });
  run.record('judged', { ...gate });
  if (gate.kind !== 'deny') return undefined;
  const [first] = gate.violations;
  const more = gate.violations.length - 1;
  return { kind: 'blocked', reason: `${first?.code ?? 'policy'}: ${first?.message ?? 'denied'}${more > 0 ? ` (and ${more} more)` : ''}` };
}

async function isFirstRelease({ order, ref, steps }: ReleaseRun): Promise<boolean> {
  if (order.model === undefined) return false;
  const input = { release: ref, cluster: order.cluster, route: order.model.route };
  const weights = await steps.route.readWeights.executeWithOptions({ summary: 'Which slot is live?' }, [input]);
  return weights === null || weights.a + weights.b === 0;
}

/* --------------------------------------------------------------- queueing */

/**
 * Until the lane is this release's. Its place is given up while the release is held, or has to be judged or approved
 * again, and then asked for again.
 */
export async function takeLane(run: ReleaseRun, lane: LaneRef): Promise<Ending | undefined> {
  const stopped = await run.proceed('queued');
  if (stopped !== undefined) return stopped;
  const { releaseId, urgency, approvals } = run.order;
  const newDeadline = () => Date.now() + approvals.expiresAfterMinutes * 60_000;
  let deadline = newDeadline();
  for (;;) {
    const stoppedBefore = run.stoppedMilliseconds;
    if (run.approvals.isMissed || Date.now() >= lapseInLane(run)) {
      const ending = (await renew(run)) ?? (await run.proceed('queued'));
      if (ending !== undefined) return ending;
      deadline = newDeadline();
    }
    const lapse = lapseInLane(run);
    const isStale = () => run.approvals.isMissed || Date.now() >= lapse;
    run.undo.push({ kind: 'leave lane', lane });
    run.show({ waitingFor: { kind: 'lane', lane, position: 1 } });
    const asking = { lane, releaseId, urgency, asked: run.lanes.ask(lane) };
    await run.steps.lanes.enterLane.executeWithOptions({ summary: `Enter lane ${lane.kind}/${lane.key}` }, [asking]);
    const mine = () => run.lanes.of(lane) === 0;
    const full = () => run.lanes.of(lane) === -1;
    const inTime = await condition(
      () => mine() || full() || run.abortion !== undefined || run.approvals.isMissed,
      Math.max(1, Math.min(deadline, lapse) - Date.now()),
    );
    if (run.abortion !== undefined) return run.abortion;
    if (full()) return { kind: 'cancelled', reason: `lane ${lane.kind}/${lane.key} is full` };
    if (!inTime && Date.now() < lapse)
      return { kind: 'expired', reason: `lane ${lane.kind}/${lane.key} was not free within ${approvals.expiresAfterMinutes} min` };
    if (!run.held && !isStale()) await heedLine(run);
    if (run.abortion !== undefined) return run.abortion;
    if (!run.held && !isStale()) break;
    await run.leave(lane);
    await whenFree(run);
    if (run.abortion !== undefined) return run.abortion;
    // Whoever waits for a freeze to end does not lose the lane's time by it.
    deadline += run.stoppedMilliseconds - stoppedBefore;
  }
  run.record('laneEntered', { lane: { ...lane } });
  run.show({ waitingFor: null });
  return await requireSoak(run);
}

/** What it was let on by does not stand any more: a yes was taken back, or a waiver has ended. */
async function renew(run: ReleaseRun): Promise<Ending | undefined> {
  const ending = run.approvals.isMissed ? await approveAgain(run) : undefined;
  if (ending !== undefined || Date.now() < lapseInLane(run)) return ending;
  run.approvals.voidAll(['waivers']);
  return await judgeAndAsk(run);
}

/* --------------------------------------------------------------- applying */

type Applied =
  | { readonly kind: 'over'; readonly ending: Ending | undefined }
  | { readonly kind: 'moved'; readonly what: readonly string[] };

const over = (ending: Ending | undefined): Applied => ({ kind: 'over', ending });

async function apply(run: ReleaseRun): Promise<Applied> {
  const input = planInputOf(run);
  const approved = run.facts.plan;
  if (input === undefined || approved === undefined || isEmpty(approved)) return over(undefined);
  const lane = stateLaneOf(input.stack);
  const stopped = (await takeLane(run, lane)) ?? (await run.proceed('applying'));
  if (stopped !== undefined) return over(stopped);

  const fresh = await run.steps.terraform.planForApply.executeWithOptions({ summary: 'terraform plan, with the lock' }, [input]);
  const what = await whatMoved(run, approved, fresh);
  if (what.length > 0) {
    run.facts.plan = fresh;
    await run.leave(lane);
    return { kind: 'moved', what };
  }
  if (run.abortion !== undefined) return over(run.abortion);
  const ending = await applyApproved(run, input, approved, fresh);
  if (ending === undefined) await run.leave(lane);
  return over(ending ?? run.abortion);
}

/** Addresses of the change; or, where that is the same, members of the statement that people said yes to. */
async function whatMoved(run: ReleaseRun, approved: PlanResult, fresh: PlanResult): Promise<readonly string[]> {
  if (fresh.changeDigest !== approved.changeDigest)
    return await run.steps.terraform.compareChanges.executeWithOptions({ summary: 'What moved?' }, [
      { before: approved.change, after: fresh.change },
    ]);
  if (hasLapsed(run)) return ['waivers'];
  const { asked } = run.approvals;
  const members = asked === undefined ? [] : statementDifference(asked, statementOf(run, fresh));
  // Asked in this order, so that a release in which nothing moved has no marker of it.
  return members.length > 0 && isPatched('everything approved is compared') ? members : [];
}

const isEmpty = ({ counts }: PlanResult) => counts.create + counts.update + counts.delete + counts.replace === 0;

/** Applies, looks, and applies the approved rest again if something broke. Never blindly. */
async function applyApproved(run: ReleaseRun, input: PlanInput, approved: PlanResult, fresh: SavedPlan): Promise<Ending | undefined> {
  await run.intend({ step: 'apply', apply: { archive: input.archive, approved: approved.change, lineage: approved.lineage } });
  run.infrastructure = 'partial';
  let next = fresh;
  for (let applies = 1; ; applies++) {
    const broke = await tryApply(run, input, next);
    const observed = await observe(run, input, approved);
    if (observed.kind === 'stopped') return observed.ending;
    if (observed.kind === 'applied') {
      run.infrastructure = 'applied';
      run.record('applied', { changeDigest: approved.changeDigest, at: now() });
      return undefined;
    }
    if (applies === appliesMax)
      throw broke ?? refusal('terraform.failed', 'the apply succeeds and leaves approved changes undone: a provider that never settles');
    next = observed.plan;
  }
}

async function tryApply(run: ReleaseRun, input: PlanInput, plan: SavedPlan): Promise<TemporalFailure | undefined> {
  try {
    await run.steps.apply.applyPlan.executeWithOptions({ summary: 'terraform apply, exactly the approved plan' }, [{ ...input, plan }]);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    return error;
  }
}

type Observed =
  | Extract<ApplyObservation, { kind: 'applied' | 'remainder approved' }>
  | { readonly kind: 'stopped'; readonly ending: Ending };

/** A person is called for what no program may decide: a foreign lock, another lineage, an unapproved rest. */
async function observe(run: ReleaseRun, input: PlanInput, approved: PlanResult): Promise<Observed> {
  for (;;) {
    const observed = await run.steps.observe.observeApply.executeWithOptions({ summary: 'What is there now?' }, [
      { ...input, approved: approved.change, lineage: approved.lineage },
    ]);
    if (observed.kind === 'applied' || observed.kind === 'remainder approved') return observed;
    const ending = await run.needPerson(troubleOf(observed));
    if (ending !== undefined) return { kind: 'stopped', ending };
  }
}

export function troubleOf(observed: Exclude<ApplyObservation, { kind: 'applied' | 'remainder approved' }>): string {
  switch (observed.kind) {
    case 'foreign lock':
      return `terraform.foreignLock: the state is locked by ${observed.holder}`;
    case 'lineage changed':
      return `terraform.lineageChanged: the state was ${observed.expected} and is ${observed.found}`;
    case 'remainder unapproved':
      return `terraform.remainderUnapproved: nobody approved ${observed.addresses.join(', ')}`;
  }
}
