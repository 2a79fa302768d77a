/**
 * One interface per outside tool, in the domain's words. Workflows call ports; `activities/` implements them.
 *
 * Rules for every implementation:
 * - Twice is once: Temporal may run an activity again after its effect.
 * - "No" is a value of the answer; breaking is a failure of `domain/failures.ts`.
 * - Nothing is found on a local disk that another activity left there: bytes travel as `Blob`s.
 * - An answer is a few KiB at most (the limit of a message is 32 KiB).
 */
import type { Blob } from './blob.ts';
import type { AwsAccount, ChartSource, Gates, Objectives, Series, Stack } from './catalog.ts';
import type { ChangeAction, ChangeCounts } from './change.ts';
import type { CheckupPort } from './checkup.ts';
import type { Digest } from './digest.ts';
import type { ScanSummary } from './finding.ts';
import type { GateDecision } from './gate.ts';
import type { JudgeState, Verdict } from './judge/judge.ts';
import type { Waiter } from './lane.ts';
import type { ExportPort } from './ledger/export.ts';
import type { CheckpointPort, DayLedgerPort, LedgerPort } from './ledger/ports.ts';
import type { LineAnswer, LineQuestion } from './line.ts';
import type { AnyNotice, NoticeTarget } from './notice.ts';
import type { Json, LaneRef, ReleaseOrder, Requester } from './order.ts';
import type { ReleasedLedgerPort } from './released/look.ts';
import type { RescanPort } from './released/rescan.ts';
import type { ServingPort } from './released/serving.ts';
import type { Slot, Weights } from './slot.ts';
import type { Parts, SoakRule } from './soak.ts';
import type { StrayPorts } from './strays/look.ts';
import type { BackstopPort } from './threats/backstop.ts';
import type { DeadFindingsPort } from './threats/dead.ts';
import type { DetectionPort, FindingLedgerPort } from './threats/ports.ts';

/** What every call carries: names the workspace, the logs, AWS sessions and Kubernetes labels. */
export interface ReleaseRef {
  readonly releaseId: string;
  readonly service: string;
  readonly environment: string;
  readonly team: string;
}

export type Refusal = { readonly kind: 'refused'; readonly because: string };

/* ---------------------------------------------------------------- source/ */

export interface SourcePort {
  /**
   * The repository at a commit, as a tar archive in the store (the same commit gives the same bytes).
   * Refused: a commit that does not exist or is not reachable from any of `refs`.
   */
  fetchSource(input: {
    readonly release: ReleaseRef;
    readonly repository: string;
    readonly refs: readonly string[];
    readonly commit: string;
  }): Promise<{ readonly kind: 'fetched'; readonly archive: Blob; readonly authors: readonly string[] } | Refusal>;

  /** Reads the model artifact and compares its digest. Refused: it is not there, or its digest differs. */
  checkArtifact(input: {
    readonly release: ReleaseRef;
    readonly artifact: string;
    readonly digest: Digest;
  }): Promise<{ readonly kind: 'verified'; readonly bytes: number; readonly versionId: string | null } | Refusal>;
}

/* ------------------------------------------------------------- terraform/ */

/** The part of a repository that is one Terraform root. */
export interface RootRef {
  readonly release: ReleaseRef;
  readonly archive: Blob;
  readonly stack: Stack;
}

export interface PlanInput extends RootRef {
  readonly aws: AwsAccount;
  readonly requester: Requester;
  readonly variables: Readonly<Record<string, Json>>;
}

export interface PlanResult {
  readonly changeDigest: Digest;
  readonly counts: ChangeCounts;
  /** Changed addresses, dangerous ones (delete, replace) first, at most 20. */
  readonly addresses: readonly string[];
  /** What becomes of each, in the same order. */
  readonly actions?: readonly ChangeAction[] | undefined;
  readonly lineage: string | null;
  readonly serial: number;
  readonly moduleLockDigest: Digest;
  readonly variablesDigest: Digest;
  /** `ChangeSet` as JSON, redacted. */
  readonly change: Blob;
  /** `terraform show -json`, redacted: what Checkov reads. */
  readonly planJson: Blob;
}

