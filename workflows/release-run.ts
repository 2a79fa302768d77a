/**
 * One release while it runs: what is known of it, what people may say to it, and the record it keeps.
 *
 * Phases read and write it; messages arrive here. It decides only whether a message is allowed now.
 */

import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { CancellationScope, condition, isCancellation, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { detailsOf } from '../domain/details.ts';
import type { ScanSummary } from '../domain/finding.ts';
import { needsPerson, type Obstacle, obstaclesText } from '../domain/line.ts';
import type { LaneRef, ReleaseOrder } from '../domain/order.ts';
import type { InfrastructureState, ModelState, Outcome } from '../domain/outcome.ts';
import type { FreezeOverride } from '../domain/override.ts';
import { isAllowed, type Message, messageTable, type Phase } from '../domain/phase.ts';
import type { ReleaseRef } from '../domain/ports.ts';
import type { Intent, RecordKind } from '../domain/record.ts';
import type { Slot } from '../domain/slot.ts';
import { nameOf } from '../domain/undo.ts';
import { firstView, type ReleaseView } from '../domain/view.ts';
import { Approvals } from './approvals.ts';
import type { Ending, Facts } from './facts.ts';
import { LanePlaces } from './lane-places.ts';
import {
  abortUpdate,
  holdUpdate,
  type Instruction,
  lanePositionSignal,
  laneWantedSignal,
  lineChangedSignal,
  orderQuery,
  recordsQuery,
  resumeUpdate,
  skipUndoUpdate,
  viewQuery,
} from './messages.ts';
import { now, Outbox } from './outbox.ts';
import { isPatched } from './patches.ts';
import { refusal } from './refusal.ts';
import { searchAttributes } from './search-attributes.ts';
import { localSteps, type Steps, stepsOf, undoStepsOf } from './steps.ts';
import { Threats } from './threats.ts';
import { UndoStack } from './undo-stack.ts';

/** A view that this class alone may write. */
type Draft = { -readonly [Member in keyof ReleaseView]: ReleaseView[Member] };

export class ReleaseRun {
  readonly order: ReleaseOrder;
  readonly ref: ReleaseRef;
  readonly steps: Steps;
  readonly undo = new UndoStack();
  readonly facts: Facts = { reports: [], authors: [], waiverOwners: [], waiversRenewed: new Set(), firstRelease: false, judge: null };
  readonly approvals: Approvals;
  readonly threats: Threats;
  infrastructure: InfrastructureState;
  model: ModelState;

  readonly #undoSteps;
  readonly #view: Draft;
  readonly #outbox: Outbox;
  #aborted: { readonly by: string; readonly reason: string; readonly finding?: boolean } | undefined;
  /** After promotion there is nothing to go back to: a late abort must not undo a release. */
  #promoted = false;
  /** What people say after its last record would be in no ledger. */
  #recordEnds = false;
  readonly #endedByAbort = new Set<CancellationScope>();
  readonly #endedByResume = new Set<CancellationScope>();
  readonly lanes = new LanePlaces();
  readonly #skipped = new Set<string>();
  #stoppedSince: number | undefined;
  #stoppedBefore = 0;
  #freezesPassed: string | undefined;
  #lineNews = 0;
  #ending = false;

  constructor(order: ReleaseOrder) {
    const { releaseId, service, environment, team } = order;
    this.order = order;
    this.#outbox = new Outbox(releaseId);
    this.ref = { releaseId, service, environment, team };
    this.steps = stepsOf(order.queues);
    this.#undoSteps = undoStepsOf(order.queues);
    this.infrastructure = order.infrastructure === undefined ? 'none' : 'unchanged';
    this.model = order.model === undefined ? 'none' : 'unchanged';
    this.#view = firstView(order, now());
    this.#listen();
    this.approvals = new Approvals(this);
    this.threats = new Threats(this);
  }

  /* ------------------------------------------------------------ reading */

  get view(): ReleaseView {
    return { ...this.#view, undo: this.undo.owed.map(nameOf), records: this.#outbox.size };
  }

  get held(): boolean {
    return this.#view.held !== null || this.isStopped;
  }

  /** The line is not free. Unlike a hold it ends by itself, and no person can end it for one release. */
  get isStopped(): boolean {
    return this.#stoppedSince !== undefined;
  }

  /** For how long the line has kept it, all together: no deadline of a canary runs meanwhile. */
  get stoppedMilliseconds(): number {
    return this.#stoppedBefore + (this.#stoppedSince === undefined ? 0 : Date.now() - this.#stoppedSince);
  }

  /** It goes back, or puts in order, and goes on to nothing new. */
  get isEnding(): boolean {
    return this.#ending;
  }

  /** Nothing is written into its record any more. */
  get recordHasEnded(): boolean {
    return this.#recordEnds;
  }

  /** How often the line has said that it is another. */
  get lineNews(): number {
    return this.#lineNews;
  }

  get abortion(): Ending | undefined {
    if (this.#aborted === undefined || this.#promoted) return undefined;
    const { by, reason, finding = false } = this.#aborted;
    if (finding) return { kind: this.model === 'put back' ? 'rolled back' : 'blocked', reason };
    return { kind: this.model === 'put back' ? 'rolled back' : 'cancelled', reason: `aborted by ${by}: ${reason}`, by };
  }

  /* ------------------------------------------------------------ writing */

  /** Shows new facts wherever they are shown: view, search attributes, current details. */
  show(change: Partial<Draft>): void {
    const before = { weight: this.#view.weightPercent, attention: this.#view.attention };
    Object.assign(this.#view, change);
    if (this.#view.weightPercent !== before.weight)
      upsertSearchAttributes([{ key: searchAttributes.weight, value: this.#view.weightPercent }]);
    if ((this.#view.attention !== null) !== (before.attention !== null)) {
      upsertSearchAttributes([{ key: searchAttributes.attention, value: this.#view.attention !== null }]);
    }
    setCurrentDetails(detailsOf(this.view));
  }

  showScans(scans: readonly ScanSummary[]): void {
    this.show({ scans: [...this.#view.scans, ...scans] });
    for (const { tool, toolVersion, status, counts, report } of scans)
      this.record('scanned', { tool, toolVersion, status, counts, report: report.digest });
  }

  /** One upsert for all that changes with the phase: each is an event of the history. */
  #enter(phase: Phase, ...more: SearchAttributeUpdatePair[]): void {
    if (this.#view.phase === phase) return;
    const at = now();
    upsertSearchAttributes([{ key: searchAttributes.phase, value: phase }, ...more]);
    this.show({ phase, phaseSince: at, history: [...this.#view.history, { phase, at }], waitingFor: null });
  }

  /** Goes on to a phase unless somebody stopped the release; waits first while it is held. */
  async proceed(phase: Phase): Promise<Ending | undefined> {
    if (this.held) await condition(() => !this.held || this.abortion !== undefined);
    if (this.abortion !== undefined) return this.abortion;
    this.#enter(phase);
    return undefined;
  }

  record(kind: RecordKind, data: object, claim = false): void {
    this.#outbox.add(kind, data, claim);
  }

  flush = (): Promise<void> => this.#outbox.flush();

  /** Recorded before an irreversible step, with what is owed from then on: a recovery reads it. */
  async intend(intent: Pick<Intent, 'step' | 'apply'>): Promise<void> {
    const { infrastructure, model } = this;
    this.record('intended', { ...intent, owed: this.undo.owed, infrastructure, model });
    await this.flush();
  }

  /* ------------------------------------------------------------ waiting */

  /**
   * Work that an abort cuts short, also one that came just before, and with `onResume` a resume too: a watch that was
   * slowed down while the release was held. Everything else that was begun goes on when the release does.
   */
  async interruptible<T>(
    work: () => Promise<T>,
    { onResume = false } = {},
  ): Promise<{ readonly kind: 'done'; readonly value: T } | { readonly kind: 'interrupted' }> {
    // Asked in this order, so that a release without an abort has no marker of it.
    if (this.abortion !== undefined && isPatched('no look after an abort')) return { kind: 'interrupted' };
    const scope = new CancellationScope();
    this.#endedByAbort.add(scope);
    if (onResume) this.#endedByResume.add(scope);
    try {
      return { kind: 'done', value: await scope.run(work) };
    } catch (error) {
      if (scope.consideredCancelled && isCancellation(error)) return { kind: 'interrupted' };
      throw error;
    } finally {
      this.#endedByAbort.delete(scope);
      this.#endedByResume.delete(scope);
    }
  }

  /** Stops here until a person says resume or abort; deadlines run on, lanes are kept. */
  async needPerson(because: string): Promise<Ending | undefined> {
    this.hold('plimsoll', because, true);
    await this.flush();
    await condition(() => !this.held || this.abortion !== undefined);
    return this.abortion;
  }

  /** The line is not free: held until it is. Said again where the obstacles have changed. */
  stop(obstacles: readonly Obstacle[]): void {
    if (this.#stoppedSince === undefined) this.record('lineStopped', { obstacles, phase: this.#view.phase });
    this.#stoppedSince ??= Date.now();
    const wanting = obstacles.filter(needsPerson);
    this.show({ waitingFor: { kind: 'line', obstacles }, attention: wanting.length === 0 ? null : obstaclesText(wanting) });
  }

  /** In the record once for each set of freezes that it passes, however often it is looked. */
  passFreezes(override: FreezeOverride, obstacles: readonly Obstacle[]): void {
    const freezes = obstacles.filter(({ kind }) => kind === 'freeze');
    const passed = obstaclesText(freezes);
    if (passed === this.#freezesPassed) return;
    this.#freezesPassed = passed;
    this.record('freezeOverridden', { freezes, override: { ...override }, by: this.approvals.standing.people, phase: this.#view.phase });
  }

  free(): void {
    this.#stoppedBefore = this.stoppedMilliseconds;
    this.#stoppedSince = undefined;
    this.record('lineFree', { phase: this.#view.phase });
    this.show({ waitingFor: this.#waitingWhenResumed('line'), attention: null });
    for (const scope of this.#endedByResume) scope.cancel();
  }

  /** What else it waits for, once this kind of waiting is over. */
  #waitingWhenResumed(over: 'line' | 'resume') {
    const { waitingFor, held } = this.#view;
    if (waitingFor?.kind !== over) return waitingFor;
    return over === 'line' && held !== null ? ({ kind: 'resume', heldBy: held.by, reason: held.reason } as const) : null;
  }

  /** From here on the new version stays, whatever anyone says. */
  promote(oldSlot: Slot | null): void {
    this.#promoted = true;
    this.model = 'released';
    this.undo.forget('restore traffic', 'empty slot');
    if (oldSlot !== null) this.undo.push({ kind: 'park slot', slot: oldSlot });
  }

  /* ------------------------------------------------------------ ending */

  /** Puts everything back, or in order once the version stays. Answers the names of what a person skipped. */
  async unwind(): Promise<readonly string[]> {
    // However it ends: nothing is left to wait for.
    this.#ending = true;
    this.#stoppedSince = undefined;
    if (this.undo.owed.length === 0) return [];
    this.#enter(this.#promoted ? 'finishing' : 'undoing');
    const left = await this.undo.unwind(this.order, this.#undoSteps, {
      isSkipped: (undo) => this.#skipped.has(nameOf(undo)),
      keep: (undo) => this.threats.keep(undo, () => this.#skipped.has(nameOf(undo))),
      settled: async () => {
        if (this.model === 'put back' || this.#promoted) await this.intend({ step: 'settle' });
      },
      stuck: (undo, because) =>
        this.show({
          attention: `undo "${nameOf(undo)}" does not succeed: ${because}`,
          waitingFor: { kind: 'undo', undo: nameOf(undo), since: now() },
        }),
      finished: (undo, how) => {
        if (how === 'done') this.record('undone', { undo: nameOf(undo) });
        if (undo.kind === 'restore traffic' && how === 'done') this.show({ weightPercent: 0 });
        if (how === 'done') this.show({ attention: null, waitingFor: null });
      },
    });
    return left.map(nameOf);
  }

  async leave(lane: LaneRef): Promise<void> {
    const summary = `Leave lane ${lane.kind}/${lane.key}`;
    const { releaseId } = this.order;
    if (isPatched('people and policy')) await localSteps.leaveLane({ lane, releaseId });
    else await this.#undoSteps.lanes.leaveLane.executeWithOptions({ summary }, [{ lane, releaseId }]);
    this.undo.forget('leave lane');
    this.lanes.forget(lane);
    this.record('laneLeft', { lane: { ...lane } });
  }

  async close({ kind, reason, by }: Ending): Promise<Outcome> {
    const outcome: Outcome = { kind, reason, infrastructure: this.infrastructure, model: this.model, ...(by === undefined ? {} : { by }) };
    this.#recordEnds = true;
    this.record('closed', { ...outcome });
    await this.#outbox.seal();
    this.#enter('closed', { key: searchAttributes.outcome, value: kind });
    this.show({ outcome, held: null, attention: null, waitingFor: null });
    return outcome;
  }

  /** The workflow is about to fail: say so wherever people look. */
  async fail(kind: string, message: string): Promise<void> {
    this.#recordEnds = true;
    this.record('failed', { kind, message, infrastructure: this.infrastructure, model: this.model });
    this.show({ attention: `${kind}: ${message}` });
    await this.#outbox.seal();
  }

  abort(by: string, reason: string, finding = false): void {
    if (this.#aborted !== undefined || this.#promoted) return;
    this.#aborted = { by, reason, finding };
    this.record('aborted', { by, reason, phase: this.#view.phase });
    for (const scope of this.#endedByAbort) scope.cancel();
  }

  /* ------------------------------------------------------------ messages */

  hold(by: string, reason: string, attention: boolean): void {
    this.record('held', { by, reason, phase: this.#view.phase });
    this.show({
      held: { by, reason },
      waitingFor: this.#view.waitingFor ?? { kind: 'resume', heldBy: by, reason },
      ...(attention ? { attention: reason } : {}),
    });
  }

  #resume(by: string, reason: string): void {
    this.record('resumed', { by, reason, phase: this.#view.phase });
    this.show({ held: null, attention: null, waitingFor: this.#waitingWhenResumed('resume') });
    for (const scope of this.#endedByResume) scope.cancel();
  }

  #listen(): void {
    setHandler(viewQuery, () => this.view);
    setHandler(orderQuery, () => this.order);
    setHandler(recordsQuery, (after, limit) => this.#outbox.after(after, limit));

    setHandler(lanePositionSignal, (place) => {
      const { lane, position } = place;
      if (!this.lanes.hear(place)) return;
      if (this.#view.waitingFor?.kind === 'lane') this.show({ waitingFor: { kind: 'lane', lane, position } });
    });
    setHandler(lineChangedSignal, () => void (this.#lineNews += 1));
    setHandler(laneWantedSignal, ({ by }) => this.abort(by, 'a rollback needs this service'));

    this.#take(holdUpdate, 'hold', (by, reason) => this.hold(by, reason, false));
    this.#take(resumeUpdate, 'resume', (by, reason) => this.#resume(by, reason));
    this.#take(abortUpdate, 'abort', (by, reason) => this.abort(by, reason));
    setHandler(
      skipUndoUpdate,
      ({ by, reason, undo }) => {
        this.#skipped.add(undo);
        this.record('undoSkipped', { undo, by: by.subject, reason });
        return this.view;
      },
      {
        validator: (instruction) => {
          this.checkInstruction('skip undo', instruction);
          const owed = this.undo.owed.map(nameOf);
          if (!owed.includes(instruction.undo))
            throw refusal('request.invalid', `"${instruction.undo}" is not owed; owed are: ${owed.join(', ')}`);
        },
      },
    );
  }

  #take(update: typeof holdUpdate, message: Message, act: (by: string, reason: string) => void): void {
    const heard = ({ by, reason }: Instruction) => {
      act(by.subject, reason);
      return this.view;
    };
    setHandler(update, heard, { validator: (instruction) => this.checkInstruction(message, instruction) });
  }

  checkPhase(message: Message): void {
    // Decisions have a window of their own, which says that it is over.
    const isOver = this.#recordEnds && message !== 'approve' && message !== 'reject';
    const phase = isOver ? 'closed' : this.#view.phase;
    if (isAllowed(message, phase) && !(this.#promoted && message === 'abort')) return;
    const allowed = Object.keys(messageTable[phase]).join(', ') || 'none';
    throw refusal('release.wrongPhase', `${message} is not possible while ${phase}; possible: ${allowed}`);
  }

  checkInstruction(message: Message, { reason }: Instruction): void {
    this.checkPhase(message);
    if (reason.trim() === '') throw refusal('request.invalid', 'say why: `reason` is empty');
    const { held, waitingFor } = this.#view;
    if (message !== 'resume' || held !== null) return;
    const why =
      waitingFor?.kind === 'line'
        ? `the line is not free, it goes on by itself: ${obstaclesText(waitingFor.obstacles)}`
        : 'the release is not held';
    throw refusal('release.wrongPhase', why);
  }
}
