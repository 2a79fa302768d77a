/**
 * What GuardDuty finds about one release while it runs. The table is `domain/threats/response.ts`; this acts by it: a
 * release that is stopped goes back as after an abort, traffic first, and pods that were hit stay without traffic, as
 * evidence, until a person says `resume`.
 */
import { condition, setHandler } from '@temporalio/workflow';
import type { Phase } from '../domain/phase.ts';
import { type Concern, concernOf, type Deployment, footprintOf } from '../domain/threats/concern.ts';
import { type Band, bandOf, isWorse, type Threat, type ThreatNews, threatText } from '../domain/threats/finding.ts';
import { keepsPods, responseTo } from '../domain/threats/response.ts';
import type { Undo } from '../domain/undo.ts';
import { findingSignal } from './messages.ts';
import { now } from './outbox.ts';
import type { ReleaseRun } from './release-run.ts';

/** More than a person reads; the record has them all. */
const shownMax = 20;

export class Threats {
  readonly #run: ReleaseRun;
  /** By finding: how bad it was when it was last heeded. */
  readonly #known = new Map<string, Band>();
  #evidence: Threat | undefined;

  constructor(run: ReleaseRun) {
    this.#run = run;
  }

  /** Once its record has begun: what came before is heard now, and must not be the first thing in it. */
  listen(): void {
    setHandler(findingSignal, (news) => this.#hear(news));
  }

  /** Until a person lets the pods of a slot go, or gives the undo up. */
  keep(undo: Undo, isSkipped: () => boolean): Promise<void> | undefined {
    const evidence = this.#evidence;
    if (undo.kind !== 'empty slot' || evidence === undefined || isSkipped()) return undefined;
    this.#run.hold(
      'plimsoll',
      `the pods of slot ${undo.slot} have no traffic and are evidence of ${threatText(evidence)}: \`resume\` lets them go`,
      true,
    );
    return this.#untilLetGo(isSkipped);
  }

  async #untilLetGo(isSkipped: () => boolean): Promise<void> {
    await this.#run.flush();
    await condition(() => !this.#run.held || isSkipped());
  }

  /** A record that is closed takes nothing more: the finding's own has it. */
  #hear({ threat, drill }: ThreatNews): void {
    const run = this.#run;
    const { order, view } = run;
    const concern = concernOf(threat, order.releaseId, footprintOf(order), this.#deployment());
    if (concern === undefined || run.recordHasEnded || !isWorse(this.#known.get(threat.id), threat)) return;
    this.#known.set(threat.id, bandOf(threat));
    const phase = this.#phase();
    const response = responseTo(threat, { concern, urgency: order.urgency, phase, drill });
    const { id, type, title, severity, sample, evidence } = threat;
    const shown = { id, type, title, severity, sample, at: now(), concern, response, evidence: evidence.digest };
    run.record('threatened', { ...shown, evidence, lastSeenAt: threat.lastSeenAt, count: threat.count, phase, drill });
    run.show({ threats: [...view.threats, shown].slice(-shownMax) });
    if (response === 'stop') this.#stop(threat, concern);
    if (response === 'hold') run.hold('GuardDuty', reasonOf(threat), true);
  }

  #stop(threat: Threat, concern: Concern): void {
    this.#run.abort('GuardDuty', `finding.stopped: ${reasonOf(threat)}`, true);
    if (this.#run.model === 'put back' && keepsPods(concern)) this.#evidence = threat;
  }

  /** Where it is going to be: one that was promoted or aborted shows that only once it waits for nothing any more. */
  #phase(): Phase {
    const { model, abortion, isEnding, view } = this.#run;
    if (model === 'released') return 'finishing';
    return abortion !== undefined || isEnding ? 'undoing' : view.phase;
  }

  #deployment(): Deployment | null {
    const { slots, history } = this.#run.view;
    const since = history.findLast(({ phase }) => phase === 'deploying')?.at;
    return slots === null || since === undefined ? null : { candidate: slots.candidate, since };
  }
}

const reasonOf = (threat: Threat): string => `${threatText(threat)}: ${threat.title}`;