export interface SavedPlan extends PlanResult {
  /** The binary plan, encrypted in the store: it holds secrets in clear. */
  readonly savedPlan: Blob;
}

export type ApplyObservation =
  /** A fresh plan is empty: what was approved is there. */
  | { readonly kind: 'applied' }
  /** Every change that is left was approved: apply this plan on the same approval. */
  | { readonly kind: 'remainder approved'; readonly plan: SavedPlan; readonly nothingDone: boolean }
  | { readonly kind: 'remainder unapproved'; readonly addresses: readonly string[] }
  | { readonly kind: 'foreign lock'; readonly holder: string }
  | { readonly kind: 'lineage changed'; readonly expected: string; readonly found: string };

export interface TerraformPort {
  /** `terraform fmt -check`, without credentials. */
  checkFormat(input: RootRef): Promise<ScanSummary>;
  /**
   * `terraform validate`, without credentials or state; refuses sensitive variables given in `variables`.
   * Validating loads provider binaries, so a root outside `gates` is not even initialised.
   */
  validateRoot(input: RootRef & { readonly gates: Gates; readonly variables: Readonly<Record<string, Json>> }): Promise<ScanSummary>;
  /** Providers and modules outside the list, `external`/`http` data, provisioners: refused as findings. */
  checkAllowList(input: RootRef & { readonly gates: Gates }): Promise<ScanSummary>;
  /** Speculative: read-only role, no lock. */
  planSpeculative(input: PlanInput): Promise<PlanResult>;
  /** Inside the state lane: apply role, with the lock, plan kept. */
  planForApply(input: PlanInput): Promise<SavedPlan>;
  /** Addresses that differ between two stored changes. */
  compareChanges(input: { readonly before: Blob; readonly after: Blob }): Promise<readonly string[]>;
  /** Applies exactly this plan. One attempt; `observeApply` decides what a broken one did. */
  applyPlan(input: PlanInput & { readonly plan: SavedPlan }): Promise<{ readonly serial: number }>;
  /**
   * What is true now, after an apply (as the read-back) or after a broken one. Gives back a lock whose holder
   * was ours and is provably dead; any other lock is left alone and reported.
   */
  observeApply(input: PlanInput & { readonly approved: Blob; readonly lineage: string | null }): Promise<ApplyObservation>;
}

/* ------------------------------------------------------------------ scan/ */

export interface ScanPort {
  /** Checkov on the code, before any credential exists. */
  scanCode(input: RootRef): Promise<ScanSummary>;
  /** tfsec on the code. */
  scanCodeWithTfsec(input: RootRef): Promise<ScanSummary>;
  /** tflint on the code: Terraform's own language. */
  scanCodeWithTflint(input: RootRef): Promise<ScanSummary>;
  /** Checkov on the redacted plan. */
  scanPlan(input: RootRef & { readonly planJson: Blob }): Promise<ScanSummary>;
  /** Checkov on the rendered chart. */
  scanManifests(input: { readonly release: ReleaseRef; readonly manifests: Blob }): Promise<ScanSummary>;
  /** Code that loading the model would run: unsafe pickles are critical findings. */
  scanArtifact(input: { readonly release: ReleaseRef; readonly artifact: string; readonly digest: Digest }): Promise<ScanSummary>;
}

/* ---------------------------------------------------------------- policy/ */

export interface PolicyPort {
  /**
   * Asks OPA `data.plimsoll.release.decision` with the order's facts, every report and the change.
   * No answer is a failure, never an allow.
   */
  judgeRelease(input: {
    readonly order: ReleaseOrder;
    /**
     * `code`: asked after the checks and before any credential exists, when no plan and no plan scan can be
     * there; only a deny counts. `complete`: every report that the parts require must be there.
     */
    readonly stage: 'code' | 'complete';
    readonly reports: readonly Blob[];
    readonly change: Blob | null;
    /** What the chart rendered to. Left out without a model. */
    readonly manifests?: Blob | undefined;
    /** True when this service has never had a live version here. */
    readonly firstRelease: boolean;
    /** RFC 3339, workflow time: whether a waiver holds is asked of this instant. Left out by older workflows: when it was asked. */
    readonly at?: string | undefined;
  }): Promise<GateDecision>;
}

