/**
 * Which findings are new: those that the last release here with the same parts did not have. It is told once, when the
 * policies are asked, and kept with the findings, so that everywhere the same is said of a release, also later.
 */
import type { Blob } from './blob.ts';
import type { Digest } from './digest.ts';
import type { Severity } from './finding.ts';
import { fingerprintsOf, type MergedFinding } from './merged-findings.ts';
import type { Parts } from './soak.ts';

export interface ComparedFinding extends MergedFinding {
  /** `null`: there was nothing to compare with. */
  readonly isNew: boolean | null;
}

/** Of the release that is compared with: all that was found, as it lies in the store. */
export interface FormerFindings {
  readonly releaseId: string;
  readonly findings: Blob;
}

/** A finding as a line: what a person needs to know whether to look further. */
export type NewFinding = Pick<MergedFinding, 'fingerprint' | 'rule' | 'severity' | 'address' | 'message'>;

/** What travels through the workflow; the findings themselves lie in the store. */
export interface News {
  /** The release that was compared with; `null`: the first one of its kind here. */
  readonly comparedWith: string | null;
  readonly counts: Readonly<Partial<Record<Severity, number>>>;
  /** The `worstNewMax` most severe ones. */
  readonly worst: readonly NewFinding[];
}

/** They share a message with violations and waivers, which may be 30 KiB of 32. */
const worstNewMax = 3;
const charactersMax = 120;

/** A model says nothing about infrastructure, nor one stack about another; what went back was judged by nobody. */
export const isComparable = (parts: Parts, former: Parts): boolean =>
  !former.rollback && (parts.model === null) === (former.model === null) && parts.infrastructure?.stack === former.infrastructure?.stack;

/** New ones first, otherwise as they come. `known`: every fingerprint of the release that is compared with; nothing without one. */
export const compared = (findings: readonly MergedFinding[], known: ReadonlySet<Digest> | undefined): readonly ComparedFinding[] =>
  findings
    .map((finding) => ({ ...finding, isNew: known === undefined ? null : !fingerprintsOf(finding).some((one) => known.has(one)) }))
    .toSorted((a, b) => Number(b.isNew) - Number(a.isNew));

/** Merged findings come with the worst first. */
export function newsOf(findings: readonly ComparedFinding[], comparedWith: string | null): News {
  const fresh = findings.filter(({ isNew }) => isNew === true);
  const counts: Partial<Record<Severity, number>> = {};
  for (const { severity } of fresh) counts[severity] = (counts[severity] ?? 0) + 1;
  return { comparedWith, counts, worst: fresh.slice(0, worstNewMax).map(lineOf) };
}

export const lineOf = ({ fingerprint, rule, severity, address, message }: MergedFinding): NewFinding => ({
  fingerprint,
  rule: shortened(rule),
  severity,
  address: shortened(address),
  message: shortened(message),
});

export const shortened = (text: string): string => (text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`);

/** `undefined`: it was not told, by an older worker or since Temporal could not say what was there before. */
export function newsText(news: News | undefined): string {
  if (news === undefined) return 'not compared with an earlier release';
  if (news.comparedWith === null) return 'there is no earlier release to compare with';
  const found = Object.entries(news.counts).map(([severity, count]) => `${count} ${severity}`);
  return found.length === 0 ? `none is new since ${news.comparedWith}` : `new since ${news.comparedWith}: ${found.join(', ')}`;
}
