/**
 * Findings as SARIF 2.1.0, which code scanning reads. One run, since they were merged; the scanner that found each is
 * in its properties. What is waived is suppressed with its reason, and what was there before says so.
 */
import { hexOf } from './digest.ts';
import type { Severity } from './finding.ts';
import type { ComparedFinding } from './news.ts';

export interface SarifInput {
  readonly service: string;
  readonly environment: string;
  readonly releaseId: string;
  readonly findings: readonly ComparedFinding[];
}

const levels = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' } as const satisfies Record<
  Severity,
  string
>;

/** What GitHub sorts by: the middle of CVSS' band of that name. */
const scores = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.5', info: '0.0' } as const satisfies Record<Severity, string>;

export function sarifOf({ service, environment, releaseId, findings }: SarifInput): object {
  const rules = [...new Map(findings.map((finding) => [finding.rule, finding])).values()];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Plimsoll', rules: rules.map(ruleOf) } },
        automationDetails: { id: `plimsoll/${service}/${environment}/${releaseId}` },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) =>
          resultOf(
            finding,
            rules.findIndex(({ rule }) => rule === finding.rule),
          ),
        ),
      },
    ],
  };
}

const ruleOf = ({ rule, tool, message, severity, controls }: ComparedFinding) => ({
  id: rule,
  shortDescription: { text: message },
  defaultConfiguration: { level: levels[severity] },
  properties: { tags: ['security', tool, ...controls], 'security-severity': scores[severity] },
});

function resultOf(finding: ComparedFinding, ruleIndex: number): object {
  const { rule, severity, message, address, fingerprint, tool, reports, alsoAs, waiver, isNew } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    level: levels[severity],
    message: { text: `${message} (${address})` },
    locations: [{ ...placeOf(finding), logicalLocations: [{ fullyQualifiedName: address }] }],
    partialFingerprints: { 'plimsoll/v1': hexOf(fingerprint) },
    ...(isNew !== null && { baselineState: isNew ? 'new' : 'unchanged' }),
    ...(waiver !== null && {
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: `${waiver.name} of ${waiver.owner} until ${waiver.until}: ${waiver.reason}`,
        },
      ],
    }),
    properties: { tool, severity, reports, alsoAs: alsoAs.map((one) => `${one.tool} ${one.rule}`) },
  };
}

function placeOf({ file, line }: ComparedFinding): object {
  if (file === undefined) return {};
  const region = line === undefined || line < 1 ? {} : { region: { startLine: line } };
  return { physicalLocation: { artifactLocation: { uri: encodeURI(file), uriBaseId: '%SRCROOT%' }, ...region } };
}
