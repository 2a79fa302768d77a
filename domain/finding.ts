/**
 * One finding and one report, whatever the tool, so that policy, people and evidence speak one language.
 *
 * A report that is not `pass` or `fail` says nothing good: a scanner that crashed or read nothing denies.
 */
import type { Blob } from './blob.ts';
import { type Digest, digestOf } from './digest.ts';

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

export const severityRank = (severity: Severity): number => severities.indexOf(severity);

export interface Finding {
  readonly fingerprint: Digest;
  readonly tool: string;
  readonly rule: string;
  readonly severity: Severity;
  /** `tool`: the scanner said so; `plimsoll`: our severity table did, with a source for each row. */
  readonly severitySource: 'tool' | 'plimsoll';
  /** Resource address, chart object or file: what the finding is about. */
  readonly address: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly message: string;
  /** Ids of controls (CIS, SOC 2 …) where known. */
  readonly controls: readonly string[];
}

/** No line number: a finding that moved is the same finding. */
export const fingerprintOf = (tool: string, rule: string, address: string, evidence: string): Digest =>
  digestOf([tool, rule, address, evidence.trim().replace(/\s+/g, ' ')]);

/** `incomplete`: ran, but did not read everything; `error`: did not run to its end. Neither is a pass. */
export type ReportStatus = 'pass' | 'fail' | 'incomplete' | 'error';

export interface ScanReport {
  readonly tool: string;
  readonly toolVersion: string;
  /** Of the rules that were applied, so that "no findings" says under which rules. */
  readonly rulesDigest: Digest;
  /** What was scanned, by digest. */
  readonly subject: Digest;
  readonly status: ReportStatus;
  readonly findings: readonly Finding[];
  readonly parseErrors: readonly string[];
  readonly rawReport: Digest;
}

/** What travels through the workflow: counts and the worst findings; the whole report lies in the store. */
export interface ScanSummary {
  readonly tool: string;
  readonly toolVersion: string;
  readonly status: ReportStatus;
  readonly counts: Readonly<Partial<Record<Severity, number>>>;
  /** The `worstFindingsMax` most severe ones. */
  readonly worst: readonly Finding[];
  readonly report: Blob;
}

/** Enough for a person to see what is wrong; the rest is one download away. */
export const worstFindingsMax = 5;

export function summarise(report: ScanReport, stored: Blob): ScanSummary {
  const counts: Partial<Record<Severity, number>> = {};
  for (const { severity } of report.findings) counts[severity] = (counts[severity] ?? 0) + 1;
  const worst = report.findings.toSorted((a, b) => severityRank(b.severity) - severityRank(a.severity)).slice(0, worstFindingsMax);
  return { tool: report.tool, toolVersion: report.toolVersion, status: report.status, counts, worst, report: stored };
}