/* ------------------------------------------------------------------ helm/ */

export interface ChartRef {
  readonly release: ReleaseRef;
  readonly archive: Blob;
  readonly chart: ChartSource;
  readonly cluster: { readonly name: string; readonly namespace: string };
  /** Plimsoll's own values, laid over the repository's: image, artifact, slot, release. */
  readonly values: Readonly<Record<string, Json>>;
}

export interface HelmPort {
  /** `helm lint --strict` and `helm template`; refused when either says no. Needs no cluster. */
  renderChart(
    input: ChartRef & { readonly slot: Slot },
  ): Promise<{ readonly kind: 'rendered'; readonly manifests: Blob; readonly chartDigest: Digest } | Refusal>;
  /**
   * `helm upgrade --install --reset-values` of `<service>-<slot>`. Does not wait for pods. The same version
   * again changes nothing; a pending operation whose owner is dead is recovered first.
   */
  deploySlot(input: ChartRef & { readonly slot: Slot }): Promise<{ readonly revision: number }>;
  /** Undo of `deploySlot`: the slot's Helm release is gone. Its Service stays. */
  emptySlot(input: {
    readonly release: ReleaseRef;
    readonly cluster: { readonly name: string; readonly namespace: string };
    readonly slot: Slot;
  }): Promise<void>;
  /** No pods, but the Helm release stays for a quick way back. Harmless when the slot is empty. */
  parkSlot(input: {
    readonly release: ReleaseRef;
    readonly cluster: { readonly name: string; readonly namespace: string };
    readonly slot: Slot;
  }): Promise<void>;
}

/* ------------------------------------------------------------ kubernetes/ */

export interface RouteRef {
  readonly release: ReleaseRef;
  readonly cluster: { readonly name: string; readonly namespace: string };
  readonly route: { readonly gateway: string; readonly hostname: string; readonly port: number };
}

export interface KubernetesPort {
  /** Both slots' Services and the HTTPRoute exist afterwards; existing weights stay. Answers the weights, `null` when the route had to be made. */
  ensureSlots(input: RouteRef): Promise<{ readonly weights: Weights | null }>;
  /**
   * Until the slot runs exactly this release with at least `minimumReady` ready pods (all of the Deployment's
   * when `null`), or `withinSeconds` have passed: then the pods' events say why.
   */
  awaitReady(input: {
    readonly release: ReleaseRef;
    readonly cluster: { readonly name: string; readonly namespace: string };
    readonly slot: Slot;
    readonly minimumReady: number | null;
    readonly withinSeconds: number;
  }): Promise<
    | { readonly kind: 'ready'; readonly pods: number }
    | { readonly kind: 'not ready'; readonly because: string; readonly evidence: readonly string[] }
  >;
  /** Server-side apply of the route with these weights, then until its status has accepted them. */
  setWeights(input: RouteRef & { readonly weights: Weights }): Promise<void>;
  readWeights(input: RouteRef): Promise<Weights | null>;
}

/* ------------------------------------------------------------ prometheus/ */

export interface MetricsRef {
  readonly release: ReleaseRef;
  readonly prometheus: string;
  /** Labels of the environment's series; without them two environments on one Prometheus would be mixed. */
  readonly labels: Readonly<Record<string, string>>;
  readonly series: Series;
  readonly candidate: Slot;
  /** `null` on a first release: nobody to compare with. */
  readonly live: Slot | null;
}

export interface WatchSlice {
  readonly judge: JudgeState;
  readonly verdict: Verdict;
  /** The raw counts of this slice as CSV (`domain/judge/counts.ts`); `null` where Prometheus did not give them again. */
  readonly counts: Blob | null;
}

