/**
 * A world that remembers: every port in memory, each call counted, any step broken on demand before or after
 * its effect. Lanes are the real ones, since they are workflows themselves.
 */
import { ApplicationFailure } from '@temporalio/common';
import { type Blob as StoredBlob } from '../../domain/blob.ts';
import type { CheckupPort } from '../../domain/checkup.ts';
import { type Digest, digestOf, digestText } from '../../domain/digest.ts';
import type { ScanSummary } from '../../domain/finding.ts';
import type { GateDecision } from '../../domain/gate.ts';
import type { Verdict } from '../../domain/judge/judge.ts';
import type { ExportPort } from '../../domain/ledger/export.ts';
import type { CheckpointPort, DayLedgerPort } from '../../domain/ledger/ports.ts';
import type { Obstacle } from '../../domain/line.ts';
import type { Notice } from '../../domain/notice.ts';
import type { ReleaseOrder } from '../../domain/order.ts';
import type { AllPorts, ApplyObservation, CaretakerPort, LanesPort, PlanResult, ReleasesPort, SavedPlan } from '../../domain/ports.ts';
import { type Intent, type ReleaseRecord, recordTypes } from '../../domain/record.ts';
import type { ReleasedLedgerPort } from '../../domain/released/look.ts';
import type { RescanPort } from '../../domain/released/rescan.ts';
import type { ServingPort } from '../../domain/released/serving.ts';
import { noWeights, type Slot, type Weights } from '../../domain/slot.ts';
import type { StrayPorts } from '../../domain/strays/look.ts';
import type { BackstopPort } from '../../domain/threats/backstop.ts';
import type { DeadFindingsPort } from '../../domain/threats/dead.ts';
import type { DetectionPort, FindingLedgerPort } from '../../domain/threats/ports.ts';

/** What no release asks for. */
type Elsewhere =
  | keyof CaretakerPort
  | keyof CheckupPort
  | keyof DayLedgerPort
  | keyof CheckpointPort
  | keyof DetectionPort
  | keyof FindingLedgerPort
  | keyof ServingPort
  | keyof RescanPort
  | keyof ReleasedLedgerPort
  | keyof StrayPorts
  | keyof BackstopPort
  | keyof DeadFindingsPort
  | keyof ExportPort;
type StepName = Exclude<keyof AllPorts, keyof LanesPort | keyof ReleasesPort | Elsewhere>;

export interface Breakage {
  readonly step: StepName;
  /** `after`: the effect has landed and the answer is lost, the worst case for an undo. */
  readonly when: 'before' | 'after';
  /** How many calls break; the next one works. */
  times: number;
}

export const blob = (name: string): StoredBlob => ({ digest: digestText(name), bytes: name.length });

const arm = { requests: 1000, errors: 1, p99Seconds: 0.25 };
export const verdictOf = (kind: Verdict['kind'], reason: string = kind): Verdict => ({
  kind,
  reason,
  metrics: [],
  canary: arm,
  stable: arm,
  logEvidence: 0,
  logRollbackAt: Math.log(125),
  logPromoteAt: Math.log(20),
  calibration: { from: 'history', windowSeconds: 86_400, polls: 2000 },
  trace: [],
});

const report = (tool: string): ScanSummary => ({ tool, toolVersion: '1', status: 'pass', counts: {}, worst: [], report: blob(tool) });

/** The next of a list; its last one stays. */
const nextOf = (list: string[]): string | undefined => (list.length > 1 ? list.shift() : list[0]);

export class ScriptedWorld {
  weights: Weights | null = { a: 100, b: 0 };
  /** Release id in each slot, and whether it has pods. */
  readonly slots: Record<Slot, { readonly release: string; readonly parked: boolean } | undefined> = {
    a: { release: 'old', parked: false },
    b: undefined,
  };
  infrastructure: 'old' | 'new' = 'old';
  readonly records = new Map<number, ReleaseRecord>();
  /** Hashes that were signed, by the sequence of the record that has them. */
  readonly seals = new Map<number, Digest | undefined>();
  readonly calls: StepName[] = [];
  /** What approvers were told, and where. */
  readonly told: (Notice & { readonly target: string })[] = [];
  /** What each watch was asked to do. */
  readonly watches: Parameters<AllPorts['watchCanary']>[0][] = [];
  breakages: Breakage[] = [];
  /** What the policies and the judge answer; a test replaces them. */
  gate: (stage: 'code' | 'complete') => Pick<GateDecision, 'kind' | 'violations' | 'waivers' | 'seats'> = () => ({
    kind: 'approval needed',
    violations: [],
  });
  verdicts: (weightPercent: number, call: number) => Verdict = () => verdictOf('pass');
  observation: (() => ApplyObservation) | undefined;
  /** Change digests of successive plans, by name. */
  plans = ['change'];
  /** Of successive plans, too: the state's lineage, and the lock of modules and providers. */
  lineages = ['lineage'];
  lockNames = ['lock'];
  /** Called at the start of each step, before its effect. */
  onStep: (step: StepName) => void | Promise<void> = () => undefined;
  ready = true;
  /** What is in the way of this release, at each look. */
  obstacles: () => readonly Obstacle[] = () => [];
  /** The real look, in its place. */
  readLine: AllPorts['readLine'] | undefined;
  fetched: Awaited<ReturnType<AllPorts['fetchSource']>> = { kind: 'fetched', archive: blob('archive'), authors: ['ana@example.com'] };

