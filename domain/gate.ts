/** What OPA said about one release. Deny beats everything; an approval is asked for only of what is allowed. */
import type { Blob } from './blob.ts';
import type { Digest } from './digest.ts';
import type { News } from './news.ts';
import type { WaiverInPlay } from './waiver.ts';

/** One rule that fired, with the rule's own METADATA. */
export interface Violation {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly solution: string;
  /** Of the finding it stands for, where there is one. */
  readonly fingerprint?: Digest | undefined;
  /** What it is about, where there is one such thing: a waiver may name it together with the rule. */
  readonly address?: string | undefined;
}

export interface GateDecision {
  readonly kind: 'allow' | 'approval needed' | 'deny';
  readonly violations: readonly Violation[];
  /** Codes of the rules that ask for a person, or that let this release pass without one. */
  readonly because: readonly string[];
  readonly policyDigest: Digest;
  /** Waivers without which this would be denied; left out where there are none. The first to end decides how long this holds. */
  readonly waivers?: readonly WaiverInPlay[] | undefined;
  /** Who has to be among those who approve, beside the environment's own quorum; left out where nobody in particular. */
  readonly seats?: readonly { readonly groups: readonly string[]; readonly count: number }[] | undefined;
  /** Every finding once, `ComparedFinding`s as JSON in the store's folder of findings. Left out by older workers. */
  readonly findings?: Blob | undefined;
  /** Which of them are new; left out where that could not be told, and by older workers. */
  readonly news?: News | undefined;
  /** What was asked, in the store. Left out by older workers. */
  readonly question?: Blob | undefined;
  /** Over what was found and which waivers let it pass, so that an approval is of both. */
  readonly findingsDigest: Digest;
  readonly findingsCount: number;
}
