/**
 * The record of a release: everything that happened, in order, one JSON object each.
 *
 * Events are CloudEvents 1.0, with CDEvents types where such a type exists. The workflow is the only writer;
 * records wait in its outbox and are appended in batches before every irreversible step and at the end.
 */
import type { Blob } from './blob.ts';
import type { CanaryDecision } from './canary.ts';
import type { Verdict } from './judge/judge.ts';
import type { Link } from './ledger/chain.ts';
import type { Json } from './order.ts';
import type { InfrastructureState, ModelState } from './outcome.ts';
import type { Undo } from './undo.ts';

/** Our own types carry a version, as CDEvents' do, so that a reader may rely on a shape. */
export const recordTypes = {
  requested: 'dev.plimsoll.release.requested.0.1.0',
  fetched: 'dev.plimsoll.source.fetched.0.1.0',
  scanned: 'dev.plimsoll.scan.finished.0.1.0',
  /** Another environment has not run long enough what this one would take. */
  soakMissing: 'dev.plimsoll.soak.missing.0.1.0',
  planned: 'dev.plimsoll.plan.created.0.1.0',
  judged: 'dev.plimsoll.gate.judged.0.1.0',
  approvalAsked: 'dev.plimsoll.approval.asked.0.1.0',
  approvalVoided: 'dev.plimsoll.approval.voided.0.1.0',
  approversTold: 'dev.plimsoll.approval.told.0.1.0',
  decided: 'dev.plimsoll.approval.decided.0.1.0',
  /** The deadline is near and somebody is still missing. */
  approvalReminded: 'dev.plimsoll.approval.reminded.0.1.0',
  approvalWithdrawn: 'dev.plimsoll.approval.withdrawn.0.1.0',
  /** Given to an earlier statement and counted for this one, because its change is the same. */
  approvalKept: 'dev.plimsoll.approval.kept.0.1.0',
  laneEntered: 'dev.plimsoll.lane.entered.0.1.0',
  laneLeft: 'dev.plimsoll.lane.left.0.1.0',
  /** Written before an irreversible step; carries the undos owed from then on. */
  intended: 'dev.plimsoll.step.intended.0.1.0',
  applied: 'dev.plimsoll.infrastructure.applied.0.1.0',
  deployed: 'dev.cdevents.service.deployed.0.2.0',
  shifted: 'dev.plimsoll.traffic.shifted.0.1.0',
  verdict: 'dev.plimsoll.canary.judged.0.1.0',
  /** The line is not free: a freeze is on, or somebody has stopped it. */
  lineStopped: 'dev.plimsoll.line.stopped.0.1.0',
  lineFree: 'dev.plimsoll.line.free.0.1.0',
  /** A freeze was on, and people had approved that this hotfix passes it. */
  freezeOverridden: 'dev.plimsoll.freeze.overridden.0.1.0',
  /** A waiver ended after the release was deployed, and was renewed in the catalog: it goes on until the new end. */
  waiverRenewed: 'dev.plimsoll.waiver.renewed.0.1.0',
  held: 'dev.plimsoll.release.held.0.1.0',
  resumed: 'dev.plimsoll.release.resumed.0.1.0',
  aborted: 'dev.plimsoll.release.aborted.0.1.0',
  /** GuardDuty has found something about it; says what that does to the release. */
  threatened: 'dev.plimsoll.release.threatened.0.1.0',
  undone: 'dev.plimsoll.step.undone.0.1.0',
  undoSkipped: 'dev.plimsoll.step.undoSkipped.0.1.0',
  published: 'dev.cdevents.service.published.0.2.0',
  rolledBack: 'dev.cdevents.service.rolledback.0.2.0',
  closed: 'dev.plimsoll.release.closed.0.1.0',
  recovered: 'dev.plimsoll.release.recovered.0.1.0',
  failed: 'dev.plimsoll.release.failed.0.1.0',
  /** In the chain of a finding of GuardDuty, not of a release: that it came, which releases were told, and which it is an incident of. */
  findingReceived: 'dev.plimsoll.finding.received.0.1.0',
  findingTold: 'dev.plimsoll.finding.told.0.1.0',
  incidentOpened: 'dev.plimsoll.incident.opened.0.1.0',
  /** In the chain of a look at what runs: a workload that no release explains. */
  strayFound: 'dev.plimsoll.stray.found.0.1.0',
  /** In the chain of a night's rescan: what has become a finding since it was released. */
  findingSince: 'dev.plimsoll.rescan.found.0.1.0',
  /** In the chain of a look at stacks: what is not as it was released. */
  driftFound: 'dev.plimsoll.drift.found.0.1.0',
  /** In the chain of a day, not of a release: calls that were refused, and what somebody did or what began to hold. */
  callRefused: 'dev.plimsoll.call.refused.0.1.0',
  acted: 'dev.plimsoll.day.acted.0.1.0',
} as const;

