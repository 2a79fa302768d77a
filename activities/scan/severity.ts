/**
 * How bad a Checkov finding is. Checkov tells severities only to customers of its vendor, so the table is ours:
 * `severities.json`, one row a rule, each with what the severity leans on.
 *
 * A rule that is not in the table is medium: not harmless, since nobody has looked, and not blocking by default.
 */
import { z } from 'zod';
import { type Digest, digestOf } from '../../domain/digest.ts';
import { type Severity, severities } from '../../domain/finding.ts';
import rows from './severities.json' with { type: 'json' };

export interface SeverityRow {
  readonly severity: Severity;
  /** Controls that the rule speaks to. */
  readonly controls: readonly string[];
  /** Where the severity comes from, for whoever doubts it. `House` is our own judgement, with its reason. */
  readonly source: string;
}

const row = z.strictObject({ severity: z.enum(severities), controls: z.array(z.string()), source: z.string().min(1) });

export const severityTable: Readonly<Record<string, SeverityRow>> = z.record(z.string(), row).parse(rows);

export const severityTableDigest: Digest = digestOf(severityTable);

const unknownRule: SeverityRow = { severity: 'medium', controls: [], source: 'House: nobody has judged this rule yet' };

export const severityOf = (rule: string): SeverityRow => severityTable[rule] ?? unknownRule;
