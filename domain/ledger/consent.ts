/**
 * Whether those who had to had said yes, by the very rules that the release went by, when something was about to be
 * changed. The rules and the people are in the records themselves, so this needs nobody's word and no key.
 */
import { type AnyOfGroups, type ApprovalRule, type Given, type Interested, ruleWith, whyNotCounted } from '../approval.ts';
import type { Caller } from '../caller.ts';
import type { Digest } from '../digest.ts';
import type { FreezeOverride } from '../override.ts';
import { type Seat, standingOf } from '../quorum.ts';
import { recordTypes } from '../record.ts';
import type { Fault } from './fault.ts';
import type { CheckedRecord } from './records.ts';

/** What of the data of these records is read here; a record may say anything. */
interface Data {
  readonly order?: {
    readonly approvals?: ApprovalRule | AnyOfGroups;
    readonly requester?: { readonly subject?: string };
    readonly override?: FreezeOverride;
  };
  readonly authors?: readonly string[];
  readonly kind?: string;
  readonly seats?: readonly Seat[];
  readonly waivers?: readonly { readonly owner: string }[];
  readonly statementDigest?: Digest;
  readonly decision?: string;
  readonly by?: Partial<Caller> | readonly string[];
  readonly reason?: string;
  readonly step?: string;
}

/** What follows them, shifting and promoting, rests on the same yes. */
const stepsThatNeedConsent = new Set(['apply', 'deploy']);

class Consent {
  readonly faults: Fault[] = [];
  #order: Data['order'];
  #authors: readonly string[] = [];
  #judged: Data = {};
  #asked: Digest | undefined;
  #given: readonly Given[] = [];

  heed({ sequence, event }: CheckedRecord): void {
    const data = (event.data ?? {}) as Data;
    switch (event.type) {
      case recordTypes.requested:
        this.#order = data.order;
        break;
      case recordTypes.fetched:
        this.#authors = data.authors ?? [];
        break;
      case recordTypes.judged:
        this.#judged = data;
        break;
      case recordTypes.approvalAsked:
        this.#asked = data.statementDigest;
        break;
      case recordTypes.approvalVoided:
        this.#asked = undefined;
        break;
      case recordTypes.approvalKept:
        this.#keep(data);
        break;
      case recordTypes.approvalWithdrawn:
        this.#given = this.#given.filter(({ by }) => by.subject !== callerIn(data).subject);
        break;
      case recordTypes.decided:
        this.#decide(sequence, event.time, data);
        break;
      case recordTypes.intended:
        if (stepsThatNeedConsent.has(data.step ?? '')) this.#require(sequence, data.step ?? '');
        break;
    }
  }

  /** `undefined`: the chain is of no release, or of one that says nothing of who decides. */
  get #rule(): ApprovalRule | undefined {
    const given = this.#order?.approvals;
    return given === undefined ? undefined : ruleWith(given, this.#judged.seats, this.#order?.override);
  }

  get #interested(): Interested {
    const waiverOwners = (this.#judged.waivers ?? []).map(({ owner }) => owner);
    return { requester: this.#order?.requester?.subject ?? '', commitAuthors: this.#authors, waiverOwners };
  }

  get #counted(): readonly Given[] {
    return this.#given.filter(({ statementDigest }) => statementDigest === this.#asked);
  }

  #keep({ by, statementDigest }: Data): void {
    if (statementDigest === undefined || !Array.isArray(by)) return;
    this.#given = this.#given.map((given) => (by.includes(given.by.subject) ? { ...given, statementDigest } : given));
  }

  #decide(sequence: number, at: string, data: Data): void {
    const [rule, statementDigest] = [this.#rule, data.statementDigest];
    if (rule === undefined || statementDigest === undefined || data.decision !== 'approve') return;
    const decision = { by: callerIn(data), statementDigest, reason: data.reason ?? '' };
    const refused = whyNotCounted(rule, this.#interested, this.#counted, decision, Date.parse(at));
    if (refused !== undefined) this.#fault(sequence, `a yes that does not count was taken: ${refused.because}`);
    this.#given = [...this.#given, { ...decision, at }];
  }

  #require(sequence: number, step: string): void {
    const rule = this.#rule;
    if (rule === undefined) return;
    if (this.#asked === undefined) {
      if (this.#judged.kind === 'approval needed') this.#fault(sequence, `to ${step} people had to be asked, and nobody was`);
      return;
    }
    const members = this.#counted.map(({ by }) => ({ subject: by.subject, groups: by.groups }));
    const { met, missing } = standingOf(rule.quorum, rule.minimum, members);
    if (!met) this.#fault(sequence, `to ${step} ${missing} was missing`);
  }

  #fault(sequence: number, what: string): void {
    this.faults.push({ kind: 'without consent', sequence, what: `record ${sequence}: ${what}` });
  }
}

function callerIn({ by }: Data): Caller {
  const { subject = '', kind = 'machine', groups = [], mfa = false, authenticatedAt = null } = (by ?? {}) as Partial<Caller>;
  return { subject, kind, groups, mfa, authenticatedAt };
}

export function checkConsent(records: readonly CheckedRecord[]): readonly Fault[] {
  const consent = new Consent();
  for (const record of records) consent.heed(record);
  return consent.faults;
}