export type RecordKind = keyof typeof recordTypes;

export interface CloudEvent {
  readonly specversion: '1.0';
  /** `<release id>/<sequence>` */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** Workflow time, RFC 3339. */
  readonly time: string;
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  readonly data: Json;
}

/** With its link, once it is in a chain; records of releases that began before there were chains have none. */
export interface ReleaseRecord extends Partial<Link> {
  readonly sequence: number;
  /** The run that wrote it. A run that finds another's record after which it did not claim has been reset. */
  readonly runId: string;
  /** Takes the record over from another run: record 0, and the first record of a recovery. */
  readonly claim: boolean;
  readonly event: CloudEvent;
}

export function recordOf(
  release: string,
  writer: { readonly runId: string; readonly sequence: number; readonly claim: boolean },
  kind: RecordKind,
  time: string,
  data: Json,
): ReleaseRecord {
  return {
    sequence: writer.sequence,
    runId: writer.runId,
    claim: writer.claim,
    event: {
      specversion: '1.0',
      id: `${release}/${writer.sequence}`,
      source: `/plimsoll/releases/${release}`,
      type: recordTypes[kind],
      time,
      subject: release,
      datacontenttype: 'application/json',
      data,
    },
  };
}

/** The data of an `intended` record: what is about to happen, and what is owed to the world from then on. */
export interface Intent {
  /** `settle`: everything but the lanes is in order; written before the lanes are left, since afterwards the
   *  service is another release's and no late recovery may touch it. */
  readonly step: 'apply' | 'deploy' | 'shift' | 'promote' | 'settle';
  readonly owed: readonly Undo[];
  /** What the outcome would say of each part if the release ended here and what is owed were done. */
  readonly infrastructure: InfrastructureState;
  readonly model: ModelState;
  /** With `apply`: what a recovery needs to find out how far it got. */
  readonly apply?: { readonly archive: Blob; readonly approved: Blob; readonly lineage: string | null } | undefined;
}

/** What may follow a verdict that is recorded; looks after which a watch just goes on are not. */
export const judgedDecisions = ['advance', 'roll back', 'ask a person'] as const satisfies readonly CanaryDecision['kind'][];

/** The data of a `verdict` record of the judge. One of a slot that never got ready says why instead. */
export interface JudgedStep {
  readonly weightPercent: number;
  readonly decision: (typeof judgedDecisions)[number];
  readonly verdict: Verdict;
  /** The raw counts of every slice since the record before, oldest first. */
  readonly counts: readonly Blob[];
}

/** A batch stays well under the 32 KiB a message may have. */
export const batchCharactersMax = 20_000;

/** Records in batches, in order; a record larger than a batch travels alone. */
export function batchesOf(records: readonly ReleaseRecord[]): readonly (readonly ReleaseRecord[])[] {
  const batches: ReleaseRecord[][] = [];
  let size = 0;
  for (const record of records) {
    const length = JSON.stringify(record).length;
    const last = batches.at(-1);
    if (last === undefined || size + length > batchCharactersMax) {
      batches.push([record]);
      size = length;
    } else {
      last.push(record);
      size += length;
    }
  }
  return batches;
}
