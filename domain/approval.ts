/** Whose word on a release counts, and for how long. Time is an argument; who fills which seat is `quorum.ts`. */

import type { Caller } from './caller.ts';
import type { Digest } from './digest.ts';
import type { FailureKind } from './failures.ts';
import { type FreezeOverride, peopleForOverride } from './override.ts';
import { isSamePerson } from './people.ts';
import type { DecisionProof } from './proof.ts';
import type { Seat } from './quorum.ts';
import { type Statement, statementDifference } from './statement.ts';

export interface ApprovalRule {
  readonly quorum: readonly Seat[];
  /** At least so many different people altogether, whatever the seats add up to. */
  readonly minimum: number;
  readonly requesterMayApprove: boolean;
  /** How long ago a person may have shown their second factor; `null` asks for none. */
  readonly mfaWithinMinutes: number | null;
  readonly expiresAfterMinutes: number;
  /** How long before the deadline people are told that it comes; `null` tells nobody. */
  readonly remindBeforeMinutes: number | null;
  /** Whether a yes to the same change still counts when the release is planned or judged again. */
  readonly keepWhenChangeIsEqual: boolean;
}

/** What orders carried before there were quorums: one member of any of these groups. */
export interface AnyOfGroups {
  readonly groups: readonly string[];
  readonly expiresAfterMinutes: number;
}

export function ruleOf(given: ApprovalRule | AnyOfGroups): ApprovalRule {
  if ('quorum' in given) return given;
  return {
    quorum: [{ groups: given.groups, count: 1 }],
    minimum: 1,
    requesterMayApprove: false,
    mfaWithinMinutes: null,
    expiresAfterMinutes: given.expiresAfterMinutes,
    remindBeforeMinutes: null,
    keepWhenChangeIsEqual: false,
  };
}

/** The environment's rule, whoever else the gate wants among those who approve, and never one person alone for an override. */
export function ruleWith(given: ApprovalRule | AnyOfGroups, seats: readonly Seat[] = [], override?: FreezeOverride): ApprovalRule {
  const rule = ruleOf(given);
  const minimum = override === undefined ? rule.minimum : Math.max(rule.minimum, peopleForOverride);
  return { ...rule, quorum: [...rule.quorum, ...seats], minimum };
}

/** Everybody who may be asked at all. */
export const groupsOf = (given: ApprovalRule | AnyOfGroups): readonly string[] => [
  ...new Set(ruleOf(given).quorum.flatMap(({ groups }) => groups)),
];

export interface Decision {
  readonly statementDigest: Digest;
  readonly by: Caller;
  readonly reason: string;
  /** Addresses that the catalog gives to this person: commits are written under them. */
  readonly addresses?: readonly string[] | undefined;
  /** Left out where the provider vouches for nothing. */
  readonly proof?: DecisionProof | undefined;
}

/** An approval that was accepted. */
export interface Given {
  readonly by: Caller;
  /** RFC 3339. */
  readonly at: string;
  readonly statementDigest: Digest;
  readonly reason: string;
}

/** Whose own work is judged: nobody is their own second pair of eyes. */
export interface Interested {
  readonly requester: string;
  /** Addresses from the commits, as git has them. */
  readonly commitAuthors: readonly string[];
  /** Subjects or addresses of whoever owns a waiver that this release needs. */
  readonly waiverOwners: readonly string[];
}

export interface Refused {
  readonly kind: FailureKind;
  readonly because: string;
}

/** `undefined`: this yes counts; else why it does not, and who could say it instead. */
export function whyNotCounted(
  rule: ApprovalRule,
  interested: Interested,
  given: readonly Given[],
  { by, addresses = [] }: Decision,
  nowMilliseconds: number,
): Refused | undefined {
  const stranger = whyNoVoice(rule, by);
  if (stranger !== undefined) return stranger;
  const others = `another member of ${groupsOf(rule).join(' or ')} has to decide`;
  if (by.subject === interested.requester && !rule.requesterMayApprove)
    return notCounted(`${by.subject} asked for this release; ${others}`);
  const author = interested.commitAuthors.find((address) => isSamePerson(by.subject, addresses, address));
  if (author !== undefined) return notCounted(`${by.subject} wrote what is released (${author}); ${others}`);
  const owner = interested.waiverOwners.find((name) => isSamePerson(by.subject, addresses, name));
  if (owner !== undefined) return notCounted(`${by.subject} owns a waiver that this release needs; ${others}`);
  if (given.some((one) => one.by.subject === by.subject))
    return notCounted(`${by.subject} has approved already, and one person counts once; ${others}`);
  return whyNotFresh(rule.mfaWithinMinutes, by, nowMilliseconds);
}

/** A no needs neither independence nor a second factor: stopping has to be easy. It needs a person of the groups. */
export function whyNoVoice(rule: ApprovalRule, by: Caller): Refused | undefined {
  const groups = groupsOf(rule);
  if (by.kind !== 'human') return notCounted(`${by.subject} is a machine; a person of ${groups.join(' or ')} has to decide`);
  if (!by.groups.some((group) => groups.includes(group))) return notCounted(`${by.subject} is not in ${groups.join(' or ')}`);
  return undefined;
}

const notCounted = (because: string): Refused => ({ kind: 'approval.notCounted', because });

/** Clocks of issuer and worker differ by seconds; a factor shown further in the future is none. */
const skewMilliseconds = 60_000;

export function whyNotFresh(withinMinutes: number | null, by: Caller, nowMilliseconds: number): Refused | undefined {
  if (withinMinutes === null) return undefined;
  const stale = (what: string): Refused => ({
    kind: 'approval.mfaStale',
    because: `${by.subject} ${what}; an approval here needs a second factor shown within ${withinMinutes} min`,
  });
  if (!by.mfa) return stale('has shown no second factor');
  if (by.authenticatedAt === null) return stale('has a token that does not say when they logged in');
  const ageMilliseconds = nowMilliseconds - by.authenticatedAt * 1000;
  if (ageMilliseconds < -skewMilliseconds) return stale('has a token that was authenticated in the future');
  if (ageMilliseconds > withinMinutes * 60_000) return stale(`logged in ${Math.floor(ageMilliseconds / 60_000)} min ago`);
  return undefined;
}

/** Why a decision that names another statement than the open one is refused: what has changed since it was read. */
export function whyStale(
  open: { readonly digest: Digest; readonly statement: Statement },
  named: Digest,
  known: Statement | undefined,
): Refused | undefined {
  if (named === open.digest) return undefined;
  const difference =
    known === undefined
      ? 'it never was a statement of this release'
      : `changed since: ${statementDifference(known, open.statement).join(', ')}`;
  return { kind: 'approval.stale', because: `the decision names ${named}, open is ${open.digest}; ${difference}` };
}

/**
 * What may differ between two statements whose change is the same one: which policies judged it, from which
 * values and modules it was made. Other findings, another state or another model are never the same.
 */
const maySayOtherwise: readonly (keyof Statement)[] = ['policyDigest', 'variablesDigest', 'moduleLockDigest'];

/** Whether a yes to `older` is still one to `newer`. It lapses with the time that people are given, too. */
export function stillCounts(
  rule: ApprovalRule,
  older: Statement,
  newer: Statement,
  { at }: Pick<Given, 'at'>,
  nowMilliseconds: number,
): boolean {
  return (
    rule.keepWhenChangeIsEqual &&
    statementDifference(older, newer).every((member) => maySayOtherwise.includes(member)) &&
    nowMilliseconds - Date.parse(at) <= rule.expiresAfterMinutes * 60_000
  );
}
