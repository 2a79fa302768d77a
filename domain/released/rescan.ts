/**
 * What has become a finding since it was released: tonight's scanners and policies find it, and the release was judged
 * without it. What was waived then is known, too; whether a waiver still holds is told elsewhere.
 */
import type { Blob } from '../blob.ts';
import { type Digest, digestOf } from '../digest.ts';
import type { Severity } from '../finding.ts';
import type { Violation } from '../gate.ts';
import { fingerprintsOf, type MergedFinding } from '../merged-findings.ts';
import { lineOf, type NewFinding, shortened } from '../news.ts';
import type { Found, KeyOf, PlaceLook, ReleasedReport } from './look.ts';

/** `severity`: `null` for a policy of ours that would deny it now. */
export type LaterFinding = Found & Omit<NewFinding, 'severity'> & { readonly severity: Severity | null };

export type RescanReport = ReleasedReport<LaterFinding>;

/** By what a release was judged. */
export interface Judgement {
  /** `ComparedFinding`s as JSON in the store's folder of findings. */
  readonly findings: Blob;
  /** Fingerprints of what was waived. */
  readonly waived: readonly Digest[];
}

export const laterFindingKey: KeyOf<LaterFinding> = ({ place, fingerprint }) => `${place} ${fingerprint}`;

/**
 * Said of the question and not of what was released: not every report is asked for, what a scanner could not read is said
 * by the report itself, and a blocking finding is one of the findings.
 */
const ofTheQuestion = new Set(['scan.missing', 'scan.crashed', 'scan.incomplete', 'finding.blocking', 'gate.more']);

/** Of one part of a release: who has more has to begin somewhere. */
export const laterFindingsMax = 10;

/** The worst first, as merged findings come; then what our policies would deny. */
export function laterFindings(
  today: { readonly findings: readonly MergedFinding[]; readonly violations: readonly Violation[] },
  known: ReadonlySet<Digest>,
  of: Found,
): Pick<PlaceLook<LaterFinding>, 'found' | 'more'> {
  const findings = today.findings
    .filter((finding) => finding.waiver === null && !fingerprintsOf(finding).some((one) => known.has(one)))
    .map((finding) => ({ ...of, ...lineOf(finding) }));
  const denied = today.violations
    .filter(({ code }) => !ofTheQuestion.has(code))
    .map((violation) => ({ ...of, ...deniedLine(violation) }))
    .filter(({ fingerprint }) => !known.has(fingerprint));
  const all = [...findings, ...denied];
  return { found: all.slice(0, laterFindingsMax), more: Math.max(0, all.length - laterFindingsMax) };
}

const deniedLine = ({ code, message, address = '', fingerprint = digestOf([code, address, message]) }: Violation) => ({
  fingerprint,
  rule: code,
  severity: null,
  address: shortened(address),
  message: shortened(message),
});

export interface RescanPort {
  /** `null`: its record says none, or not what was found. */
  readJudgement(input: { readonly releaseId: string }): Promise<Judgement | null>;
  /** `findings`: as a gate's, of tonight. */
  findLater(input: {
    readonly of: Found;
    readonly findings: Blob;
    readonly violations: readonly Violation[];
    readonly judgement: Judgement;
  }): Promise<Pick<PlaceLook<LaterFinding>, 'found' | 'more'>>;
}

/** The schedule and its workflow. */
export const rescanWorkflow = 'rescan';
