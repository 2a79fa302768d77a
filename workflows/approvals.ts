/**
 * What people have said to the statements of one release. Keeps it and shows it; whether a word counts is
 * `domain/approval.ts`, who is still missing is `domain/quorum.ts`.
 */
import { setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import {
  type ApprovalRule,
  type Decision,
  type Given,
  groupsOf,
  type Interested,
  type Refused,
  ruleWith,
  stillCounts,
  whyNotCounted,
  whyNoVoice,
  whyStale,
} from '../domain/approval.ts';
import { invariant } from '../domain/assert.ts';
import type { Digest } from '../domain/digest.ts';
import { type Standing, standingOf } from '../domain/quorum.ts';
import { type Statement, statementDigestOf } from '../domain/statement.ts';
import type { ReleaseView } from '../domain/view.ts';
import { approveUpdate, type Instruction, rejectUpdate, withdrawUpdate } from './messages.ts';
import { now } from './outbox.ts';
import { refusal } from './refusal.ts';
import type { ReleaseRun } from './release-run.ts';
import { searchAttributes } from './search-attributes.ts';

interface Asked {
  readonly statement: Statement;
  readonly digest: Digest;
  readonly deadline: Date;
}

export class Approvals {
  readonly #run: ReleaseRun;
  readonly #statements = new Map<Digest, Statement>();
  /** Every approval that was not withdrawn, also of statements that are no longer the one. */
  #given: readonly Given[] = [];
  /** What was put to people last; nothing while it is being made. */
  #asked: Asked | undefined;
  /** Past its deadline nobody is asked any more. */
  #isOpen = false;
  #rejection: { readonly by: string; readonly reason: string } | undefined;

  constructor(run: ReleaseRun) {
    this.#run = run;
    this.#listen();
  }

  /** The environment's, and whoever else the gate wants among those who approve. */
  get #rule(): ApprovalRule {
    const { order, view } = this.#run;
    return ruleWith(order.approvals, view.gate?.seats, order.override);
  }

  get rejection() {
    return this.#rejection;
  }

  get standing(): Standing {
    return standingOf(
      this.#rule.quorum,
      this.#rule.minimum,
      this.#counted.map(({ by }) => ({ subject: by.subject, groups: by.groups })),
    );
  }

  /** Somebody who was needed has taken their word back: it must not go on. */
  get isMissed(): boolean {
    return this.#asked !== undefined && !this.standing.met;
  }

  /** Enough people have said yes to what was put to them last. */
  get isGranted(): boolean {
    return this.#asked !== undefined && this.standing.met;
  }

  get asked(): Statement | undefined {
    return this.#asked?.statement;
  }

  /** What people are asked just now; nothing when nobody is missing. */
  get question() {
    const { missing } = this.standing;
    if (this.#asked === undefined || !this.#isOpen || missing === '') return undefined;
    const { digest, deadline } = this.#asked;
    return { groups: groupsOf(this.#rule), missing, expiresAt: deadline.toISOString(), statementDigest: digest };
  }

  get #counted(): readonly Given[] {
    return this.#given.filter(({ statementDigest }) => statementDigest === this.#asked?.digest);
  }

  /** A statement is put to people; their decisions have to name its digest. What they said to an equal change may still count. */
  ask(statement: Statement, deadline: Date): void {
    const digest = statementDigestOf(statement);
    this.#statements.set(digest, statement);
    const { kept, lapsed } = this.#sorted(statement);
    this.#given = [...lapsed, ...kept.map((given) => ({ ...given, statementDigest: digest }))];
    this.#run.show({
      statement,
      statementDigest: digest,
      approvals: this.#run.view.approvals.map((one) =>
        kept.some(({ by, at }) => by.subject === one.by && at === one.at) ? { ...one, valid: true, because: null } : one,
      ),
    });
    this.#put({ statement, digest, deadline });
    if (kept.length > 0) this.#run.record('approvalKept', { by: kept.map(({ by }) => by.subject), statementDigest: digest });
  }

  /** The same statement again, because a yes was taken back; the others still count. */
  reopen(deadline: Date): void {
    invariant(this.#asked !== undefined, 'what is asked again was asked');
    this.#put({ ...this.#asked, deadline });
  }

  #put(asked: Asked): void {
    const { statement, digest, deadline } = asked;
    this.#asked = asked;
    this.#isOpen = true;
    const groups = groupsOf(this.#rule);
    upsertSearchAttributes([{ key: searchAttributes.deadline, value: deadline }]);
    const { missing } = this.standing;
    const expiresAt = deadline.toISOString();
    this.#run.record('approvalAsked', { statement: { ...statement }, statementDigest: digest, groups, missing, expiresAt });
    this.#showMissing();
  }

  /** What was said to a statement that differs from this one in nothing that matters, and the rest. */
  #sorted(statement: Statement): { readonly kept: readonly Given[]; readonly lapsed: readonly Given[] } {
    const counts = (given: Given) => {
      const older = this.#statements.get(given.statementDigest);
      return older !== undefined && stillCounts(this.#rule, older, statement, given, Date.now());
    };
    return { kept: this.#given.filter(counts), lapsed: this.#given.filter((given) => !counts(given)) };
  }

  /** The deadline is near: said once, wherever people look. */
  remind(): void {
    const { missing } = this.standing;
    const expiresAt = this.#asked?.deadline.toISOString() ?? '';
    this.#run.record('approvalReminded', { missing, expiresAt });
    this.#run.show({ attention: `approval lapses at ${expiresAt}: ${missing} is missing` });
  }

  /** The window is over, one way or the other; a yes may still be withdrawn. */
  close(): void {
    this.#isOpen = false;
    this.#run.show({ waitingFor: null, attention: null });
  }

  /** Something that was approved has changed: every approval is void, and people are told what it was. */
  voidAll(because: readonly string[]): void {
    if (this.#asked === undefined) return;
    this.#run.record('approvalVoided', { because });
    this.#asked = undefined;
    this.#isOpen = false;
    const changed = `changed since: ${because.join(', ')}`;
    this.#run.show({
      approvals: this.#run.view.approvals.map((one) => (one.valid ? { ...one, valid: false, because: changed } : one)),
      statement: null,
      statementDigest: null,
      quorum: null,
    });
  }

  #showMissing(): void {
    const { order, view } = this.#run;
    const quorum = this.standing;
    const interested = this.#interested;
    const notCounted = [
      ...(this.#rule.requesterMayApprove ? [] : [order.requester.subject]),
      ...interested.commitAuthors,
      ...interested.waiverOwners,
    ];
    this.#run.show({ quorum: { ...quorum, notCounted: [...new Set(notCounted)] } });
    if (this.#asked === undefined || !this.#isOpen) return;
    const waits = view.waitingFor === null || view.waitingFor.kind === 'approval';
    if (!waits) return;
    const { digest, deadline } = this.#asked;
    const { missing } = quorum;
    const groups = groupsOf(this.#rule);
    this.#run.show({ waitingFor: { kind: 'approval', groups, missing, statementDigest: digest, expiresAt: deadline.toISOString() } });
  }

  get #interested(): Interested {
    const { order, facts } = this.#run;
    return { requester: order.requester.subject, commitAuthors: facts.authors, waiverOwners: facts.waiverOwners };
  }

  /* ------------------------------------------------------------ messages */

  #listen(): void {
    setHandler(approveUpdate, (decision) => this.#approve(decision), {
      validator: (decision) => {
        this.#run.checkPhase('approve');
        const asked = this.#checkStatement(decision);
        const given = this.#given.filter(({ statementDigest }) => statementDigest === asked.digest);
        refuse(whyNotCounted(this.#rule, this.#interested, given, decision, Date.now()));
      },
    });
    setHandler(rejectUpdate, (decision) => this.#reject(decision), {
      validator: (decision) => {
        this.#run.checkPhase('reject');
        this.#checkStatement(decision);
        refuse(whyNoVoice(this.#rule, decision.by));
      },
    });
    setHandler(withdrawUpdate, (instruction) => this.#withdraw(instruction), {
      validator: (instruction) => {
        this.#run.checkInstruction('withdraw', instruction);
        const { subject } = instruction.by;
        if (!this.#counted.some(({ by }) => by.subject === subject))
          throw refusal('release.wrongPhase', `${subject} has given no approval that counts`);
        if (!['none', 'unchanged'].includes(this.#run.infrastructure))
          throw refusal('release.wrongPhase', `what was approved is ${this.#run.infrastructure} already: abort the release instead`);
      },
    });
  }

  #checkStatement({ statementDigest }: Decision): Asked {
    if (this.#asked === undefined || !this.#isOpen || Date.now() >= this.#asked.deadline.getTime())
      throw refusal('release.wrongPhase', 'nobody is asked now: the time for it is over, or a new statement is being made');
    if (this.#rejection !== undefined) throw refusal('release.wrongPhase', `${this.#rejection.by} has rejected it already`);
    refuse(whyStale(this.#asked, statementDigest, this.#statements.get(statementDigest)));
    return this.#asked;
  }

  #approve(decision: Decision): ReleaseView {
    const { statementDigest, by, reason } = decision;
    this.#given = [...this.#given, { by, at: now(), statementDigest, reason }];
    this.#decided('approve', decision);
    this.#showMissing();
    return this.#run.view;
  }

  #reject(decision: Decision): ReleaseView {
    this.#rejection = { by: decision.by.subject, reason: decision.reason };
    this.#decided('reject', decision);
    return this.#run.view;
  }

  #decided(kind: 'approve' | 'reject', { statementDigest, by, reason, proof }: Decision): void {
    this.#run.record('decided', {
      decision: kind,
      by: { ...by },
      reason,
      statementDigest,
      ...(proof !== undefined && { proof: { ...proof } }),
    });
    const approval = { decision: kind, by: by.subject, at: now(), reason, statementDigest, valid: true, because: null };
    this.#run.show({ approvals: [...this.#run.view.approvals, approval] });
  }

  #withdraw({ by, reason }: Instruction): ReleaseView {
    const { subject } = by;
    this.#given = this.#given.filter((given) => given.by.subject !== subject);
    this.#run.record('approvalWithdrawn', { by: { ...by }, reason });
    this.#run.show({
      approvals: this.#run.view.approvals.map((one) =>
        one.by === subject && one.valid ? { ...one, valid: false, because: `withdrawn: ${reason}` } : one,
      ),
    });
    this.#showMissing();
    return this.#run.view;
  }
}

function refuse(refused: Refused | undefined): void {
  if (refused !== undefined) throw refusal(refused.kind, refused.because);
}