  weightOf = (slot: Slot): number => this.weights?.[slot] ?? 0;

  /** Nothing of a release is left: the old version has all traffic, the candidate's slot is empty. */
  get isPutBack(): boolean {
    return this.weightOf('a') === 100 && this.slots.a?.release === 'old' && !this.slots.a.parked && this.slots.b === undefined;
  }

  get recordKinds(): readonly string[] {
    const names = new Map<string, string>(Object.entries(recordTypes).map(([name, type]) => [type, name]));
    return [...this.records.values()].map(({ event }) => names.get(event.type) ?? event.type);
  }

  #step<K extends StepName>(name: K, effect: AllPorts[K]): AllPorts[K] {
    const run = async (...input: Parameters<AllPorts[K]>) => {
      this.calls.push(name);
      await this.onStep(name);
      const breakage = this.breakages.find(({ step, times }) => step === name && times > 0);
      if (breakage !== undefined) breakage.times -= 1;
      if (breakage?.when === 'before') throw ApplicationFailure.nonRetryable(`injected before ${name}`, 'tool.rejected');
      const answer = await (effect as (...args: Parameters<AllPorts[K]>) => Promise<unknown>)(...input);
      if (breakage !== undefined) throw ApplicationFailure.nonRetryable(`injected after ${name}`, 'tool.rejected');
      return answer;
    };
    return run as AllPorts[K];
  }

  #plan(): PlanResult {
    const name = nextOf(this.plans);
    const changes = this.infrastructure === 'new' || name === 'empty' ? 0 : 1;
    return {
      changeDigest: digestText(name ?? ''),
      counts: { create: changes, update: 0, delete: 0, replace: 0 },
      addresses: ['aws_s3_bucket.models'],
      lineage: nextOf(this.lineages) ?? null,
      serial: 1,
      moduleLockDigest: digestText(nextOf(this.lockNames) ?? ''),
      variablesDigest: digestText('variables'),
      change: blob(`change ${name}`),
      planJson: blob(`plan ${name}`),
    };
  }

  /** `real`: what asks Temporal itself. */
  activities(real: LanesPort & ReleasesPort): Omit<AllPorts, Elsewhere> {
    const savedPlan = (): SavedPlan => ({ ...this.#plan(), savedPlan: blob('saved plan') });
    return {
      ...real,
      fetchSource: this.#step('fetchSource', async () => this.fetched),
      checkArtifact: this.#step('checkArtifact', async () => ({ kind: 'verified', bytes: 1, versionId: null })),
      checkFormat: this.#step('checkFormat', async () => report('terraform fmt')),
      validateRoot: this.#step('validateRoot', async () => report('terraform validate')),
      checkAllowList: this.#step('checkAllowList', async () => report('allow-list')),
      planSpeculative: this.#step('planSpeculative', async () => this.#plan()),
      planForApply: this.#step('planForApply', async () => savedPlan()),
      compareChanges: this.#step('compareChanges', async () => ['aws_s3_bucket.models']),
      applyPlan: this.#step('applyPlan', async () => {
        this.infrastructure = 'new';
        return { serial: 2 };
      }),
      observeApply: this.#step(
        'observeApply',
        async () =>
          this.observation?.() ??
          (this.infrastructure === 'new' ? { kind: 'applied' } : { kind: 'remainder approved', plan: savedPlan(), nothingDone: true }),
      ),
      scanCode: this.#step('scanCode', async () => report('checkov')),
      scanCodeWithTfsec: this.#step('scanCodeWithTfsec', async () => report('tfsec')),
      scanCodeWithTflint: this.#step('scanCodeWithTflint', async () => report('tflint')),
      scanPlan: this.#step('scanPlan', async () => report('checkov plan')),
      scanManifests: this.#step('scanManifests', async () => report('checkov chart')),
      scanArtifact: this.#step('scanArtifact', async () => report('modelscan')),
      judgeRelease: this.#step('judgeRelease', async ({ stage }) => {
        const answer = this.gate(stage);
        return {
          ...answer,
          because: [],
          policyDigest: digestText('policy'),
          // As the real one's: of what was found, and of what lets it pass.
          findings: blob('findings'),
          findingsDigest: answer.waivers === undefined ? digestText('findings') : digestOf({ waivers: answer.waivers }),
          findingsCount: 0,
        };
      }),
      renderChart: this.#step('renderChart', async () => ({
        kind: 'rendered',
        manifests: blob('manifests'),
        chartDigest: digestText('chart'),
      })),
      deploySlot: this.#step('deploySlot', async ({ slot, release }) => {
        this.slots[slot] = { release: release.releaseId, parked: false };
        return { revision: 1 };
      }),
      emptySlot: this.#step('emptySlot', async ({ slot }) => {
        this.slots[slot] = undefined;
      }),
      parkSlot: this.#step('parkSlot', async ({ slot }) => {
        const here = this.slots[slot];
        if (here !== undefined) this.slots[slot] = { ...here, parked: true };
      }),
      ensureSlots: this.#step('ensureSlots', async () => {
        const before = this.weights;
        this.weights ??= noWeights;
        return { weights: before };
      }),
      readWeights: this.#step('readWeights', async () => this.weights),
      setWeights: this.#step('setWeights', async ({ weights }) => {
        this.weights = weights;
      }),
      awaitReady: this.#step('awaitReady', async () =>
        this.ready ? { kind: 'ready', pods: 2 } : { kind: 'not ready', because: '0 of 2 pods ready', evidence: ['Readiness probe failed'] },
      ),
      awaitShare: this.#step('awaitShare', async ({ weightPercent }) => ({ kind: 'observed', sharePercent: weightPercent, requests: 100 })),
      watchCanary: this.#step('watchCanary', async (input) => {
        const { candidate, judge } = input;
        this.watches.push(input);
        const call = Number(judge?.['call'] ?? 0) + 1;
        return {
          judge: { version: 2, lastInstantSeconds: call, call },
          verdict: this.verdicts(this.weightOf(candidate), call),
          counts: blob(`counts ${call}`),
        };
      }),
      readLine: this.#step('readLine', async (input) => (await this.readLine?.(input)) ?? { obstacles: this.obstacles() }),
      deliverNotice: this.#step('deliverNotice', async ({ target, notice }) => {
        if ('release' in notice) this.told.push({ target: target.name, ...notice });
      }),
      appendRecords: this.#step('appendRecords', async ({ records, seal = false }) => {
        this.#append(records);
        const last = records.at(-1);
        if (seal && last !== undefined) this.seals.set(last.sequence, last.hash);
      }),
      readLastIntent: this.#step('readLastIntent', async () => this.#lastIntent()),
    };
  }

  /** The same rules as the real ledger's, over a map. */
  #append(records: readonly ReleaseRecord[]): void {
    for (const record of records) {
      const there = this.records.get(record.sequence);
      const before = this.records.get(record.sequence - 1);
      if (there !== undefined) {
        if (digestOf(there) === digestOf(record)) continue;
        throw ApplicationFailure.nonRetryable('another record is there', there.runId === record.runId ? 'ledger.forked' : 'release.reset');
      }
      if (before !== undefined && before.runId !== record.runId && !record.claim)
        throw ApplicationFailure.nonRetryable('not the owner', 'release.reset');
      if ((record.previousHash ?? null) !== (before?.hash ?? null))
        throw ApplicationFailure.nonRetryable('not the record that it names', 'ledger.forked');
      this.records.set(record.sequence, record);
    }
  }

  #lastIntent(): Awaited<ReturnType<AllPorts['readLastIntent']>> {
    const all = [...this.records.values()];
    const requested = all.find(({ event }) => event.type === recordTypes.requested)?.event.data as { order: ReleaseOrder } | undefined;
    const intended = all.findLast(({ event }) => event.type === recordTypes.intended)?.event.data as unknown as Intent | undefined;
    return {
      nextSequence: all.length,
      order: requested?.order ?? null,
      intent: intended ?? null,
      closed: all.some(({ event }) => event.type === recordTypes.closed || event.type === recordTypes.failed),
      head: all.at(-1)?.hash ?? null,
    };
  }
}
