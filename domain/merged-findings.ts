/**
 * What all scanners of a release found, once each. The same finding of two scans (code and plan) has one fingerprint;
 * the same thing in the words of two scanners is known by a table, `equivalent-rules.json`, and counts as one where
 * both mean one place. Nothing is dropped: what was joined is named in what stays.
 */
import type { Digest } from './digest.ts';
import equivalents from './equivalent-rules.json' with { type: 'json' };
import { type Severity, severityRank } from './finding.ts';
import type { WaiverInPlay } from './waiver.ts';

export interface FoundBy {
  readonly fingerprint: Digest;
  readonly tool: string;
  readonly rule: string;
}

interface Found extends FoundBy {
  readonly severity: Severity;
  readonly address: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly message: string;
  readonly controls: readonly string[];
}

export interface MergedFinding extends Found {
  /** The reports that have it. */
  readonly reports: readonly string[];
  /** The same thing in another scanner's words. */
  readonly alsoAs: readonly FoundBy[];
  /** Without which it would deny. */
  readonly waiver: Pick<WaiverInPlay, 'name' | 'owner' | 'reason' | 'until'> | null;
}

/** Rule → the name of what it means, where another scanner means the same. */
const meanings: ReadonlyMap<string, string> = new Map(
  Object.entries(equivalents).flatMap(([meaning, { checkov, tfsec }]) => [...checkov, ...tfsec].map((rule) => [rule, meaning] as const)),
);

export function mergeFindings(
  reports: readonly { readonly tool: string; readonly findings: readonly Found[] }[],
  waivers: readonly WaiverInPlay[] = [],
): readonly MergedFinding[] {
  const byFingerprint = new Map<Digest, MergedFinding>();
  for (const { tool, findings } of reports)
    for (const finding of findings) {
      const known = byFingerprint.get(finding.fingerprint);
      const waiver = waivers.find(({ fingerprint }) => fingerprint === finding.fingerprint) ?? null;
      byFingerprint.set(
        finding.fingerprint,
        known === undefined
          ? { ...finding, reports: [tool], alsoAs: [], waiver: waiver && told(waiver) }
          : { ...known, reports: [...new Set([...known.reports, tool])] },
      );
    }
  return joinEquivalents([...byFingerprint.values()].toSorted(worstFirst));
}

const told = ({ name, owner, reason, until }: WaiverInPlay) => ({ name, owner, reason, until });

const text = ({ rule, address, fingerprint }: Found): string => `${rule} ${address} ${fingerprint}`;
const worstFirst = (a: Found, b: Found): number => severityRank(b.severity) - severityRank(a.severity) || (text(a) < text(b) ? -1 : 1);

/** The worse one stays. Two findings of one tool are two things, whatever they mean. */
function joinEquivalents(sorted: readonly MergedFinding[]): readonly MergedFinding[] {
  const kept: MergedFinding[] = [];
  for (const finding of sorted) {
    const at = kept.findIndex((one) => one.tool !== finding.tool && meansTheSame(one, finding));
    const there = kept[at];
    if (there === undefined) {
      kept.push(finding);
      continue;
    }
    const { fingerprint, tool, rule } = finding;
    kept[at] = {
      ...there,
      reports: [...new Set([...there.reports, ...finding.reports])],
      controls: [...new Set([...there.controls, ...finding.controls])],
      alsoAs: [...there.alsoAs, { fingerprint, tool, rule }],
      // In whichever words it is not waived, it stands.
      waiver: finding.waiver === null ? null : there.waiver,
    };
  }
  return kept;
}

function meansTheSame(a: MergedFinding, b: MergedFinding): boolean {
  const meaning = meanings.get(a.rule);
  return meaning !== undefined && meaning === meanings.get(b.rule) && samePlace(a, b);
}

/** Inside a module tfsec names the module, not the resource: file and line tell then. */
const samePlace = (a: Found, b: Found): boolean =>
  a.address === b.address || (a.file !== undefined && a.line !== undefined && a.file === b.file && a.line === b.line);

type Named = Pick<FoundBy, 'fingerprint'>;

/** Every fingerprint that stands for it: what was found before in other words is not new. */
export const fingerprintsOf = ({ fingerprint, alsoAs }: Named & { readonly alsoAs: readonly Named[] }): readonly Digest[] => [
  fingerprint,
  ...alsoAs.map((one) => one.fingerprint),
];
