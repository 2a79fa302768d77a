/**
 * From what a scanner wrote to a report in the store. One place decides the status, so that every scanner
 * fails closed alike: whoever crashed or could not read everything has not said "pass".
 */
import { type Digest, digestOf } from '../../domain/digest.ts';
import { type Finding, type ReportStatus, type ScanReport, type ScanSummary, summarise } from '../../domain/finding.ts';
import { isFailure } from '../failure.ts';
import type { BlobStore } from '../tool/store.ts';

/** What one run of a scanner said. */
export interface Reading {
  readonly toolVersion: string;
  readonly findings: readonly Finding[];
  /** What it could not read, one line each. Anything here makes the report incomplete. */
  readonly parseErrors: readonly string[];
  /** Its own words, kept as evidence. */
  readonly raw: string;
}

export interface Examination {
  /** Names the report; policy asks for reports by this name. */
  readonly tool: string;
  readonly subject: Digest;
  /** What decides which rules applied besides the tool's version: options and our own tables. */
  readonly rules: unknown;
}

export async function fileReport(store: BlobStore, examination: Examination, scan: () => Promise<Reading>): Promise<ScanSummary> {
  const { tool, subject, rules } = examination;
  const { status, reading } = await attempt(scan);
  const report: ScanReport = {
    tool,
    toolVersion: reading.toolVersion,
    rulesDigest: digestOf({ tool, version: reading.toolVersion, rules }),
    subject,
    status,
    findings: unique(reading.findings),
    parseErrors: reading.parseErrors,
    rawReport: (await store.put(new TextEncoder().encode(reading.raw))).digest,
  };
  return summarise(report, await store.putJson(report));
}

/**
 * A scanner that exits oddly or answers in no known shape would do so again: that is a report of kind `error`,
 * which denies. A missing program, a time-out or an unreachable store is not about what is scanned, and fails.
 */
async function attempt(scan: () => Promise<Reading>): Promise<{ status: ReportStatus; reading: Reading }> {
  try {
    const reading = await scan();
    return { status: statusOf(reading), reading };
  } catch (error) {
    if (!isFailure(error, 'tool.rejected')) throw error;
    return { status: 'error', reading: { toolVersion: 'unknown', findings: [], parseErrors: [error.message], raw: error.message } };
  }
}

function statusOf({ findings, parseErrors }: Reading): ReportStatus {
  if (parseErrors.length > 0) return 'incomplete';
  return findings.length > 0 ? 'fail' : 'pass';
}

const unique = (findings: readonly Finding[]) => [...new Map(findings.map((finding) => [finding.fingerprint, finding])).values()];
