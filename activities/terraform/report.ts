/** Turns what one of Terraform's checks found into the one report form, and stores it. */
import type { Blob } from '../../domain/blob.ts';
import { digestOf } from '../../domain/digest.ts';
import {
  type Finding,
  fingerprintOf,
  type ReportStatus,
  type ScanReport,
  type ScanSummary,
  type Severity,
  summarise,
} from '../../domain/finding.ts';
import type { BlobStore } from '../tool/store.ts';

export interface Check {
  readonly tool: string;
  readonly toolVersion: string;
  /** What decided, as a value: the rules' names, or the lists they compared with. */
  readonly rules: unknown;
  readonly findings: readonly Finding[];
  readonly problems: readonly string[];
  readonly raw: string;
}

export interface Sighting {
  readonly rule: string;
  readonly severity: Severity;
  readonly address: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly message: string;
}

/** Terraform grades nothing but errors and warnings, so the severities are ours. */
export const findingOf = (tool: string, sighting: Sighting): Finding => ({
  fingerprint: fingerprintOf(tool, sighting.rule, sighting.address, sighting.message),
  tool,
  severitySource: 'plimsoll',
  controls: [],
  ...sighting,
});

export async function storeReport(store: BlobStore, subject: Blob, check: Check): Promise<ScanSummary> {
  const raw = await store.put(new TextEncoder().encode(check.raw));
  const report: ScanReport = {
    tool: check.tool,
    toolVersion: check.toolVersion,
    rulesDigest: digestOf(check.rules),
    subject: subject.digest,
    status: statusOf(check),
    findings: check.findings,
    parseErrors: check.problems,
    rawReport: raw.digest,
  };
  return summarise(report, await store.putJson(report));
}

/** A problem means that something was not read: that is never a pass, nor a complete list of findings. */
function statusOf({ findings, problems }: Check): ReportStatus {
  if (problems.length > 0) return 'error';
  return findings.length > 0 ? 'fail' : 'pass';
}
