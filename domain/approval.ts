/** Who may say yes, and until when. Time is an argument. */

import type { Caller } from './caller.ts';
import type { ApprovalRule } from './catalog.ts';
import type { Digest } from './digest.ts';

export interface Decision {
  readonly statementDigest: Digest;
  readonly by: Caller;
  readonly reason: string;
}

/** `undefined`: the decision counts; else why it does not, and who could decide instead. */
export function whyNotCounted(rule: ApprovalRule, requester: string, by: Caller): string | undefined {
  if (by.kind !== 'human') return `${by.subject} is a machine; a person of ${rule.groups.join(' or ')} has to decide`;
  if (by.subject === requester) return `${by.subject} asked for this release; another member of ${rule.groups.join(' or ')} has to decide`;
  if (!by.groups.some((group) => rule.groups.includes(group))) return `${by.subject} is not in ${rule.groups.join(' or ')}`;
  return undefined;
}
