/**
 * Phase 5: one statement over everything that would be released is put to people, until enough of them have said
 * yes, one has said no, or the time for it is over. No lane is held meanwhile.
 */
import { condition } from '@temporalio/workflow';
import { groupsOf, ruleOf } from '../domain/approval.ts';
import { invariant } from '../domain/assert.ts';
import type { Digest } from '../domain/digest.ts';
import { overrideText } from '../domain/override.ts';
import type { PlanResult } from '../domain/ports.ts';
import type { Statement } from '../domain/statement.ts';
import { firstLapseOf } from '../domain/waiver.ts';
import type { Ending } from './facts.ts';
import { tellApprovers } from './notices.ts';
import { isPatched } from './patches.ts';
import type { ReleaseRun } from './release-run.ts';

export async function approve(run: ReleaseRun): Promise<Ending | undefined> {
  const { gate } = run.view;
  invariant(gate !== null, 'approval follows judging');
  // Policies know nothing of freezes: who is to pass one asks people in any case.
  if (gate.kind === 'allow' && run.order.override === undefined) return undefined;
  const stopped = await run.proceed('awaiting approval');
  if (stopped !== undefined) return stopped;
  const deadline = deadlineOf(run);
  run.approvals.ask(statementOf(run, run.facts.plan), deadline);
  tellApprovers(run, 'approval wanted');
  return await decided(run, deadline);
}

/** Somebody who was needed took their yes back before anything was done: the same statement, and a whole new window. */
export async function approveAgain(run: ReleaseRun): Promise<Ending | undefined> {
  const stopped = await run.proceed('awaiting approval');
  if (stopped !== undefined) return stopped;
  const deadline = deadlineOf(run);
  run.approvals.reopen(deadline);
  tellApprovers(run, 'approval wanted');
  const ending = await decided(run, deadline);
  if (ending !== undefined || !hasLapsed(run) || isPatched('a waiver ends in a lane')) return ending;
  return { kind: 'blocked', reason: 'a waiver that it needs ended while approval was awaited again' };
}

/** The first instant at which what was judged does not hold any more, since a waiver in play has ended. */
const lapseOf = ({ view: { gate } }: ReleaseRun): number => firstLapseOf(gate?.waivers ?? []) ?? Number.POSITIVE_INFINITY;

export const hasLapsed = (run: ReleaseRun): boolean => Date.now() >= lapseOf(run);

/** The same, for whoever waits for a lane. Asked in this order, so that a release without waivers has no marker of it. */
export function lapseInLane(run: ReleaseRun): number {
  const lapse = lapseOf(run);
  return Number.isFinite(lapse) && isPatched('a waiver ends in a lane') ? lapse : Number.POSITIVE_INFINITY;
}

const deadlineOf = ({ order }: ReleaseRun) => new Date(Date.now() + order.approvals.expiresAfterMinutes * 60_000);

async function decided(run: ReleaseRun, deadline: Date): Promise<Ending | undefined> {
  const { approvals } = run;
  const settled = () => run.abortion !== undefined || approvals.rejection !== undefined || (approvals.standing.met && !run.held);
  const end = new Date(Math.min(deadline.getTime(), lapseOf(run)));
  const inTime = (await reminded(run, deadline, end, settled)) || (await until(settled, end, 'Approval window'));
  approvals.close();
  if (run.abortion !== undefined) return run.abortion;
  const { rejection } = approvals;
  if (rejection !== undefined) return { kind: 'rejected', reason: `rejected by ${rejection.by}: ${rejection.reason}`, by: rejection.by };
  // A waiver that has ended is the gate's to judge again, not the approvers' lateness.
  return inTime || hasLapsed(run) ? undefined : { kind: 'expired', reason: expiredReason(run) };
}

/** `true`: it was settled before anybody had to be reminded. */
async function reminded(run: ReleaseRun, deadline: Date, end: Date, settled: () => boolean): Promise<boolean> {
  const { remindBeforeMinutes } = ruleOf(run.order.approvals);
  if (remindBeforeMinutes === null) return false;
  const at = new Date(deadline.getTime() - remindBeforeMinutes * 60_000);
  if (at >= end) return false;
  const inTime = await until(settled, at, 'Until people are reminded');
  if (inTime) return true;
  run.approvals.remind();
  tellApprovers(run, 'approval still wanted');
  return false;
}

const until = (settled: () => boolean, at: Date, summary: string): Promise<boolean> =>
  condition(settled, Math.max(1, at.getTime() - Date.now()), { summary });

function expiredReason({ approvals, order }: ReleaseRun): string {
  const { met, people, missing } = approvals.standing;
  const minutes = order.approvals.expiresAfterMinutes;
  if (met) return `it was approved and held until the ${minutes} min for it were over`;
  if (people.length === 0) return `nobody of ${groupsOf(order.approvals).join(', ')} approved within ${minutes} min`;
  return `${missing} had not approved within ${minutes} min`;
}

/** Everything that a yes covers, with this plan in it. */
export function statementOf({ order, facts, view: { gate } }: ReleaseRun, plan: PlanResult | undefined): Statement {
  invariant(gate !== null, 'a statement follows judging');
  return {
    release: order.releaseId,
    commit: order.source.commit,
    changeDigest: plan?.changeDigest ?? null,
    stateLineage: plan?.lineage ?? null,
    moduleLockDigest: plan?.moduleLockDigest ?? null,
    variablesDigest: plan?.variablesDigest ?? null,
    findingsDigest: gate.findingsDigest,
    policyDigest: gate.policyDigest,
    modelDigest: order.model?.digest ?? null,
    imageDigest: order.model === undefined ? null : (order.model.image.slice(order.model.image.indexOf('@') + 1) as Digest),
    chartDigest: facts.chartDigest ?? null,
    ...(order.strategy !== undefined && { strategy: order.strategy }),
    ...(order.override !== undefined && { override: overrideText(order.override) }),
  };
}