export interface MetricsPort {
  /** Until the observed share of the traffic agrees with the weight, or `withinSeconds` have passed. */
  awaitShare(
    input: MetricsRef & { readonly weightPercent: number; readonly withinSeconds: number },
  ): Promise<
    | { readonly kind: 'observed'; readonly sharePercent: number; readonly requests: number }
    | { readonly kind: 'not observed'; readonly because: string }
  >;
  /**
   * Looks every `pollSeconds` and judges. Comes back as soon as the verdict is `fail`, or it is `pass` and
   * `minimumSeconds` have gone by, or `atMostSeconds` have. State is in the heartbeat; a resumed watch reads
   * the instants it missed. `judge: null` begins; `nextStep` begins a new weight. `promotes`: a pass at this
   * weight promotes. `deadline`: the slice ends at the deadline, and so with the last look.
   */
  watchCanary(
    input: MetricsRef & {
      readonly objectives: Objectives;
      readonly judge: JudgeState | null;
      readonly nextStep: boolean;
      readonly promotes: boolean;
      readonly deadline: boolean;
      /** How long the whole comparison may take. */
      readonly plannedSeconds: number;
      readonly weightPercent: number;
      readonly pollSeconds: number;
      readonly minimumSeconds: number;
      readonly atMostSeconds: number;
    },
  ): Promise<WatchSlice>;
}

/* ----------------------------------------------------------------- lanes/ */

export interface LanesPort {
  /** signalWithStart of the lane; the grant comes back as a signal to the release. Twice keeps the place. */
  enterLane(input: { readonly lane: LaneRef } & Waiter): Promise<void>;
  /** Undo of `enterLane`. Harmless when the release is not in the lane. */
  leaveLane(input: { readonly lane: LaneRef; readonly releaseId: string }): Promise<void>;
}

/* ------------------------------------------------------------------ line/ */

export interface LinePort {
  /**
   * What keeps releases of this environment from going on now: freezes of the catalog as it is now, and a line that
   * was stopped. Answers also when it cannot know, and that is an obstacle too. Whoever asks is told
   * (`lineChanged`) when a stopped line is resumed.
   */
  readLine(input: { readonly release: ReleaseRef } & LineQuestion): Promise<LineAnswer>;
}

/* --------------------------------------------------------------- releases/ */

export interface ReleasesPort {
  /** Whether every part was released in another environment, long enough ago, and not taken back since. */
  checkSoak(input: {
    readonly release: ReleaseRef;
    readonly requires: SoakRule;
    readonly parts: Parts;
  }): Promise<{ readonly kind: 'soaked' } | Refusal>;
}

/* ------------------------------------------------------------- caretaker/ */

/** A release run that ended without an answer and may owe undos. */
export interface AbandonedRun {
  readonly releaseId: string;
  readonly runId: string;
  readonly status: string;
}

export interface CaretakerPort {
  /** Releases that were terminated, timed out or failed, and whose recovery has not run. */
  findAbandoned(): Promise<readonly AbandonedRun[]>;
}

/* ---------------------------------------------------------------- notify/ */

export interface NotifyPort {
  /** One notice to one place. The same notice again is the same id: a receiver that looks at it does nothing twice. */
  deliverNotice(input: { readonly release?: ReleaseRef; readonly target: NoticeTarget; readonly notice: AnyNotice }): Promise<void>;
}

export type AllPorts = SourcePort &
  TerraformPort &
  ScanPort &
  PolicyPort &
  HelmPort &
  KubernetesPort &
  MetricsPort &
  LedgerPort &
  DayLedgerPort &
  CheckpointPort &
  LanesPort &
  NotifyPort &
  DetectionPort &
  BackstopPort &
  DeadFindingsPort &
  ExportPort &
  FindingLedgerPort &
  StrayPorts &
  LinePort &
  ReleasesPort &
  ServingPort &
  RescanPort &
  ReleasedLedgerPort &
  CheckupPort &
  CaretakerPort;
